using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>Takes a block apart into images, convolves them one after the other
/// by the naive or the textbook way, and lays them side by side again.</summary>
internal static class TextbookConvolution
{
    /// <summary>Numbers to borrow: input and output of so many images, and what the textbook way needs.</summary>
    public static int ScratchLength<V, T>(Conv2dGeometry g, int images) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        images == 0 ? 0 : checked((g.InputShape.Length + g.OutputShape.Length) * images + Conv2dIm2Col.ScratchLength<V, T>(g));

    public static void Forward<V, T>(ConvolutionAlgorithm algorithm, Conv2dGeometry g, in Pass<T> pass, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Divide(pass, out Span<T> input, out Span<T> output, out Span<T> scratch);
        Lanes.Deinterleave(pass.Input, pass.InputShape.Length, input);
        if (algorithm == ConvolutionAlgorithm.Naive) Conv2dNaive.Forward(g, input, weight, bias, output);
        else Conv2dIm2Col.Forward<V, T>(g, input, weight, bias, scratch, output);
        Lanes.Interleave(output, pass.OutputShape.Length, pass.Output);
    }

    public static void Backward<V, T>(ConvolutionAlgorithm algorithm, Conv2dGeometry g, in Pass<T> pass, ReadOnlySpan<T> weight, Span<T> gradWeight)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Divide(pass, out Span<T> input, out Span<T> gradOutput, out Span<T> scratch);
        Lanes.Deinterleave(pass.Input, pass.InputShape.Length, input);
        Lanes.Deinterleave(pass.GradOutput, pass.OutputShape.Length, gradOutput);
        if (gradWeight.IsEmpty)
        {
            // Nobody needs it: the weights are frozen.
        }
        else if (algorithm == ConvolutionAlgorithm.Naive) Conv2dNaive.BackwardWeight(g, input, gradOutput, gradWeight);
        else Conv2dIm2Col.BackwardWeight<V, T>(g, input, gradOutput, scratch, gradWeight);
        if (pass.GradInput.IsEmpty) return;
        Span<T> gradInput = input;                                           // the input has served
        if (algorithm == ConvolutionAlgorithm.Naive) Conv2dNaive.BackwardInput(g, gradOutput, weight, gradInput);
        else Conv2dIm2Col.BackwardInput<V, T>(g, gradOutput, weight, scratch, gradInput);
        Lanes.Interleave<T>(gradInput, pass.InputShape.Length, pass.GradInput);
    }

    private static void Divide<T>(in Pass<T> pass, out Span<T> input, out Span<T> output, out Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputLength = pass.Images * pass.InputShape.Length, outputLength = pass.Images * pass.OutputShape.Length;
        input = pass.Scratch[..inputLength];
        output = pass.Scratch.Slice(inputLength, outputLength);
        scratch = pass.Scratch[(inputLength + outputLength)..];
    }
}
