namespace Scratch.Bench;

/// <summary>A product of two matrices, C [M, N] from A [M, K] and B [K, N].</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A, rows of B.</param>
public sealed record MatrixProduct(int M, int N, int K) : ICountedCase
{
    /// <inheritdoc/>
    public long OperationCount => 2L * M * N * K;

    /// <summary>For example <c>256x256x256</c>.</summary>
    public override string ToString() => $"{M}x{N}x{K}";
}
