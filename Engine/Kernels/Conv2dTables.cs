using Scratch.Tensors;

namespace Scratch.Kernels;

/// <summary>What <see cref="Conv2dLanes"/> needs to know of one convolution,
/// worked out once: who reads what, forwards, backwards, and per weight.</summary>
internal sealed class Conv2dTables(Conv2dGeometry geometry)
{
    public Conv2dGeometry Geometry => geometry;

    /// <summary>A window per output, over the input channels of a group.</summary>
    public TapTable Forward { get; } = new(geometry.Rows, geometry.Columns, transposed: false, geometry.GroupInputs, geometry.KernelLength);

    /// <summary>A window per input, over the output channels of a group.</summary>
    public TapTable Backward { get; } = new(geometry.Rows, geometry.Columns, transposed: true, geometry.GroupOutputs, geometry.WindowLength);

    /// <summary>The outputs that use each weight.</summary>
    public PatchTable Patches { get; } = new(geometry.Rows, geometry.Columns);

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Forward.Bytes + Backward.Bytes + (long)Patches.Patches.Length * AlignedMemory.SizeOf<Patch>();
}
