using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Book.Chapters;

/// <summary>A training of the lesson's network for a few steps, watched.</summary>
/// <remarks>In double: what processors round differently is then thirteen digits behind what the book shows, and its pages are the same
/// everywhere.</remarks>
internal sealed class ShortRun
{
    /// <summary>Steps, and images of each.</summary>
    public const int Steps = 60, BatchSize = 128;

    private const int Seed = 42;

    private readonly ActivationStatistics<double> _statistics;
    private readonly int[] _relus;

    /// <summary>Trains.</summary>
    /// <param name="images">The first of them are trained with.</param>
    /// <param name="scale">What becomes of pixels before.</param>
    /// <param name="start">How the weights start.</param>
    /// <param name="learningRate">Of every step.</param>
    public ShortRun(Dataset images, Normalization scale, Initialization start, double learningRate)
    {
        Dataset some = images.Take(Steps * BatchSize);
        Model<double> model = ModelCatalog.Build<double>("lesson", some.ImageShape, some.Classes);
        model.Initialize(start, Seed);
        var (recorder, telemetry) = (new Recorder<double>(), new TelemetryCallback<double>(new() { AllDefinitions = true }));
        new Learner<double>(model, new CrossEntropyLoss<double>(), new Sgd<double>(model.ParameterVector, learningRate),
            new BatchSampler<double>(some, scale, BatchSize, shuffle: true, new RandomGenerator(Seed)), null, recorder, telemetry).Fit(1);
        Losses = recorder.Losses;
        _statistics = telemetry.Statistics;
        _relus = [.. Enumerable.Range(0, model.Layers.Count).Where(i => model.Layers[i] is Relu<double>)];
    }

    /// <summary>Of each step.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>What an activation layer put out, step by step.</summary>
    /// <param name="relu">Which, from 0.</param>
    public IReadOnlyList<ActivationRecord> Of(int relu) => _statistics.Layers[_relus[relu]];

    /// <summary>The histograms of an activation layer as a picture: right the steps, up the bins.</summary>
    public string Histograms(int relu)
    {
        int[] steps = [.. Enumerable.Range(0, Steps)];
        ActivationOptions options = _statistics.Options;
        long[] counts = [.. steps.SelectMany(step => _statistics.Histogram(_relus[relu], step).ToArray())];
        var data = new ActivationData(steps, options.Low, options.High, options.Bins, steps, []);
        return PngImage.OfPalette(Steps, options.Bins, ActivationFigures.Levels(data, counts, Steps), ColorScale.Viridis, isStored: true);
    }

    /// <summary>The first forward pass alone: of every activation layer its record, and which share of its numbers the histogram holds.</summary>
    /// <param name="images">All of them, in one batch.</param>
    /// <param name="scale">What becomes of pixels before.</param>
    /// <param name="start">How the weights start.</param>
    public static FirstLook[] FirstPass(Dataset images, Normalization scale, Initialization start)
    {
        Model<double> model = ModelCatalog.Build<double>("lesson", images.ImageShape, images.Classes);
        model.Initialize(start, Seed);
        var statistics = new ActivationStatistics<double>();
        model.Observers.Add(statistics);
        var batches = new BatchSampler<double>(images, scale, images.Count, shuffle: false);
        batches.Reset();
        batches.MoveNext();
        model.RunnerFor(images.ImageShape).Forward(batches.Current, training: true, backwardFollows: false,
            new Tensor<double>(new(images.Count, images.Classes)));
        return [.. Enumerable.Range(0, model.Layers.Count).Where(i => model.Layers[i] is Relu<double>).Select(i =>
            new FirstLook(statistics.Layers[i][0], statistics.Histogram(i, 0).ToArray()))];
    }
}

/// <summary>What an activation layer put out in one pass.</summary>
/// <param name="Record">Mean, deviation and the rest.</param>
/// <param name="Histogram">Counts of the lesson's bins.</param>
internal sealed record FirstLook(ActivationRecord Record, long[] Histogram)
{
    /// <summary>Which share of its numbers the histogram holds.</summary>
    public double Kept => Histogram.Sum() / (double)Record.Count;
}
