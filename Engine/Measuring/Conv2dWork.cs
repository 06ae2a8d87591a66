using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Measuring;

/// <summary>One direction of one convolution by one algorithm, in the algorithm's own layout or from the public NCHW and back.</summary>
/// <remarks>
/// In lanes threads share the blocks of the batch, unfolding they share its images; with channels last the kernel itself cuts the work. A batch
/// that does not fill its lanes is computed with the rest of them empty, and only its own images count as operations. Gradients of weights are
/// cleared and summed in the timed run: those of blocks in a place for each thread, and then the places.
/// </remarks>
internal sealed class Conv2dWork(Conv2dGeometry geometry, int batch, Conv2dDirection direction, int threads, ConvolutionAlgorithm algorithm,
    bool nchw = false)
    : IForVector<float, Workload>
{
    /// <summary>Those worth comparing; the definition is a hundred times slower.</summary>
    public static ConvolutionAlgorithm[] Algorithms { get; } = [ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels,
        ConvolutionAlgorithm.Im2Col];

    /// <summary>The same for one convolution.</summary>
    public static IEnumerable<ConvolutionAlgorithm> AlgorithmsFor(Conv2dGeometry geometry) => Conv2dWinograd.Fits(geometry)
        ? [.. Algorithms, ConvolutionAlgorithm.Winograd] : Algorithms;

    /// <summary>What the engine takes where the images lie as either algorithm has them: the one that is expected to be the faster.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="batch">How many images.</param>
    /// <param name="direction">What is computed.</param>
    /// <param name="convolution">Auto, Direct or Winograd.</param>
    public static ConvolutionAlgorithm Choose(Conv2dGeometry geometry, int batch, Conv2dDirection direction, ConvolutionAlgorithm convolution)
    {
        var cost = new ConvolutionCost(geometry);
        ConvolutionAlgorithm[] ways = convolution == ConvolutionAlgorithm.Direct ? ConvolutionCost.DirectWays
            : convolution == ConvolutionAlgorithm.Winograd && Conv2dWinograd.Fits(geometry) ? [convolution] : cost.Ways;
        return ways.MinBy(way => cost.InOwnLayout(way, direction, Math.Min(batch, Lanes.Count), ConvolutionCost.Vector));
    }

    /// <summary>The algorithm's name in tables and JSON.</summary>
    public static string NameOf(ConvolutionAlgorithm algorithm) => algorithm switch
    {
        ConvolutionAlgorithm.Lanes => "lanes",
        ConvolutionAlgorithm.Channels => "channels last",
        ConvolutionAlgorithm.Winograd => "winograd",
        _ => "im2col",
    };

    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        Action run = algorithm switch
        {
            ConvolutionAlgorithm.Lanes => InLanes<V>(),
            ConvolutionAlgorithm.Channels => ChannelsLast<V>(),
            ConvolutionAlgorithm.Winograd => ByWinograd<V>(),
            _ => ImagesUnfolded<V>(),
        };
        return new((double)geometry.OperationCount * batch, algorithm == ConvolutionAlgorithm.Lanes ? DescribeLanes() : NameOf(algorithm), run);
    }

    private string DescribeLanes()
    {
        int blocks = Lanes.Blocks(batch);
        string lanes = batch % Lanes.Count == 0 ? $"{blocks} blocks" : $"{Lanes.Filled(blocks - 1, batch)} of {Lanes.Count} lanes filled";
        return $"lanes, {lanes}{(threads == 1 ? "" : blocks > 1 ? ", by blocks" : ", one thread")}";
    }

    private Action ChannelsLast<V>() where V : unmanaged, IVector<V, float>
    {
        var (input, output, weight, bias) = Values(image => image.Prepend(batch));
        var tables = new ChannelTables(geometry);
        var scratch = new Tensor<float>(new Shape(Conv2dChannels.ScratchLength<V, float>(tables, threads)));
        Tensor<float> gradWeight = new(weight.Shape), gradBias = new(bias.Shape);
        return FromNchw(input, output, Turn((first, channels, pixels, last) => ChannelLayout.ToChannelsLast(first, channels, pixels, last)),
            Turn(ChannelLayout.ToChannelsFirst), direction switch
        {
            Conv2dDirection.Forward =>
                () => Conv2dChannels.Forward<V, float>(tables, threads, input.Span, weight.Span, bias.Span, scratch.Span, output.Span),
            Conv2dDirection.BackwardInput =>
                () => Conv2dChannels.BackwardInput<V, float>(tables, threads, output.Span, weight.Span, scratch.Span, input.Span),
            _ => () =>
            {
                gradWeight.Span.Clear();
                gradBias.Span.Clear();
                Conv2dChannels.BackwardWeight<V, float>(tables, threads, input.Span, output.Span, scratch.Span, gradWeight.Span, gradBias.Span);
            },
        });
    }

    // Weights are transformed in the timed run, as those of the other algorithms are packed there.
    private Action ByWinograd<V>() where V : unmanaged, IVector<V, float>
    {
        var (input, output, weight, bias) = Values(image => image.Prepend(batch));
        int outputs = new ConvolutionCost(geometry).WinogradOutputs(direction, Math.Min(batch, Lanes.Count), prepared: false, V.Count);
        var method = WinogradMethod<V, float>.Of(outputs);
        bool back = direction == Conv2dDirection.BackwardInput, isPacked = !Conv2dWinograd.FitsFresh(outputs, geometry, direction, batch);
        WinogradWeights form = isPacked ? WinogradWeights.Transformed : WinogradWeights.Plain;
        var scratch = new Tensor<float>(new Shape(method.WorkLength(geometry, direction, batch, threads, form)));
        Tensor<float> packed = isPacked ? new(new Shape(direction == Conv2dDirection.BackwardWeight ? 0 : method.PackedLength(geometry, back, form)))
            : weight, gradWeight = new(weight.Shape), gradBias = new(bias.Shape);
        return FromNchw(input, output, Turn((first, channels, pixels, last) => ChannelLayout.ToChannelsLast(first, channels, pixels, last)),
            Turn(ChannelLayout.ToChannelsFirst), direction switch
        {
            Conv2dDirection.Forward => () =>
            {
                if (isPacked) method.Pack(geometry, transposed: false, weight.Span, [], form, packed.Span);
                method.Forward(geometry, threads, input.Span, packed.Span, form, bias.Span, [], default, scratch.Span, output.Span);
            },
            Conv2dDirection.BackwardInput => () =>
            {
                if (isPacked) method.Pack(geometry, transposed: true, weight.Span, [], form, packed.Span);
                method.BackwardInput(geometry, threads, output.Span, packed.Span, form, [], scratch.Span, input.Span);
            },
            _ => () =>
            {
                gradWeight.Span.Clear();
                gradBias.Span.Clear();
                method.BackwardWeight(geometry, threads, input.Span, output.Span, scratch.Span, gradWeight.Span);
                Conv2dChannels.SumChannels<V, float>(geometry.OutputPlane, output.Span, gradBias.Span, threads);
            },
        });
    }

    private Action InLanes<V>() where V : unmanaged, IVector<V, float>
    {
        int blocks = Lanes.Blocks(batch), from = geometry.InputShape.Length * Lanes.Count, to = geometry.OutputShape.Length * Lanes.Count;
        var (input, output, weight, bias) = Values(image => new Shape(blocks, image.Length * Lanes.Count));
        var tables = new Conv2dTables(geometry);
        return FromNchw(input, output, Interleave, Deinterleave, direction switch
        {
            Conv2dDirection.Forward => Job(blocks, (i, _) => Conv2dLanes.Forward<V, float>(
                tables, input.Span.Slice(i * from, from), weight.Span, bias.Span, output.Span.Slice(i * to, to))),
            Conv2dDirection.BackwardInput => Job(blocks, (i, _) => Conv2dLanes.BackwardInput<V, float>(
                tables, output.Span.Slice(i * to, to), weight.Span, input.Span.Slice(i * from, from))),
            _ => Summed(blocks, (i, _, gradWeight, gradBias) =>
            {
                Conv2dLanes.BackwardWeight<V, float>(tables, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to), gradWeight.Span);
                Conv2dLanes.BackwardBias<V, float>(tables, output.Span.Slice(i * to, to), gradBias.Span);
            }),
        });
    }

    private Action ImagesUnfolded<V>() where V : unmanaged, IVector<V, float>
    {
        var (input, output, weight, bias) = Values(image => image.Prepend(batch));
        int from = geometry.InputShape.Length, to = geometry.OutputShape.Length;
        Tensor<float>[] scratch = [.. Enumerable.Range(0, threads).Select(_ =>
            new Tensor<float>(new Shape(Conv2dIm2Col.ScratchLength<V, float>(geometry))))];
        return direction switch
        {
            Conv2dDirection.Forward => Job(batch, (i, worker) => Conv2dIm2Col.Forward<V, float>(
                geometry, input.Span.Slice(i * from, from), weight.Span, bias.Span, scratch[worker].Span, output.Span.Slice(i * to, to))),
            Conv2dDirection.BackwardInput => Job(batch, (i, worker) => Conv2dIm2Col.BackwardInput<V, float>(
                geometry, output.Span.Slice(i * to, to), weight.Span, scratch[worker].Span, input.Span.Slice(i * from, from))),
            _ => Summed(batch, (i, worker, gradWeight, gradBias) =>
            {
                Conv2dIm2Col.BackwardWeight<V, float>(geometry, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to), scratch[worker].Span,
                    gradWeight.Span);
                Conv2dNaive.BackwardBias<float>(geometry, output.Span.Slice(i * to, to), gradBias.Span);
            }),
        };
    }

    /// <summary>Gradients of all pieces: each thread adds up those of its share, then the shares are added.</summary>
    private Action Summed(int pieces, Action<int, int, Tensor<float>, Tensor<float>> add)
    {
        int bands = Math.Min(threads, pieces);
        Tensor<float>[] gradWeights = [.. Enumerable.Range(0, bands).Select(_ => new Tensor<float>(geometry.WeightShape))];
        Tensor<float>[] gradBiases = [.. Enumerable.Range(0, bands).Select(_ => new Tensor<float>(new Shape(geometry.OutChannels)))];
        Action bandByBand = Job(bands, (band, worker) =>
        {
            gradWeights[band].Span.Clear();
            gradBiases[band].Span.Clear();
            for (int i = pieces * band / bands; i < pieces * (band + 1) / bands; i++) add(i, worker, gradWeights[band], gradBiases[band]);
        });
        return () =>
        {
            bandByBand();
            for (int i = 1; i < bands; i++)
            {
                TensorPrimitives.Add(gradWeights[0].Span, gradWeights[i].Span, gradWeights[0].Span);
                TensorPrimitives.Add(gradBiases[0].Span, gradBiases[i].Span, gradBiases[0].Span);
            }
        };
    }

    /// <summary>The work alone, or after what it reads has come from NCHW, and before what it writes goes back there.</summary>
    private Action FromNchw(Tensor<float> input, Tensor<float> output, Conversion into, Conversion back, Action run)
    {
        if (!nchw) return run;
        var (firstInput, firstOutput, _, _) = Values(image => image.Prepend(batch));
        return () =>
        {
            if (direction != Conv2dDirection.BackwardInput) into(firstInput, geometry.InputShape, input);
            if (direction != Conv2dDirection.Forward) into(firstOutput, geometry.OutputShape, output);
            run();
            if (direction == Conv2dDirection.Forward) back(output, geometry.OutputShape, firstOutput);
            if (direction == Conv2dDirection.BackwardInput) back(input, geometry.InputShape, firstInput);
        };
    }

    /// <summary>From one layout of a batch to another.</summary>
    private delegate void Conversion(Tensor<float> from, Shape image, Tensor<float> to);

    private void Interleave(Tensor<float> from, Shape image, Tensor<float> to) => WorkerPool.Shared.Run(threads, Lanes.Blocks(batch), (block, _) =>
        Lanes.Interleave<float>(from.Span.Slice(block * Lanes.Count * image.Length, Lanes.Filled(block, batch) * image.Length), image.Length,
            to.Span.Slice(block * Lanes.Count * image.Length, Lanes.Count * image.Length)));

    private void Deinterleave(Tensor<float> from, Shape image, Tensor<float> to) => WorkerPool.Shared.Run(threads, Lanes.Blocks(batch), (block, _) =>
        Lanes.Deinterleave<float>(from.Span.Slice(block * Lanes.Count * image.Length, Lanes.Count * image.Length), image.Length,
            to.Span.Slice(block * Lanes.Count * image.Length, Lanes.Filled(block, batch) * image.Length)));

    private Conversion Turn(Turning turn) => (from, image, to) => WorkerPool.Shared.Run(threads, batch, (i, _) =>
        turn(from.Span.Slice(i * image.Length, image.Length), image[0], image[1] * image[2], to.Span.Slice(i * image.Length, image.Length)));

    private delegate void Turning(ReadOnlySpan<float> from, int channels, int pixels, Span<float> to);

    /// <summary>Random values everywhere; what is written does not mind, and a layout does not show in them.</summary>
    private (Tensor<float> Input, Tensor<float> Output, Tensor<float> Weight, Tensor<float> Bias) Values(Func<Shape, Shape> layout)
    {
        var random = new RandomGenerator(1);
        return (RandomValues.Of<float>(layout(geometry.InputShape), random), RandomValues.Of<float>(layout(geometry.OutputShape), random),
            RandomValues.Of<float>(geometry.WeightShape, random), RandomValues.Of<float>(new Shape(geometry.OutChannels), random));
    }

    private Action Job(int pieces, Action<int, int> piece) => () => WorkerPool.Shared.Run(threads, pieces, piece);
}
