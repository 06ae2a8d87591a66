using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dLanes
{
    /// <summary>A transposed convolution: output = activation of (bias + every input, spread over its window by the weights it meets there).
    /// Overwritten.</summary>
    /// <remarks>It is the input's gradient of the convolution that <paramref name="tables"/> describe, read as a forward pass.</remarks>
    /// <param name="tables">Of the convolution from this output back to this input.</param>
    /// <param name="input">[outC, oH, oW, lanes] of that convolution.</param>
    /// <param name="weight">[outC, inC/groups, kH, kW] of that convolution.</param>
    /// <param name="bias">[inC] of that convolution; empty for none.</param>
    /// <param name="output">[inC, H, W, lanes] of that convolution, overwritten.</param>
    /// <param name="activation">What becomes of every sum.</param>
    /// <param name="threads">How many may work.</param>
    public static void ForwardTransposed<V, T>(Conv2dTables tables, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias,
        Span<T> output, Activation<T> activation = default, int threads = 1)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Conv2dGeometry g = tables.Geometry;
        Debug.Assert(output.Length == g.InChannels * g.InputPlane * Lanes.Count && input.Length == g.OutChannels * g.OutputPlane * Lanes.Count);
        Debug.Assert(weight.Length == g.OutChannels * g.WindowLength && (bias.IsEmpty || bias.Length == g.InChannels));
        LanesJob<V, T> job = LanesJob<V, T>.OfThisThread;
        (job.Geometry, job.Taps, job.Rows, job.WeightRow, job.Activation) = (g, tables.Backward, g.GroupInputs, g.KernelLength, activation);
        job.Way = WayBack(g);
        Correlate(job, threads, input, weight, bias, default, output);
    }

    private static LanesWay WayBack(Conv2dGeometry g) =>
        IsOfThreeBack(g) ? LanesWay.ThreeBack : IsSpreadOfThree(g) ? LanesWay.Spread : g.GroupInputs == 1 ? LanesWay.Runs : LanesWay.Windows;
}
