using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>Cuts work into one stretch a thread.</summary>
internal static class Bands
{
    /// <summary>An action that calls body(band, first, end) for each of up to <paramref name="threads"/> stretches of 0 to
    /// <paramref name="count"/>.</summary>
    public static Action Of(int count, int threads, Action<int, int, int> body)
    {
        int bands = Math.Min(threads, count);
        Action<int, int> job = (band, _) => body(band, Start(count, band, bands), Start(count, band + 1, bands));
        return () => WorkerPool.Shared.Run(threads, bands, job);
    }

    private static int Start(int count, int band, int bands) => (int)((long)count * band / bands);
}
