using System.Globalization;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Bench.LearningRates;

/// <summary>Are suggested learning rates those that train? Every suggestion beside a sweep of fixed rates, on five small sets, with four models and
/// two optimisers.</summary>
internal static class LearningRateSweep
{
    private const int TrainImages = 800, ValidImages = 400, ValidSeed = 7, BatchSize = 32, Epochs = 8, LastEpochs = 3;
    private const double Near = 0.05;

    private static readonly int[] _seeds = [42, 43, 44];                    // suggestions are from the first, accuracies the mean over all

    private static readonly string[] _models = ["lesson", "lesson-bn", "lenet5", "mobilenet-mini"];

    private static readonly (string Name, double[] Rates)[] _optimizers =
        [("sgd", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]), ("adamw", [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1])];

    /// <summary>Writes the table, in Markdown.</summary>
    /// <param name="mnist">Where the digits are.</param>
    /// <param name="sets">Which sets; all if none are named.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string mnist, IReadOnlyList<string> sets)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Dataset digits = Mnist.Load(mnist).Train;
        Console.WriteLine("| images | model | optimiser | best rate | accuracy | suggested | accuracy | valley | accuracy | steepest | accuracy |");
        Console.WriteLine("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        List<double[]> gaps = [];
        foreach (string name in sets.Count > 0 ? sets : SmallSets.Names)
        {
            Dataset train = SmallSets.Of(name, TrainImages, 1, digits), valid = SmallSets.Of(name, ValidImages, ValidSeed, digits);
            foreach (string model in _models)
            {
                foreach (var (optimizer, rates) in _optimizers)
                {
                    double Accuracy(double rate) =>
                        _seeds.Average(seed => LearningRateSweep.Accuracy(Make(train, valid, model, optimizer, rate, seed), valid));
                    var (best, most) = rates.Select(rate => (rate, Accuracy(rate))).MaxBy(pair => pair.Item2);
                    Learner<float> learner = Make(train, valid, model, optimizer, rates[0], _seeds[0]).Learner;
                    LearningRateSearch search = LearningRateFinder.Find(learner);
                    double[] said = [LearningRateFinder.Try(learner, search.TrialRates).Suggestion, search.Valley, search.Steepest];
                    double[] reached = [.. said.Select(Accuracy)];
                    Console.WriteLine($"| {name} | {model} | {optimizer} | {best:G2} | {most:F3} | "
                        + string.Join(" | ", said.Zip(reached, (rate, accuracy) => $"{rate:G2} | {accuracy:F3}")) + " |");
                    gaps.Add([.. reached.Select(accuracy => most - accuracy)]);
                }
            }
        }
        string[] ways = ["suggested", "valley", "steepest"];
        for (int i = 0; i < ways.Length; i++)
        {
            Console.WriteLine($"\n{ways[i]}: within {Near} of the best rate's accuracy in {gaps.Count(gap => gap[i] <= Near)} of {gaps.Count}, "
                + $"mean gap {gaps.Average(gap => gap[i]):F3}, largest {gaps.Max(gap => gap[i]):F3}");
        }
        return 0;
    }

    private static (Learner<float> Learner, Recorder<float> Recorder) Make(Dataset train, Dataset valid, string name, string optimizer, double rate,
        int seed)
    {
        Model<float> model = ModelCatalog.Build<float>(name, train.ImageShape, train.Classes);
        model.Initialize(Initialization.KaimingNormal, seed);
        Optimizer<float> steps = optimizer == "sgd" ? new Sgd<float>(model.ParameterVector, rate)
            : new AdamW<float>(model.ParameterVector, rate, weightDecay: 0);
        var normalization = Normalization.Of(train);
        var recorder = new Recorder<float>(new Accuracy<float>());
        return (new(model, new CrossEntropyLoss<float>(), steps,
            new(train, normalization, BatchSize, shuffle: true, new RandomGenerator(seed)),
            new(valid, normalization, 2 * BatchSize, shuffle: false), recorder, new NanGuard<float>()), recorder);
    }

    // The mean over the last epochs, as one by itself jumps; chance where the training was given up.
    private static double Accuracy((Learner<float> Learner, Recorder<float> Recorder) training, Dataset valid)
    {
        training.Learner.Fit(Epochs);
        return training.Recorder.Epochs.Count < Epochs ? 1.0 / valid.Classes
            : training.Recorder.Epochs.TakeLast(LastEpochs).Average(epoch => epoch.ValidMetrics[0]);
    }
}
