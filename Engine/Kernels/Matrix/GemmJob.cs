using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One step of a matrix product while it runs: C [rows, columns] += A [rows, depth] · B [depth, columns].</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class GemmJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private const int PackPanels = 8;                                        // panels of A that a thread packs at a time

    [ThreadStatic]
    private static GemmJob<V, T>? _ofThisThread;

    private GemmJob()
    {
        PackRows = (piece, _) => Gemm.PackRows(this, piece * PackPanels * Plan.TileRows, Math.Min(Rows, (piece + 1) * PackPanels * Plan.TileRows));
        MultiplyPiece = (piece, worker) => Gemm.MultiplyPiece(this, piece, WorkerScratch + (nint)worker * Plan.WorkerLength);
    }

    /// <summary>The calling thread's own.</summary>
    public static GemmJob<V, T> OfThisThread => _ofThisThread ??= new();

    public readonly Action<int, int> PackRows, MultiplyPiece;                // a delegate made per call would be allocated per call
    public GemmPlan Plan;
    public int Rows, Columns, Depth;
    public T* A, B, C;
    public nint ARowStride, AColumnStride, BRowStride, BColumnStride, CRowStride;
    public T* PackedA, WorkerScratch;

    /// <summary>How many pieces A is packed in.</summary>
    public int PackPieces => (Rows + PackPanels * Plan.TileRows - 1) / (PackPanels * Plan.TileRows);

    /// <summary>Pieces of C side by side.</summary>
    public int PiecesAcross => (Columns + Plan.PieceColumns - 1) / Plan.PieceColumns;

    /// <summary>All pieces of C.</summary>
    public int Pieces => (Rows + Plan.PieceRows - 1) / Plan.PieceRows * PiecesAcross;
}
