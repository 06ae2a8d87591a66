using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Finds the prices of <see cref="Chore"/>s on the machine at hand: times convolutions, and asks which prices explain the times
/// best.</summary>
/// <remarks>
/// Convolutions are those of named networks, with one image, a few and a full block, and random ones; each is timed through its layer, on one thread,
/// in lanes and channels-last, where the window fits by Winograd's method, too, forward and backward. Prices are the non-negative least squares of
/// the relative error, held to the prices that were there before where the times do not say otherwise.
/// </remarks>
public static class Calibration
{
    private const int LeastRounds = 3, RandomShapes = 60, Sweeps = 3000;
    private const long MostMultiplyAdds = 2_500_000_000;                     // of a block, so that calibrating ends
    private const int MostNumbers = 1 << 24;                                 // of a block's input and output, in lanes
    private const double Hold = 0.02, LeastPrior = 0.01;

    private static readonly (string Model, int Channels, int Size, int Classes)[] _networks =
        [("lesson", 1, 28, 10), ("wide", 1, 28, 10), ("mobilenet-mini", 1, 28, 10), ("resnet9", 1, 28, 10), ("resnet18", 3, 32, 10),
            ("resnet18", 3, 224, 10), ("mobilenet-v2", 3, 224, 10)];

    /// <summary>Some work and what it took.</summary>
    internal sealed record Sample(ChoreCounts Counts, double Nanoseconds);

    /// <summary>Calibrates, and writes the prices where plans will find them.</summary>
    /// <param name="seconds">For how long to time each layout and direction of a convolution, about.</param>
    /// <param name="progress">Is told how many of how many convolutions are done.</param>
    /// <exception cref="InvalidOperationException">The environment says that there is no file of prices.</exception>
    public static CalibrationResult Run(double seconds, Action<int, int> progress)
    {
        string file = ChorePrices.File
            ?? throw new InvalidOperationException($"{ChorePrices.Variable} is empty: name a file in it, or unset it, to have prices written.");
        int vector = ConvolutionCost.Vector;
        List<SweepShape> shapes = [.. Shapes()];
        List<Sample> samples = [];
        for (int i = 0; i < shapes.Count; i++)
        {
            samples.AddRange(Measure(shapes[i], seconds));
            progress(i + 1, shapes.Count);
        }
        ChorePrices before = ChorePrices.Shipped[vector], after = Fit(samples, before);
        ChorePrices.Write(file, vector, after);
        return new(file, samples.Count, Error(samples, before), Error(samples, after),
            [.. Enum.GetValues<Chore>().Select(chore => (chore.ToString(), before.All[(int)chore], after.All[(int)chore]))]);
    }

    /// <summary>The prices that explain the samples best.</summary>
    /// <param name="samples">Work and times.</param>
    /// <param name="prior">What to keep to as far as the samples do not mind.</param>
    internal static ChorePrices Fit(IReadOnlyList<Sample> samples, ChorePrices prior)
    {
        // Each price is sought as a multiple x of its prior: minimise sum over samples (row·x - 1)² + hold · sum over prices (x - prior)².
        int kinds = ChoreCounts.Kinds;
        double[] scale = [.. prior.All.ToArray().Select(price => Math.Max(price, LeastPrior))], target = new double[kinds], x = new double[kinds];
        for (int j = 0; j < kinds; j++) x[j] = target[j] = prior.All[j] / scale[j];
        var products = new double[kinds, kinds];
        double[] right = new double[kinds], row = new double[kinds];
        double hold = Hold * samples.Count / kinds;
        foreach (Sample sample in samples)
        {
            for (int j = 0; j < kinds; j++) row[j] = sample.Counts.All[j] * scale[j] / sample.Nanoseconds;
            for (int j = 0; j < kinds; j++)
            {
                right[j] += row[j];
                for (int k = 0; k < kinds; k++) products[j, k] += row[j] * row[k];
            }
        }
        for (int sweep = 0; sweep < Sweeps; sweep++)                         // one coordinate after the other, none below 0
            for (int j = 0; j < kinds; j++)
            {
                double others = 0;
                for (int k = 0; k < kinds; k++) others += k == j ? 0 : products[j, k] * x[k];
                x[j] = Math.Max(0, (right[j] - others + hold * target[j]) / (products[j, j] + hold));
            }
        return ChorePrices.Of("fitted", x.Select((multiple, j) => multiple * scale[j]));
    }

    /// <summary>The median of how far predictions are from the times, as a share of them.</summary>
    private static double Error(List<Sample> samples, ChorePrices prices)
    {
        double[] errors = [.. samples.Select(sample => Math.Abs(prices.Of(sample.Counts) / sample.Nanoseconds - 1)).Order()];
        return errors[errors.Length / 2];
    }

    private static IEnumerable<SweepShape> Shapes()
    {
        var seen = new HashSet<SweepShape>();
        foreach (var (name, channels, size, classes) in _networks)
        {
            var image = new Shape(channels, size, size);
            LayerGraph<float> graph = ModelCatalog.Build<float>(name, image, classes).Graph;
            Shape[] shapes = graph.Shapes(image);
            for (int i = 0; i < graph.Layers.Count; i++)
                if (graph.Layers[i] is Conv2d<float> layer && layer.Geometry(shapes[graph.InputOf(i)]) is var g)
                    foreach (int images in new[] { 1, 6, Lanes.Count })
                    {
                        var shape = new SweepShape(images, g.InChannels, g.OutChannels, g.Rows.Input, g.Columns.Input, g.Columns.Kernel,
                            g.Columns.Stride,
                            g.Columns.Padding, g.Columns.Dilation, g.Groups);
                        if (images * g.MultiplyAdds <= MostMultiplyAdds
                            && (g.InputShape.Length + (long)g.OutputShape.Length) * Lanes.Count <= MostNumbers && seen.Add(shape))
                            yield return shape;
                    }
        }
        var random = new RandomGenerator(1);
        for (int i = 0; i < RandomShapes; i++) yield return ConvolutionSweep.Draw(random) is var shape
            ? shape with { Batch = Math.Min(shape.Batch, Lanes.Count) } : shape;
    }

    private static IEnumerable<Sample> Measure(SweepShape shape, double seconds)
    {
        foreach (bool backward in new[] { false, true })
        {
            var block = new SweepBlock(shape, shape.Batch, backward);
            ConvolutionAlgorithm[] algorithms = new ConvolutionCost(shape.Geometry).Ways;
            double[] best = Stopwatches.Best([.. algorithms.Select(algorithm => block.Run(algorithm, converts: false)), block.Convert()], seconds,
                LeastRounds);
            for (int i = 0; i < algorithms.Length; i++) yield return new(block.Count(algorithms[i]), best[i] * 1e9);
            yield return new(ConvertLayout<float>.Count(shape.Geometry.InputShape, shape.Batch), best[^1] * 1e9);
        }
    }
}

/// <summary>What calibrating came to.</summary>
/// <param name="File">Where the prices now are.</param>
/// <param name="Samples">How many times were measured.</param>
/// <param name="ErrorBefore">The median error of the shipped prices' predictions here, as a share of the time.</param>
/// <param name="ErrorAfter">The same of the new prices.</param>
/// <param name="Prices">Each price's name, as shipped and as measured, in nanoseconds.</param>
public sealed record CalibrationResult(string File, int Samples, double ErrorBefore, double ErrorAfter, IReadOnlyList<(string Name, double Shipped,
    double Measured)> Prices);
