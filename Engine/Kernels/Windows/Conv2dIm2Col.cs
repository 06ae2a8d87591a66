using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Convolution as the textbook has it: unfold the image to columns, then one matrix product does all the sums.</summary>
/// <remarks>
/// The same four routines as <see cref="Conv2dNaive"/>. For one image and one group,
/// with P = oH·oW positions and K = inC/groups·kH·kW numbers under the window:
/// <code>
/// output      [outC, P]  =  weight [outC, K]       ·  columns [K, P]             columns = Unfold(input)
/// gradColumns [K, P]     =  weightᵀ [K, outC]      ·  gradOutput [outC, P]       then Fold adds columns into gradInput
/// gradWeight  [outC, K] +=  gradOutput [outC, P]   ·  columnsᵀ [P, K]
/// </code>
/// </remarks>
internal static class Conv2dIm2Col
{
    /// <summary>Numbers to borrow: the columns of one image, and what the matrix product packs.</summary>
    public static int ScratchLength<V, T>(Conv2dGeometry g) where V : unmanaged, IVector<V, T> where T : unmanaged =>
        Columns(g) + Math.Max(Gemm.ScratchLength<V, T>(g.GroupOutputs, g.OutputPlane, g.WindowLength, 1),
            Math.Max(Gemm.ScratchLength<V, T>(g.WindowLength, g.OutputPlane, g.GroupOutputs, 1),
                Gemm.ScratchLength<V, T>(g.GroupOutputs, g.WindowLength, g.OutputPlane, 1)));

    /// <summary>output = bias + input * weight; output is overwritten. An empty bias is none.</summary>
    public static void Forward<V, T>(Conv2dGeometry g, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> scratch,
        Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int p = g.OutputPlane, k = g.WindowLength, rows = g.GroupOutputs, inputLength = g.InChannels * g.InputPlane, outputLength = g.OutChannels * p;
        Span<T> columns = scratch[..Columns(g)], packing = scratch[Columns(g)..];
        for (int n = 0; n < input.Length / inputLength; n++)
        {
            Im2Col.Unfold(g, input.Slice(n * inputLength, inputLength), columns);
            Span<T> image = output.Slice(n * outputLength, outputLength);
            for (int oc = 0; oc < g.OutChannels; oc++) image.Slice(oc * p, p).Fill(bias.IsEmpty ? T.Zero : bias[oc]);
            for (int group = 0; group < g.Groups; group++)
                Gemm.Multiply<V, T>(rows, p, k, 1, new(weight[(group * rows * k)..], k, 1), new(columns[(group * k * p)..], p, 1), packing,
                    image[(group * rows * p)..], p);
        }
    }

    /// <summary>gradInput = the columns' gradients, folded; gradInput is overwritten.</summary>
    public static void BackwardInput<V, T>(Conv2dGeometry g, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> scratch, Span<T> gradInput)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int p = g.OutputPlane, k = g.WindowLength, rows = g.GroupOutputs, inputLength = g.InChannels * g.InputPlane, outputLength = g.OutChannels * p;
        Span<T> columns = scratch[..Columns(g)], packing = scratch[Columns(g)..];
        gradInput.Clear();
        for (int n = 0; n < gradInput.Length / inputLength; n++)
        {
            ReadOnlySpan<T> image = gradOutput.Slice(n * outputLength, outputLength);
            columns.Clear();
            for (int group = 0; group < g.Groups; group++)
                Gemm.Multiply<V, T>(k, p, rows, 1, new(weight[(group * rows * k)..], 1, k), new(image[(group * rows * p)..], p, 1), packing,
                    columns[(group * k * p)..], p);
            Im2Col.Fold(g, columns, gradInput.Slice(n * inputLength, inputLength));
        }
    }

    /// <summary>gradWeight += gradOutput · columnsᵀ, image by image.</summary>
    public static void BackwardWeight<V, T>(Conv2dGeometry g, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> scratch, Span<T> gradWeight)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int p = g.OutputPlane, k = g.WindowLength, rows = g.GroupOutputs, inputLength = g.InChannels * g.InputPlane, outputLength = g.OutChannels * p;
        Span<T> columns = scratch[..Columns(g)], packing = scratch[Columns(g)..];
        for (int n = 0; n < input.Length / inputLength; n++)
        {
            Im2Col.Unfold(g, input.Slice(n * inputLength, inputLength), columns);
            ReadOnlySpan<T> image = gradOutput.Slice(n * outputLength, outputLength);
            for (int group = 0; group < g.Groups; group++)
                Gemm.Multiply<V, T>(rows, k, p, 1, new(image[(group * rows * p)..], p, 1), new(columns[(group * k * p)..], 1, p), packing,
                    gradWeight[(group * rows * k)..], k);
        }
    }

    /// <summary>gradBias[oc] += sum of gradOutput over images and positions.</summary>
    public static void BackwardBias<T>(Conv2dGeometry g, ReadOnlySpan<T> gradOutput, Span<T> gradBias) where T : unmanaged, INumber<T> =>
        Conv2dNaive.BackwardBias(g, gradOutput, gradBias);

    private static int Columns(Conv2dGeometry g) => g.InChannels * g.KernelLength * g.OutputPlane;
}
