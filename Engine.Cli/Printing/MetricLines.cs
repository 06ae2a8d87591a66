using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Prints the metrics that have no column, below the line of each epoch.</summary>
/// <param name="recorder">Who knows them; the first has a column.</param>
/// <param name="write">Prints a line.</param>
internal sealed class MetricLines(Recorder<float> recorder, Action<string> write) : Callback<float>
{
    private const int Column = 2;                                            // of two and a half, in a line of at most 80 columns

    /// <summary>After the table.</summary>
    public override int Order => 25;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<float> learner) => Print(recorder.Epochs[^1]);

    /// <summary>Prints those of an epoch.</summary>
    public void Print(EpochReport epoch)
    {
        string[] numbers = [.. recorder.Metrics.Zip(epoch.ValidMetrics, (metric, value) => $"{metric.Name} {value:F4}").Skip(1)];
        foreach (string[] line in numbers.Chunk(Column)) write($"{"",7}valid {string.Join(", ", line)}");
    }
}

/// <summary>What one metric came to.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Train">After each epoch, over the images to train with.</param>
/// <param name="Valid">The same over those to validate with.</param>
/// <param name="Test">At the end, over those to test with; none if null.</param>
internal sealed record MetricColumn(string Name, IReadOnlyList<double> Train, IReadOnlyList<double> Valid, double? Test);
