using Scratch.Data;
using Scratch.Training;

namespace Scratch.Cli.Reports;

/// <summary>Everything that a report shows of one training: what <c>report.json</c> holds. docs/report.md describes it field by field.</summary>
/// <param name="Format">The number of this form of the file.</param>
/// <param name="Name">What the run is called: its folder.</param>
/// <param name="Command">The command line.</param>
/// <param name="Machine">On what it ran.</param>
/// <param name="Settings">Every option by its name, those not said too.</param>
/// <param name="Data">On which images.</param>
/// <param name="Metric">What the accuracies count.</param>
/// <param name="Interrupted">Whether epochs are missing.</param>
/// <param name="Epochs">What each came to.</param>
/// <param name="Test">On the test images; none if it did not come to that.</param>
/// <param name="Speed">How fast it was.</param>
/// <param name="Weights">The hash of the weights.</param>
/// <param name="Steps">Batch by batch.</param>
/// <param name="Summary">The model layer by layer.</param>
/// <param name="Activations">What layers put out; none without telemetry.</param>
/// <param name="Kernels">The first layer's windows; none if it has none.</param>
/// <param name="Features">One image on its way through the network.</param>
/// <param name="Judged">Which images were counted at the end; none if it did not come to that or each has many labels.</param>
internal sealed record RunData(
    int Format, string Name, string Command, MachineNote Machine, IReadOnlyDictionary<string, string> Settings, DataNote Data, string Metric,
    bool Interrupted, IReadOnlyList<EpochLine> Epochs, TestResult? Test, Speed Speed, string Weights, StepData Steps, SummaryReport Summary,
    ActivationData? Activations, KernelData? Kernels, FeatureData? Features, JudgedData? Judged);

/// <summary>Where a run's report lies in its folder.</summary>
internal static class RunFile
{
    /// <summary>The form of the data that this program writes and reads.</summary>
    public const int Format = 1;

    /// <summary>The data, and the page made of them.</summary>
    public const string Data = "report.json", Page = "report.html";
}

/// <summary>Of a run only the number of its form: which other parts there must be depends on it.</summary>
internal sealed record RunForm(int Format);

/// <summary>On what a training ran.</summary>
internal sealed record MachineNote(string Processor, int Threads, string System, string Runtime, string Engine);

/// <summary>The training's steps; of every so many one where there were too many.</summary>
/// <param name="Every">Every how many steps <paramref name="Loss"/> and <paramref name="LearningRate"/> have one, the first included.</param>
/// <param name="PerEpoch">How many steps an epoch has.</param>
/// <param name="Loss">Of each batch.</param>
/// <param name="LearningRate">At each.</param>
/// <param name="TelemetryEvery">The same for what follows.</param>
/// <param name="Momentum">At each; empty without telemetry.</param>
/// <param name="Accuracy">Of each batch, before its step; empty without telemetry.</param>
/// <param name="Parameters">What became of each parameter; empty without telemetry.</param>
internal sealed record StepData(long Every, int PerEpoch, float[] Loss, float[] LearningRate, long TelemetryEvery, float[] Momentum, float[] Accuracy,
    IReadOnlyList<ParameterSeries> Parameters);

/// <summary>A parameter at each step.</summary>
/// <param name="Name">As the model calls it.</param>
/// <param name="GradientNorm">How long its gradient was, before any clipping.</param>
/// <param name="UpdateRatio">How far the step went, as a share of the parameter's own length.</param>
internal sealed record ParameterSeries(string Name, float[] GradientNorm, float[] UpdateRatio);

/// <summary>What layers put out in training.</summary>
/// <param name="Iterations">The number of the training step of each record, from 0.</param>
/// <param name="Low">The left edge of the first bin.</param>
/// <param name="High">The right edge of the last.</param>
/// <param name="Bins">How many.</param>
/// <param name="Columns">The first step of each column of a histogram: several steps share one where there were many.</param>
/// <param name="Layers">In the order in which they run.</param>
internal sealed record ActivationData(int[] Iterations, double Low, double High, int Bins, int[] Columns, IReadOnlyList<LayerSeries> Layers);

/// <summary>What one layer put out.</summary>
/// <param name="Path">Its place.</param>
/// <param name="Type">What it is.</param>
/// <param name="IsActivation">Whether it puts one function to every number.</param>
/// <param name="Mean">Of each record.</param>
/// <param name="Deviation">Of each record.</param>
/// <param name="Lesson2019">The share near zero by this definition; empty if it is no activation.</param>
/// <param name="Miniai2022">By this one.</param>
/// <param name="Fastai2">By this one.</param>
/// <param name="Histogram">[column, bin], counts; empty if it is no activation.</param>
internal sealed record LayerSeries(string Path, string Type, bool IsActivation, float[] Mean, float[] Deviation, float[] Lesson2019,
    float[] Miniai2022,
    float[] Fastai2, long[] Histogram);

/// <summary>The first layer's windows, before training and after.</summary>
/// <param name="Layer">Its path.</param>
/// <param name="Shape">[out, in, height, width].</param>
/// <param name="Before">[<paramref name="Shape"/>], row-major.</param>
/// <param name="After">The same when training was over.</param>
internal sealed record KernelData(string Layer, int[] Shape, float[] Before, float[] After);

/// <summary>An image as bytes.</summary>
/// <param name="Channels">1 for grey, 3 for red, green and blue.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">[channels, height, width].</param>
internal sealed record ImageData(int Channels, int Height, int Width, byte[] Pixels);

/// <summary>One image through the network.</summary>
/// <param name="Image">The image.</param>
/// <param name="Label">Its class, if it has one.</param>
/// <param name="Layers">What layers make of it.</param>
/// <param name="Outputs">What the last one puts out.</param>
internal sealed record FeatureData(ImageData Image, string? Label, IReadOnlyList<FeatureLayer> Layers, float[] Outputs);

/// <summary>What one layer makes of an image.</summary>
/// <param name="Path">Its place.</param>
/// <param name="Type">What it is.</param>
/// <param name="Of">How many channels there are; the first of them are shown.</param>
/// <param name="Size">Height and width before it was made smaller to be shown.</param>
/// <param name="Low">The number that is shown as 0.</param>
/// <param name="High">The number that is shown as 255.</param>
/// <param name="Maps">[shown channels, height, width] as bytes.</param>
internal sealed record FeatureLayer(string Path, string Type, int Of, int[] Size, float Low, float High, ImageData Maps);

/// <summary>The images that the finished model was judged by.</summary>
/// <param name="What">Which images: test or validation.</param>
/// <param name="Confusion">A row for every class, a column for every guess.</param>
/// <param name="Worst">The largest losses.</param>
internal sealed record JudgedData(string What, long[][] Confusion, IReadOnlyList<WorstImage> Worst);

/// <summary>An image that was told badly.</summary>
internal sealed record WorstImage(ImageData Image, int Index, string? Name, string Label, string Guess, double Probability, double LabelProbability,
    double Loss)
{
    /// <summary>Those that were gathered over a dataset in its order.</summary>
    public static IReadOnlyList<WorstImage> Of(WorstPredictions<float> worst, Dataset images, IReadOnlyList<string> classes) =>
    [
        .. worst.Examples.Select(example => new WorstImage(FeatureMaps.ImageOf(images, example.Image), example.Image,
            images.ImageNames.IsEmpty ? null : images.ImageNames[example.Image], classes[example.Label], classes[example.Guess], example.Probability,
            example.LabelProbability, example.Loss)),
    ];

    /// <summary>The counts of a matrix, [class][guess].</summary>
    public static long[][] Confusion(ConfusionMatrix<float> matrix) =>
        [.. Enumerable.Range(0, matrix.Classes).Select(label => Enumerable.Range(0, matrix.Classes).Select(guess => matrix[label, guess]).ToArray())];
}
