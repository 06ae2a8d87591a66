using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What <c>train --json</c> prints as an epoch ends.</summary>
/// <param name="Epoch">Which, from 1.</param>
/// <param name="Epochs">Of how many.</param>
/// <param name="TrainLoss">Mean loss of the training images.</param>
/// <param name="TrainAccuracy">Their accuracy, or what else the first column of the table counts.</param>
/// <param name="ValidLoss">Mean loss of the validation images.</param>
/// <param name="ValidAccuracy">Their accuracy.</param>
/// <param name="Metrics">What <c>--metrics</c> asks for.</param>
/// <param name="TrainSeconds">Time of the training batches.</param>
/// <param name="Seconds">Time of the epoch, validation included.</param>
internal sealed record EpochMessage(int Epoch, int Epochs, double TrainLoss, double TrainAccuracy, double ValidLoss, double ValidAccuracy,
    IReadOnlyList<EpochNumber> Metrics, double TrainSeconds, double Seconds)
{
    /// <summary>From the engine's own words.</summary>
    /// <param name="recorder">Who knows what the numbers are called.</param>
    /// <param name="e">What it came to.</param>
    /// <param name="epochs">How many there are to be.</param>
    public static EpochMessage Of(Recorder<float> recorder, EpochReport e, int epochs) => new(
        e.Epoch + 1, epochs, e.TrainLoss, e.TrainMetrics[0], e.ValidLoss, e.ValidMetrics[0],
        [.. recorder.Metrics.Select((metric, i) => new EpochNumber(metric.Name, e.TrainMetrics[i], e.ValidMetrics[i])).Skip(1)],
        e.TrainSeconds, e.Seconds);
}

/// <summary>A metric of an epoch, of the training and of the validation images.</summary>
internal sealed record EpochNumber(string Name, double Train, double Valid);
