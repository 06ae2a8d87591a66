using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>A convolution of real use, by name: <c>lesson1 n512 1→8 k5 s2 28x28</c>.</summary>
/// <param name="Model">Where the layer comes from.</param>
/// <param name="Batch">Images of one call.</param>
/// <param name="Geometry">Sizes of one image.</param>
public sealed record LayerCase(string Model, int Batch, Conv2dGeometry Geometry) : ICountedCase
{
    /// <inheritdoc/>
    /// <remarks>The same for each direction: forward, by the input, by the weight.</remarks>
    public long OperationCount => Batch * Geometry.OperationCount;

    /// <summary>The name in tables and filters.</summary>
    public override string ToString()
    {
        (WindowAxis rows, WindowAxis columns) = (Geometry.Rows, Geometry.Columns);
        return $"{Model} n{Batch} {Geometry.InChannels}→{Geometry.OutChannels} k{rows.Kernel} s{rows.Stride} {rows.Input}x{columns.Input}";
    }
}
