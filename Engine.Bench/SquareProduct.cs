namespace Scratch.Bench;

/// <summary>A product of two square matrices.</summary>
/// <param name="Size">Rows and columns of each.</param>
public sealed record SquareProduct(int Size) : ICountedCase
{
    /// <inheritdoc/>
    public long OperationCount => 2L * Size * Size * Size;

    /// <summary>For example <c>256x256x256</c>.</summary>
    public override string ToString() => $"{Size}x{Size}x{Size}";
}
