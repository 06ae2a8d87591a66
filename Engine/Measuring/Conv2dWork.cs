using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Measuring;

/// <summary>What of a convolution is computed.</summary>
internal enum Conv2dDirection
{
    /// <summary>The output, bias included.</summary>
    Forward,

    /// <summary>The gradient of the input.</summary>
    BackwardInput,

    /// <summary>The gradients of weight and bias.</summary>
    BackwardWeight,
}

/// <summary>One direction of one convolution in the layout that the engine would choose for it: in lanes, or few images with channels last.</summary>
/// <remarks>
/// In lanes threads share the blocks of the batch; with channels last the kernel itself cuts the work. A batch that does not fill its lanes
/// is computed with the rest of them empty, and only its own images count as operations. Gradients of weights are cleared and summed in the
/// timed run: those of blocks in a place for each thread, and then the places.
/// </remarks>
internal sealed class Conv2dWork(Conv2dGeometry geometry, int batch, Conv2dDirection direction, int threads) : IForVector<float, Workload>
{
    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        var (algorithm, body) = FewImages.Pays(geometry, batch) ? ("channels last", ChannelsLast<V>()) : (DescribeLanes(), InLanes<V>());
        return new((double)geometry.OperationCount * batch, algorithm, body);
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
        return direction switch
        {
            Conv2dDirection.Forward =>
                () => Conv2dChannels.Forward<V, float>(tables, threads, input.Span, weight.Span, bias.Span, scratch.Span, output.Span),
            Conv2dDirection.BackwardInput =>
                () => Conv2dChannels.BackwardInput<V, float>(tables, threads, output.Span, weight.Span, scratch.Span, input.Span),
            _ => () =>
            {
                gradWeight.Span.Clear();
                gradBias.Span.Clear();
                Conv2dChannels.BackwardWeight<V, float>(tables, threads, input.Span, output.Span, scratch.Span, gradWeight.Span);
                Conv2dChannels.BackwardBias<V, float>(tables, output.Span, gradBias.Span);
            },
        };
    }

    private Action InLanes<V>() where V : unmanaged, IVector<V, float>
    {
        int blocks = Lanes.Blocks(batch), from = geometry.InputShape.Length * Lanes.Count, to = geometry.OutputShape.Length * Lanes.Count;
        var (input, output, weight, bias) = Values(image => new Shape(blocks, image.Length * Lanes.Count));
        var tables = new Conv2dTables(geometry);
        switch (direction)
        {
            case Conv2dDirection.Forward:
                return Job(blocks, (i, _) => Conv2dLanes.Forward<V, float>(
                    tables, input.Span.Slice(i * from, from), weight.Span, bias.Span, output.Span.Slice(i * to, to)));
            case Conv2dDirection.BackwardInput:
                return Job(blocks, (i, _) => Conv2dLanes.BackwardInput<V, float>(
                    tables, output.Span.Slice(i * to, to), weight.Span, input.Span.Slice(i * from, from)));
        }
        int bands = Math.Min(threads, blocks);
        Tensor<float>[] gradWeights = [.. Enumerable.Range(0, bands).Select(_ => new Tensor<float>(weight.Shape))];
        Tensor<float>[] gradBiases = [.. Enumerable.Range(0, bands).Select(_ => new Tensor<float>(bias.Shape))];
        Action bandByBand = Job(bands, (band, _) =>
        {
            Span<float> gradWeight = gradWeights[band].Span, gradBias = gradBiases[band].Span;
            gradWeight.Clear();
            gradBias.Clear();
            for (int i = blocks * band / bands; i < blocks * (band + 1) / bands; i++)
            {
                Conv2dLanes.BackwardWeight<V, float>(tables, input.Span.Slice(i * from, from), output.Span.Slice(i * to, to), gradWeight);
                Conv2dLanes.BackwardBias<V, float>(tables, output.Span.Slice(i * to, to), gradBias);
            }
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

    /// <summary>Random values everywhere; what is written does not mind, and a layout does not show in them.</summary>
    private (Tensor<float> Input, Tensor<float> Output, Tensor<float> Weight, Tensor<float> Bias) Values(Func<Shape, Shape> layout)
    {
        var random = new RandomGenerator(1);
        return (RandomValues.Of<float>(layout(geometry.InputShape), random), RandomValues.Of<float>(layout(geometry.OutputShape), random),
            RandomValues.Of<float>(geometry.WeightShape, random), RandomValues.Of<float>(new Shape(geometry.OutChannels), random));
    }

    private Action Job(int pieces, Action<int, int> piece) => () => WorkerPool.Shared.Run(threads, pieces, piece);
}
