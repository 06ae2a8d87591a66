using Scratch.Data;

namespace Scratch.Cli;

/// <summary>The three parts of a folder of images: to train with, to validate with, to test with at the end.</summary>
/// <param name="Train">The first five sixths of the training file: 50,000 of MNIST's 60,000.</param>
/// <param name="Valid">The last sixth; or what the folder names so.</param>
/// <param name="Test">The test file.</param>
internal sealed record TrainingData(Dataset Train, Dataset Valid, Dataset Test)
{
    private const int ValidationShare = 6;

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="say">Is told what was dropped of pictures.</param>
    /// <exception cref="InvalidDataException">A file is broken, or there are too few images to divide.</exception>
    public static TrainingData Load(string folder, Action<string>? say = null)
    {
        var (train, valid, test) = ImageFolder.IsOne(folder) ? ImageFolder.Load(folder, say) : OfMnist(folder);
        if (valid is not null) return new(train, valid, test);
        int count = Math.Max(1, train.Count / ValidationShare);
        if (train.Count == count)
            throw new InvalidDataException($"'{folder}' has {train.Count} training image, must have at least 2: one is to validate with.");
        var (first, last) = train.Split(train.Count - count);
        return new(first, last, test);
    }

    private static (Dataset Train, Dataset? Valid, Dataset Test) OfMnist(string folder)
    {
        MnistData data = Mnist.Load(folder);
        return (data.Train, null, data.Test);
    }

    /// <summary>The same with fewer images to train with.</summary>
    /// <exception cref="UsageException">There are not as many.</exception>
    public TrainingData WithTrainSize(int count) => count <= Train.Count
        ? this with { Train = Train.Take(count) }
        : throw new UsageException($"--train-size is {count}, but there are {Train.Count} images to train with.");
}
