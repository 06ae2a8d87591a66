using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dLanes
{
    /// <summary>A transposed convolution: output = bias + every input, spread over its window by the weights it meets there. Overwritten.</summary>
    /// <remarks>It is the input's gradient of the convolution that <paramref name="tables"/> describe, read as a forward pass.</remarks>
    /// <param name="tables">Of the convolution from this output back to this input.</param>
    /// <param name="input">[outC, oH, oW, lanes] of that convolution.</param>
    /// <param name="weight">[outC, inC/groups, kH, kW] of that convolution.</param>
    /// <param name="bias">[inC] of that convolution; empty for none.</param>
    /// <param name="output">[inC, H, W, lanes] of that convolution, overwritten.</param>
    public static void ForwardTransposed<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(output.Length == g.InChannels * g.InputPlane * Lanes.Count && input.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && (bias.IsEmpty || bias.Length == g.InChannels));
        fixed (T* x = input, w = weight, b = bias, y = output)
            for (int group = 0; group < g.Groups; group++)
                Correlate<Pair<V, T>, T, Identity<T>>(tables.Backward, x + group * g.GroupOutputs * g.OutputPlane * Lanes.Count,
                    w + group * g.GroupOutputs * g.WindowLength,
                    g.KernelLength, b == null ? null : b + group * g.GroupInputs, y + group * g.GroupInputs * g.InputPlane * Lanes.Count, g.GroupInputs, default);
    }

    /// <summary>gradBias[c] += the sum of channel c of gradOutput over all positions and images.</summary>
    public static void SumChannels<V, T>(ReadOnlySpan<T> gradOutput, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int plane = gradOutput.Length / gradBias.Length;
        Debug.Assert(plane % Lanes.Count == 0 && plane * gradBias.Length == gradOutput.Length);
        fixed (T* dy = gradOutput)
            for (int c = 0; c < gradBias.Length; c++) gradBias[c] += Sum<Pair<V, T>, T>(dy + c * plane, plane);
    }
}
