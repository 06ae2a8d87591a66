using Scratch.Kernels;
using Scratch.Kernels.Simd;
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

/// <summary>One direction of one convolution in the engine's own layout, 32 images side by side.</summary>
/// <remarks>
/// Threads share the blocks of the batch; where there is only one block they share its channels (<see cref="Conv2dPiece"/>). A batch that
/// does not fill its lanes is computed with the rest of them empty, and only its own images count as operations. Gradients of weights
/// are cleared and summed in the timed run: those of blocks in a place for each thread, and then the places.
/// </remarks>
internal sealed class Conv2dWork(Conv2dGeometry geometry, int batch, Conv2dDirection direction, int threads) : IForVector<float, Workload>
{
    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        int blocks = Lanes.Blocks(batch);
        Conv2dPiece[] pieces = blocks > 1 || threads == 1 ? Conv2dPiece.OfBlocks(geometry, blocks) : Conv2dPiece.OfChannels(geometry, direction, threads);
        string lanes = batch % Lanes.Count == 0 ? $"{blocks} blocks" : $"{Lanes.Filled(blocks - 1, batch)} of {Lanes.Count} lanes filled";
        string split = threads == 1 ? "" : pieces.Length == 1 ? ", one thread" : blocks > 1 ? ", by blocks" : ", by channels";
        return new((double)geometry.OperationCount * batch, $"lanes, {lanes}{split}", Body<V>(pieces, blocks));
    }

    private Action Body<V>(Conv2dPiece[] pieces, int blocks) where V : unmanaged, IVector<V, float>
    {
        var random = new RandomGenerator(1);
        Tensor<float> weight = RandomValues.Of<float>(geometry.WeightShape, random), bias = RandomValues.Of<float>(new Shape(geometry.OutChannels), random);
        Tensor<float> input = direction == Conv2dDirection.BackwardInput ? Empty(geometry.InputShape, blocks) : Filled(geometry.InputShape, random);
        Tensor<float> output = direction == Conv2dDirection.Forward ? Empty(geometry.OutputShape, blocks) : Filled(geometry.OutputShape, random);
        switch (direction)
        {
            case Conv2dDirection.Forward:
                return Job(pieces.Length, (i, _) =>
                {
                    Conv2dPiece p = pieces[i];
                    Conv2dLanes.Forward<V, float>(p.Tables, input.Span[p.Input], weight.Span[p.Weight], bias.Span[p.Bias], output.Span[p.Output]);
                });
            case Conv2dDirection.BackwardInput:
                return Job(pieces.Length, (i, _) =>
                {
                    Conv2dPiece p = pieces[i];
                    Conv2dLanes.BackwardInput<V, float>(p.Tables, output.Span[p.Output], p.Weights(weight.Span), input.Span[p.Input]);
                });
            default:
                return BackwardWeight<V>(pieces, blocks, input, output);
        }
    }

    private Action BackwardWeight<V>(Conv2dPiece[] pieces, int blocks, Tensor<float> input, Tensor<float> gradOutput) where V : unmanaged, IVector<V, float>
    {
        int bands = Math.Min(threads, pieces.Length), places = blocks > 1 ? bands : 1;
        Tensor<float>[] gradWeights = [.. Enumerable.Range(0, places).Select(_ => new Tensor<float>(geometry.WeightShape))];
        Tensor<float>[] gradBiases = [.. gradWeights.Select(_ => new Tensor<float>(new Shape(geometry.OutChannels)))];
        Action bandByBand = Job(bands, (band, _) =>
        {
            int first = pieces.Length * band / bands, end = pieces.Length * (band + 1) / bands;
            Span<float> gradWeight = gradWeights[band % places].Span[pieces[first].Weight], gradBias = gradBiases[band % places].Span[pieces[first].Bias];
            gradWeight.Clear();
            gradBias.Clear();
            foreach (Conv2dPiece p in pieces.AsSpan(first, end - first))
            {
                Conv2dLanes.BackwardWeight<V, float>(p.Tables, input.Span[p.Input], gradOutput.Span[p.Output], gradWeight);
                Conv2dLanes.BackwardBias<V, float>(p.Tables, gradOutput.Span[p.Output], gradBias);
            }
        });
        return () =>
        {
            bandByBand();
            for (int i = 1; i < places; i++)
            {
                TensorPrimitives.Add(gradWeights[0].Span, gradWeights[i].Span, gradWeights[0].Span);
                TensorPrimitives.Add(gradBiases[0].Span, gradBiases[i].Span, gradBiases[0].Span);
            }
        };
    }

    private Action Job(int pieces, Action<int, int> piece) => () => WorkerPool.Shared.Run(threads, pieces, piece);

    private Tensor<float> Filled(Shape image, RandomGenerator random) => RandomValues.Blocks(RandomValues.Of<float>(image.Prepend(batch), random));

    private static Tensor<float> Empty(Shape image, int blocks) => new(new Shape(blocks, image.Length * Lanes.Count));
}
