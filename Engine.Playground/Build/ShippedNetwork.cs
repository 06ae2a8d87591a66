using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Pictures;
using Scratch.Schedules;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Playground.Build;

/// <summary>The lesson's network, trained for digits that somebody draws: anywhere, a little turned, larger or smaller than MNIST's.</summary>
internal static class ShippedNetwork
{
    private const int Epochs = 4, BatchSize = 128;
    private const long Seed = 42;

    /// <summary>Trains on the training images, the same weights each time.</summary>
    /// <param name="digits">All of MNIST.</param>
    /// <param name="accuracy">The share of the test images that it gets right.</param>
    /// <returns>A safetensors file with the notes of <c>scratch train</c>, and <c>accuracy</c>.</returns>
    public static byte[] Train(MnistData digits, out double accuracy)
    {
        Shape image = digits.Train.ImageShape;
        Normalization normalization = Normalization.Of(digits.Train);
        Model<float> model = ModelCatalog.Build<float>("lesson", image, digits.Train.Classes);
        model.Initialize(Initialization.KaimingNormal, Seed);
        var schedule = new OneCycle(maxRate: 0.01);
        var batches = new BatchSampler<float>(digits.Train, normalization, BatchSize, shuffle: true, new RandomGenerator(Seed),
            [new RandomAffine(degrees: 10, translate: 0.12, scale: (0.8, 1.15), shear: 8)]);
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new AdamW<float>(model.ParameterVector, 0.01), batches, null,
            new ScheduleCallback<float>(schedule.LearningRate));
        learner.Fit(Epochs);
        var right = new Accuracy<float>();
        learner.Evaluate(new(digits.Test, normalization, 1024, shuffle: false), right);
        accuracy = right.Value;
        var notes = new ModelNotes
        {
            Model = "lesson", Image = image, Normalization = normalization,
            Classes = [.. Enumerable.Range(0, digits.Train.Classes).Select(digit => $"{digit}")],
            Others = new Dictionary<string, string> { ["accuracy"] = FormattableString.Invariant($"{accuracy}") },
        };
        string path = Path.GetTempFileName();
        try
        {
            ModelFile.Save(model, path, notes.ToMetadata());
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
