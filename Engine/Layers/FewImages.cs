using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>Takes the images out of a part-filled block, their channels side
/// by side, convolves only those, and lays them into lanes again.</summary>
/// <remarks>
/// Lanes compute 32 images whether or not they are there; <see cref="Conv2dChannels"/> computes as many as there are, for the
/// price of two copies. <see cref="ConvolutionCost"/> says which is less. As many threads work on it as the pass has to spare.
/// </remarks>
internal static class FewImages
{
    /// <summary>Numbers to borrow: input and output with the channels last, and packed weights.</summary>
    public static int ScratchLength<V, T>(ChannelTables tables, int images, int threads) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        images == 0 ? 0
        : checked(images * (tables.Geometry.InputShape.Length + tables.Geometry.OutputShape.Length) + Conv2dChannels.ScratchLength<V, T>(tables, threads));

    /// <summary>Writes the outputs of a block.</summary>
    public static void Forward<V, T>(ChannelTables tables, in Pass<T> pass, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Divide(pass, out Span<T> input, out Span<T> output, out Span<T> work);
        ChannelLayout.FromLanes(pass.Input, g.InChannels, g.InputPlane, input);
        Conv2dChannels.Forward<V, T>(tables, Threads(pass), input, weight, bias, work, output);
        ChannelLayout.ToLanes<T>(output, g.OutChannels, g.OutputPlane, pass.Output);
    }

    /// <summary>Adds the weight's gradient, and writes the input's if somebody reads it.</summary>
    public static void Backward<V, T>(ChannelTables tables, in Pass<T> pass, ReadOnlySpan<T> weight, Span<T> gradWeight)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Divide(pass, out Span<T> input, out Span<T> gradOutput, out Span<T> work);
        ChannelLayout.FromLanes(pass.Input, g.InChannels, g.InputPlane, input);
        ChannelLayout.FromLanes(pass.GradOutput, g.OutChannels, g.OutputPlane, gradOutput);
        Conv2dChannels.BackwardWeight<V, T>(tables, Threads(pass), input, gradOutput, work, gradWeight);
        if (pass.GradInput.IsEmpty) return;
        Span<T> gradInput = input;                                           // the input has served
        Conv2dChannels.BackwardInput<V, T>(tables, Threads(pass), gradOutput, weight, work, gradInput);
        ChannelLayout.ToLanes<T>(gradInput, g.InChannels, g.InputPlane, pass.GradInput);
    }

    private static int Threads<T>(in Pass<T> pass) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Max(1, pass.Threads);

    private static void Divide<T>(in Pass<T> pass, out Span<T> input, out Span<T> output, out Span<T> work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputLength = pass.Images * pass.InputShape.Length, outputLength = pass.Images * pass.OutputShape.Length;
        input = pass.Scratch[..inputLength];
        output = pass.Scratch.Slice(inputLength, outputLength);
        work = pass.Scratch[(inputLength + outputLength)..];
    }
}
