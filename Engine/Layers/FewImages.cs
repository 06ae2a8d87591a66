using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>Takes a part-filled block apart into images with their channels side
/// by side, convolves only those, and lays them into lanes again.</summary>
/// <remarks>
/// Lanes compute 32 images whether or not they are there. For few images whose convolution is large against their copying,
/// <see cref="Conv2dChannels"/> computes as many as there are: the choice is made by <see cref="Pays"/>, from the shapes and the number of images
/// alone.
/// </remarks>
internal static class FewImages
{
    /// <summary>With more images than these, lanes are no slower.</summary>
    public const int Most = 8;

    private const long LargeImage = 1 << 20;                                 // multiply-adds; below, copying takes its share back
    private const int FewChannels = 16;                                      // fewer outputs than these leave vectors part-filled

    /// <summary>Whether this way is the faster one.</summary>
    public static bool Pays(Conv2dGeometry g, int images) =>
        images <= Most && g.MultiplyAdds >= LargeImage && (g.GroupOutputs >= FewChannels || (g.Groups >= FewChannels && g.GroupOutputs == 1 && g.GroupInputs == 1));

    /// <summary>Numbers to borrow: input and output twice, with the channels first and last, and packed weights.</summary>
    public static int ScratchLength<V, T>(ChannelTables tables, int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        2 * images * (tables.Geometry.InputShape.Length + tables.Geometry.OutputShape.Length) + Conv2dChannels.ScratchLength<V, T>(tables,
            threads: 1);

    /// <summary>Writes the outputs of a block.</summary>
    public static void Forward<V, T>(ChannelTables tables, in Pass<T> pass, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Divide(pass, out Span<T> first, out Span<T> input, out Span<T> output, out Span<T> work);
        ToImages(pass.Input, tables.Geometry.InChannels, tables.Geometry.InputPlane, first, input);
        Conv2dChannels.Forward<V, T>(tables, 1, input, weight, bias, work, output);
        ToLanes(output, tables.Geometry.OutChannels, tables.Geometry.OutputPlane, first, pass.Output);
    }

    /// <summary>Adds the weight's gradient, and writes the input's if somebody reads it.</summary>
    public static void Backward<V, T>(ChannelTables tables, in Pass<T> pass, ReadOnlySpan<T> weight, Span<T> gradWeight)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Divide(pass, out Span<T> first, out Span<T> input, out Span<T> gradOutput, out Span<T> work);
        ToImages(pass.Input, tables.Geometry.InChannels, tables.Geometry.InputPlane, first, input);
        ToImages(pass.GradOutput, tables.Geometry.OutChannels, tables.Geometry.OutputPlane, first, gradOutput);
        Conv2dChannels.BackwardWeight<V, T>(tables, 1, input, gradOutput, work, gradWeight);
        if (pass.GradInput.IsEmpty) return;
        Span<T> gradInput = input;                                           // the input has served
        Conv2dChannels.BackwardInput<V, T>(tables, 1, gradOutput, weight, work, gradInput);
        ToLanes(gradInput, tables.Geometry.InChannels, tables.Geometry.InputPlane, first, pass.GradInput);
    }

    /// <summary>Lanes to [n, C, H, W] in <paramref name="first"/>, and on to [n, H, W, C].</summary>
    private static void ToImages<T>(ReadOnlySpan<T> block, int channels, int plane, Span<T> first, Span<T> last) where T : unmanaged
    {
        first = first[..last.Length];
        Lanes.Deinterleave(block, channels * plane, first);
        ChannelLayout.ToChannelsLast(first, channels, plane, last);
    }

    private static void ToLanes<T>(ReadOnlySpan<T> last, int channels, int plane, Span<T> first, Span<T> block) where T : unmanaged
    {
        first = first[..last.Length];
        ChannelLayout.ToChannelsFirst(last, channels, plane, first);
        Lanes.Interleave(first, channels * plane, block);
    }

    private static void Divide<T>(in Pass<T> pass, out Span<T> first, out Span<T> input, out Span<T> output, out Span<T> work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputLength = pass.Images * pass.InputShape.Length, outputLength = pass.Images * pass.OutputShape.Length;
        input = pass.Scratch[..inputLength];
        output = pass.Scratch.Slice(inputLength, outputLength);
        first = pass.Scratch.Slice(inputLength + outputLength, inputLength + outputLength);
        work = pass.Scratch[(2 * (inputLength + outputLength))..];
    }
}
