using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>How <see cref="Gemm"/> cuts a product: by its shape and the caches, never by the number of threads.</summary>
/// <param name="TileRows">Rows of a tile of C (mr), and of a panel of A.</param>
/// <param name="TileColumns">Columns of a tile of C (nr), and of a panel of B: a pair of vectors.</param>
/// <param name="StepRows">Rows of A that are packed at a time: all, unless the L3 cache does not hold them.</param>
/// <param name="BlockRows">Rows of A that the L2 cache holds (MC).</param>
/// <param name="PieceRows">Rows of C that a thread takes at a time.</param>
/// <param name="PieceColumns">Columns of C that a thread takes at a time.</param>
/// <param name="PackedLength">Numbers for A's panels.</param>
/// <param name="WorkerLength">Numbers for the panels of B of a piece, and a tile.</param>
internal readonly record struct GemmPlan(
    int TileRows, int TileColumns, int StepRows, int BlockRows, int PieceRows, int PieceColumns, int PackedLength, int WorkerLength)
{
    /// <summary>Terms that are summed in registers before they are added to C. Not from the machine: it decides how sums are rounded.</summary>
    public const int KC = 256;

    private const int EnoughPieces = 16, LeastRows = 240;                    // for the threads to share; of a piece, so that packing B pays
    private const long LeastWork = 1 << 18;                                  // multiplications of a piece: a thread takes a microsecond to wake
    private const int LineNumbers = 16;                                      // keeps what lies behind on a cache line of its own

    /// <summary>The plan for C [m, n] += A [m, k] · B [k, n].</summary>
    public static unsafe GemmPlan Of<V, T>(int m, int n, int k) where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        int kc = Math.Max(1, Math.Min(KC, k)), tileRows = MostTileRows(m), width = 2 * V.Count, rowBytes = kc * sizeof(T);
        int stepRows = Math.Max(1, Math.Min(m, Whole(CacheSizes.L3 / 4 / rowBytes, tileRows))), blockRows = Whole(CacheSizes.L2 / 2 / rowBytes,
            tileRows);
        int panels = Math.Max(1, (n + width - 1) / width), panelsOfL2 = Math.Max(1, CacheSizes.L2 / 4 / (width * rowBytes));
        int wanted = (int)Math.Max(panels / EnoughPieces, Math.Min(panels, LeastWork / ((long)stepRows * kc * width)));
        int pieceColumns = Math.Clamp(wanted, 1, panelsOfL2) * width, across = (n + pieceColumns - 1) / pieceColumns;
        int below = Math.Clamp(stepRows / LeastRows, 1, Math.Max(1, EnoughPieces / Math.Max(1, across)));
        int pieceRows = RoundUp((stepRows + below - 1) / below, tileRows);
        return new(tileRows, width, stepRows, blockRows, pieceRows, pieceColumns, RoundUp(RoundUp(stepRows, tileRows) * kc, LineNumbers),
            RoundUp(pieceColumns * kc + tileRows * width, LineNumbers));
    }

    /// <summary>Rows of a tile that has at least so many: with pairs of vectors twelve where 32 registers hold them, six for 16.</summary>
    public static int TileHeight(int rows) => rows > 8 ? 12 : rows > 6 ? 8 : rows > 4 ? 6 : 4;

    private static int MostTileRows(int m) => !Processor.HasManyRegisters ? TileHeight(Math.Min(m, 6)) : m is > 12 and <= 16 ? 8 : TileHeight(m);

    private static int Whole(int count, int multiple) => Math.Max(multiple, count / multiple * multiple);

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
