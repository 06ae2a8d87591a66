using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>How <see cref="Conv2dWinograd"/> cuts its work: by shape and by the caches, never by the number of threads.</summary>
/// <param name="Tiles">Tiles of a strip: their numbers stay in the cache from the first step to the last.</param>
/// <param name="MostTiles">What fewer images do not exceed either: for so many there is memory.</param>
/// <param name="IsShared">Whether threads share each step of a strip that is not among <see cref="Alone"/>: there are many weights.</param>
/// <param name="IsFresh">Whether weights are transformed where they are read: then all tiles are one strip, which threads share.</param>
/// <param name="SourcePitch">Numbers of a tile at one position, as read.</param>
/// <param name="TargetPitch">The same as written: whole vectors.</param>
/// <param name="SourcePosition">Numbers from one position of the products to the next, as read.</param>
/// <param name="TargetPosition">The same as written.</param>
internal readonly record struct WinogradPlan(int Tiles, int MostTiles, bool IsShared, bool IsFresh, int SourcePitch, int TargetPitch,
    int SourcePosition, int TargetPosition)
{
    private const int LeastTiles = 24, FewTiles = 8, WorthSharing = 1 << 18, CachedTiles = 256, EnoughStrips = 16, LeastShared = 32, MostShared = 128;
    private const int Line = CacheLines.Bytes;

    /// <summary>For tiles that have <paramref name="source"/> channels and get <paramref name="target"/>.</summary>
    /// <param name="size">Numbers of a tile along an axis.</param>
    /// <param name="tiles">All tiles.</param>
    /// <param name="source">Channels read.</param>
    /// <param name="target">Channels written.</param>
    /// <param name="form">How the weights are found.</param>
    public static unsafe WinogradPlan Of<V, T>(int size, int tiles, int source, int target, WinogradWeights form)
        where V : unmanaged, IVector<V, T> where T : unmanaged
    {
        bool isFresh = form != WinogradWeights.Transformed;
        int positions = size * size, sourcePitch = Apart(Math.Max(source, V.Count), sizeof(T)),
            targetPitch = (target + V.Count - 1) / V.Count * V.Count;
        long weights = (long)positions * source * targetPitch * sizeof(T), tile = (long)positions * (sourcePitch + targetPitch) * sizeof(T);
        bool shared = isFresh || weights > CacheSizes.L2 / 2;
        int most = isFresh ? Math.Max(1, tiles) : shared ? (int)Math.Clamp(CacheSizes.L2 * 3L / tile, LeastShared, MostShared)
            : (int)Math.Clamp((CacheSizes.L2 * 3L / 4 - weights) / tile, LeastTiles, CachedTiles);
        // a strip for each thread; but it takes a while to begin one
        int least = tiles > 2 * LeastTiles ? LeastTiles : (long)positions * tiles * source * target < WorthSharing ? tiles : FewTiles;
        if (!shared) most = Math.Min(most, Math.Max(least, (tiles + EnoughStrips - 1) / EnoughStrips));
        int strips = Math.Max(1, (tiles + most - 1) / most), strip = Math.Max(1, (tiles + strips - 1) / strips);
        return new(strip, Math.Min(most, Math.Max(1, tiles)), shared, isFresh, sourcePitch, targetPitch,
            Apart(strip * sourcePitch, sizeof(T)), Apart(strip * targetPitch, sizeof(T)));
    }

    /// <summary>Strips of so many tiles.</summary>
    public int Strips(int tiles) => (tiles + Tiles - 1) / Tiles;

    /// <summary>Strips that are one thread's each, from the first to the last step, so that no number goes from core to core: all, or, where
    /// the weights are too many for a core's own cache, as many as the threads divide evenly. The same bits either way.</summary>
    public int Alone(int tiles, int threads) => IsFresh ? 0 : IsShared ? Strips(tiles) / threads * threads : Strips(tiles);

    /// <summary>Numbers of a strip's memory, both ways.</summary>
    public unsafe int Length<T>(int size) where T : unmanaged =>
        checked(size * size * (Apart(MostTiles * SourcePitch, sizeof(T)) + Apart(MostTiles * TargetPitch, sizeof(T))));

    /// <summary>An odd number of cache lines: what is read or written one after the other then lies in different sets of the cache.</summary>
    internal static int Apart(int length, int number)
    {
        int lines = (length * number + Line - 1) / Line;
        return (lines | 1) * Line / number;
    }
}
