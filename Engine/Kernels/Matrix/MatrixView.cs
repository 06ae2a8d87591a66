namespace Scratch.Kernels;

/// <summary>A matrix in memory: element (row, column) lies at <c>row·rowStride +
/// column·columnStride</c>. Swapping the strides transposes it, for nothing.</summary>
internal readonly ref struct MatrixView<T>(ReadOnlySpan<T> values, int rowStride, int columnStride)
{
    public ReadOnlySpan<T> Values { get; } = values;

    public int RowStride { get; } = rowStride;

    public int ColumnStride { get; } = columnStride;
}
