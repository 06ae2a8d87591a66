using System.Text.Json.Serialization;
using Scratch.Data;
using Scratch.Telemetry;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Loss and accuracy on the test images.</summary>
internal sealed record TestResult(double Loss, double Accuracy);

/// <summary>What was trained on.</summary>
/// <param name="TrainImages">Images to learn from.</param>
/// <param name="ValidImages">Images to validate with.</param>
/// <param name="TestImages">Images to test with.</param>
/// <param name="Image">Channels, height and width of an image.</param>
/// <param name="Mean">Of the training images' pixels, in 0..1.</param>
/// <param name="Std">Their standard deviation.</param>
/// <param name="Classes">What the classes are called, in the order of the model's outputs.</param>
/// <param name="Notes">What was left out of the folder or its pictures, and classes that are missing.</param>
internal sealed record DataNote(int TrainImages, int ValidImages, int TestImages, IReadOnlyList<int> Image, double Mean, double Std,
    IReadOnlyList<string> Classes, IReadOnlyList<string> Notes)
{
    /// <summary>How pixels became inputs.</summary>
    [JsonIgnore]
    public Normalization Normalization { get; init; } = new(Mean, Std);

    /// <summary>The mean of each channel, where each has its own.</summary>
    public IReadOnlyList<double>? ChannelMeans =>
        Normalization.Channels.Count == 0 ? null : [.. Normalization.Channels.Select(channel => channel.Mean)];

    /// <summary>The standard deviation of each.</summary>
    public IReadOnlyList<double>? ChannelStds =>
        Normalization.Channels.Count == 0 ? null : [.. Normalization.Channels.Select(channel => channel.StandardDeviation)];
}

/// <summary>What one epoch came to.</summary>
internal sealed record EpochLine(int Epoch, double TrainLoss, double TrainAccuracy, double ValidLoss, double ValidAccuracy, double TrainSeconds,
    double Seconds);

/// <summary>How many entries the telemetry of each layer has, and where they come from.</summary>
/// <param name="PerLayer">Entries, counted.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="TrainBatches">Training passes of an epoch.</param>
/// <param name="ValidBatches">Validation passes of an epoch.</param>
internal sealed record TelemetryCount(int PerLayer, int Epochs, int TrainBatches, int ValidBatches)
{
    /// <summary>For example <c>324 = 3 x (98 + 10)</c>, or <c>7000 of 10000 = 100 x (98 + 2)</c> where there were too many to keep.</summary>
    public string Sum
    {
        get
        {
            long passes = (long)Epochs * (TrainBatches + ValidBatches);
            return $"{(PerLayer == passes ? "" : $"{PerLayer} of ")}{passes} = {Epochs} x ({TrainBatches} + {ValidBatches})";
        }
    }
}

/// <summary>How fast it was.</summary>
/// <param name="Images">Training images of all epochs together.</param>
/// <param name="ImagesPerSecond">Training images in a second of training.</param>
/// <param name="TrainSeconds">Time of the training batches.</param>
/// <param name="Seconds">Time of the epochs, validation included.</param>
internal sealed record Speed(long Images, double ImagesPerSecond, double TrainSeconds, double Seconds);

/// <summary>What one layer put out, forward pass after forward pass.</summary>
internal sealed record LayerTelemetry(string Path, string Type, IReadOnlyList<ActivationRecord> Passes);

/// <summary>Everything that a training says: what <c>train</c> prints, and with <c>--out</c> writes as JSON.</summary>
internal sealed record TrainReport(
    TrainSettings Settings, string Processor, DataNote Data, bool Interrupted, int? DivergedInEpoch, IReadOnlyList<EpochLine> Epochs,
        TestResult? Test, LabelReport? Labels,
    TelemetryCount TelemetryCount, Speed Speed, string Weights, IReadOnlyList<LayerTelemetry> Telemetry)
{
    /// <summary>Why it ended before the last epoch, where patience did it.</summary>
    public string? StoppedEarly { get; init; }

    /// <summary>The epoch, from 1, whose weights were kept, where there is patience.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Loss and accuracy of averaged weights on the images to validate with; none if null.</summary>
    public TestResult? Averaged { get; init; }

    /// <summary>What was taken from another model's file; none if null.</summary>
    public FineTuned? Tuned { get; init; }

    /// <summary>The metrics of <c>--metrics</c>.</summary>
    public IReadOnlyList<MetricColumn> Metrics { get; init; } = [];

    /// <summary>Gathers it after the training; of an unfinished epoch nothing is told.</summary>
    public static TrainReport Of(
        TrainSettings settings, TrainingData data, Normalization normalization, bool interrupted, int? diverged, IReadOnlyList<EpochReport> epochs,
            TestResult? test,
        LabelReport? labels, Learner<float> learner, ActivationStatistics<float>? statistics)
    {
        int trainBatches = learner.Train.Count, validBatches = learner.Valid!.Count;
        int passes = epochs.Count * (trainBatches + validBatches);
        List<LayerTelemetry> telemetry = statistics is null ? [] :
            [.. learner.Model.Layers.Zip(statistics.Layers, (layer, records) => new LayerTelemetry(layer.Path, layer.TypeName,
                [.. records.Where(record => record.Pass < passes || !interrupted)]))];
        double trainSeconds = epochs.Sum(epoch => epoch.TrainSeconds);
        long images = (long)epochs.Count * learner.Train.ImagesPerEpoch;
        return new(
            settings, Kernels.Simd.Processor.Description,
            new(data.Train.Count, data.Valid.Count, data.Test?.Count ?? 0, data.Train.ImageShape.Sizes.ToArray(),
                normalization.Mean, normalization.StandardDeviation,
                data.Train.ClassNames!, [.. data.Warnings]) { Normalization = normalization }, interrupted, diverged,
            [.. epochs.Select(e => new EpochLine(e.Epoch + 1, e.TrainLoss, e.TrainMetrics[0], e.ValidLoss, e.ValidMetrics[0], e.TrainSeconds,
                e.Seconds))],
            test, labels, new(telemetry.Select(layer => layer.Passes.Count).FirstOrDefault(), epochs.Count, trainBatches, validBatches),
            new(images, images / trainSeconds, trainSeconds, epochs.Sum(epoch => epoch.Seconds)), learner.Model.Hash(), telemetry);
    }
}
