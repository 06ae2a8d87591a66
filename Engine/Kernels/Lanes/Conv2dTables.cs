using Scratch.Tensors;

namespace Scratch.Kernels;

/// <summary>What <see cref="Conv2dLanes"/> needs to know of one convolution: who
/// reads what, forwards, backwards, and per weight. Each worked out when it is first asked for.</summary>
internal sealed class Conv2dTables(Conv2dGeometry geometry)
{
    private readonly Lazy<TapTable> _forward = new(() => new(geometry.Rows, geometry.Columns, transposed: false, geometry.GroupInputs,
        geometry.KernelLength));
    private readonly Lazy<TapTable> _backward = new(() => new(geometry.Rows, geometry.Columns, transposed: true, geometry.GroupOutputs,
        geometry.WindowLength));
    private readonly Lazy<PatchTable> _patches = new(() => new(geometry.Rows, geometry.Columns));

    private readonly Lazy<ChannelGrid[]> _grids = new(() => [.. ChannelGrid.Of(geometry.Rows, geometry.Columns)]);

    public Conv2dGeometry Geometry => geometry;

    /// <summary>A window per output, over the input channels of a group.</summary>
    public TapTable Forward => _forward.Value;

    /// <summary>A window per input, over the output channels of a group.</summary>
    public TapTable Backward => _backward.Value;

    /// <summary>The outputs that use each weight.</summary>
    public PatchTable Patches => _patches.Value;

    /// <summary>The same for a convolution whose groups are a channel each way.</summary>
    public ChannelGrid[] Grids => _grids.Value;

    /// <summary>Bytes of all of them, which makes them.</summary>
    public long Bytes => Forward.Bytes + Backward.Bytes + (long)Patches.Patches.Length * AlignedMemory.SizeOf<Patch>();
}
