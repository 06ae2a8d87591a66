using System.Numerics;

namespace Scratch.Kernels;

/// <summary>The fourth way to see a convolution: one large, sparse matrix whose rows share their weights.</summary>
/// <remarks>
/// A fully connected layer from [inC·H·W] to [outC·oH·oW] in which row (oc, oh, ow) has the weights of channel oc where its window lies, and zeros
/// elsewhere (Kleinsmith, "CNNs from different viewpoints", 2018). Forward is M·x, the gradient to the input Mᵀ·g. For small images only.
/// </remarks>
internal static class Conv2dMatrix
{
    /// <summary>matrix [outC·oH·oW, inC·H·W], overwritten.</summary>
    public static void Fill<T>(Conv2dGeometry g, ReadOnlySpan<T> weight, Span<T> matrix) where T : unmanaged, INumber<T>
    {
        matrix.Clear();
        int columns = g.InChannels * g.InputPlane;
        for (int oc = 0; oc < g.OutChannels; oc++)
            for (int ic = 0; ic < g.GroupInputs; ic++)
                foreach (AxisTap y in g.Rows.Taps())
                    foreach (AxisTap x in g.Columns.Taps())
                    {
                        int row = (oc * g.Rows.Output + y.Output) * g.Columns.Output + x.Output;
                        int channel = oc / g.GroupOutputs * g.GroupInputs + ic;
                        int column = (channel * g.Rows.Input + y.Input) * g.Columns.Input + x.Input;
                        matrix[row * columns + column] += weight[((oc * g.GroupInputs + ic) * g.Rows.Kernel + y.Kernel) * g.Columns.Kernel
                            + x.Kernel];
                    }
    }
}
