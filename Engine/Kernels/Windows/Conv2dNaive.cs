using System.Numerics;
using System.Runtime.CompilerServices;

namespace Scratch.Kernels;

/// <summary>Convolution by its definition: seven loops a student can follow with a pencil, and the oracle of every faster way.</summary>
/// <remarks>
/// Cross-correlation: the window is not flipped. Images are [N, inC, H, W] and [N, outC, oH, oW], weight [outC, inC/groups, kH, kW], and N follows
/// from the lengths. Long sums are taken in double, so that they do not drift. The element (kh, kw) of the window at (oh, ow) lies on input
/// (oh·strideH - padH + kh·dilationH, ow·strideW - padW +
/// kw·dilationW).
/// </remarks>
internal static class Conv2dNaive
{
    /// <summary>output = bias + input * weight; output is overwritten. An empty bias is none.</summary>
    public static void Forward<T>(Conv2dGeometry g, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output)
        where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < Images(g, input.Length); n++)
            for (int oc = 0; oc < g.OutChannels; oc++)
                for (int oh = 0; oh < g.Rows.Output; oh++)
                    for (int ow = 0; ow < g.Columns.Output; ow++)
                    {
                        double sum = bias.IsEmpty ? 0 : double.CreateTruncating(bias[oc]);
                        for (int ic = 0; ic < g.GroupInputs; ic++)
                            for (int kh = 0; kh < g.Rows.Kernel; kh++)
                                for (int kw = 0; kw < g.Columns.Kernel; kw++)
                                    if (Reads(g, n, oc, ic, oh, ow, kh, kw, out int at))
                                        sum += double.CreateTruncating(input[at]) * double.CreateTruncating(weight[Weight(g, oc, ic, kh, kw)]);
                        output[Output(g, n, oc, oh, ow)] = T.CreateTruncating(sum);
                    }
    }

    /// <summary>gradInput[what a tap read] = sum of gradOutput · the weight it met there; gradInput is overwritten.</summary>
    public static void BackwardInput<T>(Conv2dGeometry g, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, Span<T> gradInput)
        where T : unmanaged, INumber<T>
    {
        gradInput.Clear();
        for (int n = 0; n < Images(g, gradInput.Length); n++)
            for (int oc = 0; oc < g.OutChannels; oc++)
                for (int oh = 0; oh < g.Rows.Output; oh++)
                    for (int ow = 0; ow < g.Columns.Output; ow++)
                        for (int ic = 0; ic < g.GroupInputs; ic++)
                            for (int kh = 0; kh < g.Rows.Kernel; kh++)
                                for (int kw = 0; kw < g.Columns.Kernel; kw++)
                                    if (Reads(g, n, oc, ic, oh, ow, kh, kw, out int at))
                                        gradInput[at] += gradOutput[Output(g, n, oc, oh, ow)] * weight[Weight(g, oc, ic, kh, kw)];
    }

    /// <summary>gradWeight[oc, ic, kh, kw] += sum of gradOutput · the input it met there.</summary>
    public static void BackwardWeight<T>(Conv2dGeometry g, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> gradWeight)
        where T : unmanaged, INumber<T>
    {
        for (int oc = 0; oc < g.OutChannels; oc++)
            for (int ic = 0; ic < g.GroupInputs; ic++)
                for (int kh = 0; kh < g.Rows.Kernel; kh++)
                    for (int kw = 0; kw < g.Columns.Kernel; kw++)
                    {
                        double sum = 0;
                        for (int n = 0; n < Images(g, input.Length); n++)
                            for (int oh = 0; oh < g.Rows.Output; oh++)
                                for (int ow = 0; ow < g.Columns.Output; ow++)
                                    if (Reads(g, n, oc, ic, oh, ow, kh, kw, out int at))
                                        sum += double.CreateTruncating(gradOutput[Output(g, n, oc, oh, ow)]) * double.CreateTruncating(input[at]);
                        gradWeight[Weight(g, oc, ic, kh, kw)] += T.CreateTruncating(sum);
                    }
    }

    /// <summary>gradBias[oc] += sum of gradOutput over images and positions.</summary>
    public static void BackwardBias<T>(Conv2dGeometry g, ReadOnlySpan<T> gradOutput, Span<T> gradBias) where T : unmanaged, INumber<T>
    {
        for (int oc = 0; oc < g.OutChannels; oc++)
        {
            double sum = 0;
            for (int image = oc * g.OutputPlane; image < gradOutput.Length; image += g.OutChannels * g.OutputPlane)
                foreach (T gradient in gradOutput.Slice(image, g.OutputPlane)) sum += double.CreateTruncating(gradient);
            gradBias[oc] += T.CreateTruncating(sum);
        }
    }

    private static int Images(Conv2dGeometry g, int inputLength) => inputLength / (g.InChannels * g.InputPlane);

    /// <summary>Where in the input the element (kh, kw) of the window lies; false where that is padding of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]                       // three calls at the heart of seven loops
    private static bool Reads(Conv2dGeometry g, int n, int oc, int ic, int oh, int ow, int kh, int kw, out int at)
    {
        int h = g.Rows.Source(oh, kh), w = g.Columns.Source(ow, kw), channel = oc / g.GroupOutputs * g.GroupInputs + ic;
        at = ((n * g.InChannels + channel) * g.Rows.Input + h) * g.Columns.Input + w;
        return h >= 0 && w >= 0;
    }

    private static int Weight(Conv2dGeometry g, int oc, int ic, int kh, int kw) =>
        ((oc * g.GroupInputs + ic) * g.Rows.Kernel + kh) * g.Columns.Kernel + kw;

    private static int Output(Conv2dGeometry g, int n, int oc, int oh, int ow) =>
        ((n * g.OutChannels + oc) * g.Rows.Output + oh) * g.Columns.Output + ow;
}
