using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A part of a convolution in lanes that is a convolution of its own: what it reads and writes of the whole.</summary>
/// <param name="Tables">Of the part.</param>
/// <param name="Input">Its numbers of the input, or of its gradient.</param>
/// <param name="Output">Its numbers of the output, or of its gradient.</param>
/// <param name="Weight">Its weights.</param>
/// <param name="Bias">Its biases.</param>
internal sealed record Conv2dPiece(Conv2dTables Tables, Range Input, Range Output, Range Weight, Range Bias)
{
    private Tensor<float>? _copy;
    private int _firstInput, _inputs;

    /// <summary>A piece for each block of a batch.</summary>
    public static Conv2dPiece[] OfBlocks(Conv2dGeometry g, int blocks)
    {
        var tables = new Conv2dTables(g);
        int input = g.InputShape.Length * Lanes.Count, output = g.OutputShape.Length * Lanes.Count;
        return [.. Enumerable.Range(0, blocks).Select(i => new Conv2dPiece(tables, Part(i, 1, input), Part(i, 1, output), .., ..))];
    }

    /// <summary>Pieces of one block, of about as many channels each: whole groups if there are several, else the channels that are written.</summary>
    public static Conv2dPiece[] OfChannels(Conv2dGeometry g, Conv2dDirection direction, int pieces)
    {
        int channels = g.Groups > 1 ? g.Groups : direction == Conv2dDirection.BackwardInput ? g.InChannels : g.OutChannels;
        int count = Math.Min(pieces, channels);
        return [.. Enumerable.Range(0, count).Select(i => Of(g, direction, channels * i / count, channels * (i + 1) / count - channels * i / count))];
    }

    /// <summary>The piece's weights. Some input channels of every output channel do not lie together: they are copied first.</summary>
    public ReadOnlySpan<float> Weights(ReadOnlySpan<float> whole)
    {
        if (_copy is null) return whole[Weight];
        int from = Tables.Geometry.KernelLength * _inputs, to = Tables.Geometry.WindowLength;
        for (int oc = 0; oc < Tables.Geometry.OutChannels; oc++)
            whole.Slice(oc * from + _firstInput * Tables.Geometry.KernelLength, to).CopyTo(_copy.Span.Slice(oc * to, to));
        return _copy.Span;
    }

    private static Conv2dPiece Of(Conv2dGeometry g, Conv2dDirection direction, int first, int count)
    {
        int input = g.InputPlane * Lanes.Count, output = g.OutputPlane * Lanes.Count;
        if (g.Groups > 1)
        {
            var tables = new Conv2dTables(g with { InChannels = count * g.GroupInputs, OutChannels = count * g.GroupOutputs, Groups = count });
            return new(tables, Part(first, count, g.GroupInputs * input), Part(first, count, g.GroupOutputs * output),
                Part(first, count, g.GroupOutputs * g.WindowLength), Part(first, count, g.GroupOutputs));
        }
        if (direction != Conv2dDirection.BackwardInput)
            return new(new(g with { OutChannels = count }), .., Part(first, count, output), Part(first, count, g.WindowLength), Part(first, count, 1));
        Conv2dGeometry some = g with { InChannels = count };
        return new(new(some), Part(first, count, input), .., .., ..) { _copy = new(some.WeightShape), _firstInput = first, _inputs = g.InChannels };
    }

    private static Range Part(int first, int count, int size) => (first * size)..((first + count) * size);
}
