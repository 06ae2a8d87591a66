using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Random convolutions, each computed by every algorithm, to see how well <see cref="ConvolutionCost"/> ranks them.</summary>
/// <remarks>
/// Through the layer, on one thread, with the images in lanes before and after. A batch is full blocks, of which one is timed,
/// and a rest. The algorithms take turns, so that what else the machine does hits all of them, and the best run of each counts.
/// </remarks>
public static class ConvolutionSweep
{
    private const int MostBatch = 128, MostChannels = 512, MostSize = 64, MostKernel = 7, MostStride = 3, LeastRounds = 9;
    private const long MostMultiplyAdds = 200_000_000;                       // of the batch, so that a sweep ends
    private const long MostNaive = 4_000_000;                                // of a block: above, seven loops are hopeless
    private const int MostNumbers = 1 << 23;                                 // of a block's input and output

    /// <summary>Times random convolutions, forward and backward, one after the other.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which ones: the same for the same seed.</param>
    /// <param name="seconds">For how long to time each direction of a block, about.</param>
    public static IEnumerable<SweepResult> Run(int count, long seed, double seconds)
    {
        var random = new RandomGenerator(seed);
        for (int i = 0; i < count; i++)
        {
            SweepShape shape = Draw(random);
            yield return Measure(shape, backward: false, seconds);
            yield return Measure(shape, backward: true, seconds);
        }
    }

    /// <summary>The next convolution: batch and channels are small as often as large (their logarithm is spread evenly).</summary>
    internal static SweepShape Draw(RandomGenerator random)
    {
        while (true)
        {
            int batch = Spread(random, MostBatch), inChannels = Spread(random, MostChannels), outChannels = Spread(random, MostChannels), groups = 1;
            switch (random.NextInt(6))
            {
                case 0:
                    groups = inChannels;
                    outChannels = random.NextInt(4) == 0 ? 2 * inChannels : inChannels;
                    break;
                case 1:
                    groups = 1 + random.NextInt(16);
                    (inChannels, outChannels) = (Math.Max(groups, inChannels / groups * groups), Math.Max(groups, outChannels / groups * groups));
                    break;
            }
            int kernel = 1 + random.NextInt(MostKernel), stride = random.NextInt(2) == 0 ? 1 : 1 + random.NextInt(MostStride);
            int dilation = random.NextInt(4) == 0 ? 2 + random.NextInt(2) : 1, padding = random.NextInt(dilation * (kernel - 1) / 2 + 1);
            int height = 1 + random.NextInt(MostSize), width = random.NextInt(2) == 0 ? height : 1 + random.NextInt(MostSize);
            var shape = new SweepShape(batch, inChannels, outChannels, height, width, kernel, stride, padding, dilation, groups);
            Conv2dGeometry g = shape.Geometry;
            if (inChannels <= MostChannels && outChannels <= MostChannels && g.OutputPlane > 0 && batch * g.MultiplyAdds <= MostMultiplyAdds
                && (g.InputShape.Length + (long)g.OutputShape.Length) * Lanes.Count <= MostNumbers)
                return shape;
        }
    }

    private static int Spread(RandomGenerator random, int most) => (int)Math.Exp(random.NextUniform(0, Math.Log(most + 1)));

    private static SweepResult Measure(SweepShape shape, bool backward, double seconds)
    {
        Dictionary<ConvolutionAlgorithm, double> times = [];
        List<ConvolutionAlgorithm> choices = [];
        double chosenTime = 0;
        int full = shape.Batch / Lanes.Count, rest = shape.Batch % Lanes.Count;
        foreach (var (images, blocks) in (ReadOnlySpan<(int, int)>)[(Lanes.Count, full), (rest, Math.Min(rest, 1))])
        {
            if (blocks == 0) continue;
            var block = new SweepBlock(shape, images, backward);
            List<ConvolutionAlgorithm> algorithms = [ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels, ConvolutionAlgorithm.Im2Col];
            if (images * shape.Geometry.MultiplyAdds <= MostNaive) algorithms.Add(ConvolutionAlgorithm.Naive);
            double[] best = Stopwatches.Best([.. algorithms.Select(algorithm => block.Run(algorithm))], seconds, LeastRounds);
            for (int i = 0; i < best.Length; i++) times[algorithms[i]] = times.GetValueOrDefault(algorithms[i]) + blocks * best[i];
            ConvolutionAlgorithm choice = block.Choose();
            if (!choices.Contains(choice)) choices.Add(choice);
            chosenTime += blocks * best[algorithms.IndexOf(choice)];
        }
        if (shape.Batch > Lanes.Count && rest * shape.Geometry.MultiplyAdds <= MostNaive && Lanes.Count * shape.Geometry.MultiplyAdds > MostNaive)
            times.Remove(ConvolutionAlgorithm.Naive);                        // of the rest alone
        return new(shape, backward ? "backward" : "forward", times, choices, chosenTime);
    }
}
