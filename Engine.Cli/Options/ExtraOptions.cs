using System.CommandLine;
using System.Globalization;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>The options that become <see cref="TrainingExtras"/>.</summary>
internal sealed class ExtraOptions
{
    private const int MostEpochs = 10_000, MostFolds = 100;

    private readonly Option<int> _patience = SharedOptions.Count("--patience", MostEpochs,
        "Stop when N epochs in a row brought nothing better, and keep the best one's weights.");
    private readonly Option<string> _monitor = SharedOptions.Parsed("--monitor", "NAME", TrainingExtras.ValidLoss,
        $"What --patience and the schedule plateau go by: {TrainingExtras.ValidLoss}, {TrainingExtras.TrainLoss}, or one of --metrics.",
        text => text is TrainingExtras.ValidLoss or TrainingExtras.TrainLoss ? text : Metric("--monitor", text));
    private readonly Option<string> _classWeights = SharedOptions.WithoutDefault(SharedOptions.Parsed("--class-weights", "balanced|A,B,...", "",
        "How much each class counts in the loss: balanced (all alike, however many images each has), or a number for each. "
            + "Of several labels an image: how much one that is there counts, balanced as much as the images without it.", text =>
            text == TrainingExtras.Balanced || Numbers(text) is not null ? text
                : throw new UsageException($"--class-weights is '{text}', must be {TrainingExtras.Balanced}, or finite "
                    + "numbers of at least 0 with commas.")));
    private readonly Option<string[]> _metrics = SharedOptions.WithoutDefault(SharedOptions.Parsed<string[]>("--metrics", "NAMES", [],
        $"More numbers for every epoch, with commas: {string.Join(", ", MetricCatalog.Names)} (top-3 and so on too).",
        text => [.. text.Split(',').Select(name => Metric("--metrics", name)).Distinct()]));
    private readonly Option<double> _ema = SharedOptions.WithoutDefault(SharedOptions.Share("--ema",
        "Validate, test and keep a moving average of the weights, of which each step keeps this share, such as 0.99."));
    private readonly Option<int> _swa = SharedOptions.Count("--swa", MostEpochs, "Keep the mean of the weights after each of the last N epochs.");
    private readonly Option<int> _accumulate = SharedOptions.Count("--accumulate", 1, SharedOptions.MostImages, "Batches that make a step together.");
    private readonly Option<int> _folds = SharedOptions.Count("--folds", MostFolds,
        "Instead of one training: part the images in N, train N times on all but one part, validate with that one, and print mean and deviation.",
        least: 2);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_patience, _monitor, _classWeights, _metrics, _ema, _swa, _accumulate, _folds];

    /// <summary>What they say.</summary>
    public TrainingExtras Of(SaidOptions said) => new(
        said.IfSaid(_patience), said.Of(_monitor)!, said.Of(_classWeights), said.Of(_metrics) ?? [], said.IfSaid(_ema), said.IfSaid(_swa),
        said.Of(_accumulate), said.IfSaid(_folds));

    /// <summary>Numbers with commas; none if one is not finite or negative.</summary>
    public static double[]? Numbers(string text)
    {
        double[] numbers = [.. text.Split(',').Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : -1)];
        return numbers.All(number => number >= 0) ? numbers : null;
    }

    private static string Metric(string option, string name)
    {
        try
        {
            MetricCatalog.Build<float>(name, classes: 2);
            return name;
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{option}: {e.Message.Split(" (Parameter")[0]}");
        }
    }
}
