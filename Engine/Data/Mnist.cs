namespace Scratch.Data;

/// <summary>Reads the four files of MNIST, or of anything packed alike, such as Fashion-MNIST.</summary>
public static class Mnist
{
    private const string TrainImages = "train-images-idx3-ubyte", TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte", TestLabels = "t10k-labels-idx1-ubyte";
    private const int ImageRank = 3, LabelRank = 1, FirstSize = 4;

    /// <summary>Reads training and test images with their labels.</summary>
    /// <remarks>
    /// Each file may be plain or <c>.gz</c>, and named with a dot (<c>train-images.idx3-ubyte</c>); where both are there, the plain one is read.
    /// Classes are counted over both parts.
    /// </remarks>
    /// <param name="folder">Where the files are.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or two do not belong together.</exception>
    public static MnistData Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Mnist: there is no folder '{Path.GetFullPath(folder)}'. It must hold {TrainImages}, {TrainLabels}, " +
                $"{TestImages} and {TestLabels}, each plain or .gz. Name another folder with --data DIR.");
        }
        string[] paths = [.. new[] { TrainImages, TrainLabels, TestImages, TestLabels }.Select(name => Find(folder, name))];
        IdxFile trainImages = ReadImages(paths[0]), trainLabels = ReadLabels(paths[1], trainImages);
        IdxFile testImages = ReadImages(paths[2]), testLabels = ReadLabels(paths[3], testImages);
        if (trainImages.Shape.Tail() != testImages.Shape.Tail())
        {
            throw new InvalidDataException($"{testImages.Name}: expected image size {trainImages.Shape.Tail()} (H, W) at byte {2 * FirstSize}, " +
                $"as in {trainImages.Name}, found {testImages.Shape.Tail()}.");
        }
        int[] train = ToInts(trainLabels), test = ToInts(testLabels);
        int classes = Math.Max(train.Max(), test.Max()) + 1;
        return new MnistData(
            new Dataset(trainImages.Shape, trainImages.Bytes, train, classes),
            new Dataset(testImages.Shape, testImages.Bytes, test, classes));
    }

    private static string Find(string folder, string name)
    {
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        foreach (string candidate in (ReadOnlySpan<string>)[name, dotted, name + ".gz", dotted + ".gz"])
        {
            string path = Path.Combine(folder, candidate);
            if (File.Exists(path)) return path;
        }
        throw new FileNotFoundException($"{name}: not found in '{Path.GetFullPath(folder)}', neither plain nor .gz. " +
            "Put it there, or name another folder with --data DIR.", name);
    }

    private static IdxFile ReadImages(string path)
    {
        var images = IdxFile.Read(path, ImageRank);
        if (images.Shape.Length == 0)
        {
            throw new InvalidDataException(
                $"{images.Name}: expected at least one image of at least one pixel at byte {FirstSize}, found sizes {images.Shape}.");
        }
        return images;
    }

    private static IdxFile ReadLabels(string path, IdxFile images)
    {
        var labels = IdxFile.Read(path, LabelRank);
        int count = images.Shape[0];
        if (labels.Shape[0] != count)
        {
            throw new InvalidDataException($"{labels.Name}: expected {count} labels at byte {FirstSize}, one per image of {images.Name}, " +
                $"found {labels.Shape[0]}.");
        }
        return labels;
    }

    private static int[] ToInts(IdxFile labels) => Array.ConvertAll(labels.Bytes.ToArray(), label => (int)label);
}
