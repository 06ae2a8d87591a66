using System.Globalization;

namespace Scratch.Kernels;

/// <summary>How much this processor's caches hold, read once. Speed depends on it, no bit of a result does: it only says in which order
/// blocks are computed that have nothing to do with each other.</summary>
/// <remarks>Linux tells; elsewhere, and where it tells nothing sensible, 1 MB and 16 MB stand for a processor of today.</remarks>
internal static class CacheSizes
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>Bytes of the second level, a core's own.</summary>
    public static int L2 { get; } = Read(Folder, 2, 256 << 10, 4 << 20, 1 << 20);

    /// <summary>Bytes of the third level, which cores share.</summary>
    public static int L3 { get; } = Read(Folder, 3, 2 << 20, 64 << 20, 16 << 20);

    /// <summary>Bytes of the data cache of a level, by a folder that is laid out as Linux does it: <c>index2/level</c>, <c>index2/size</c>
    /// (<c>1024K</c>).</summary>
    /// <param name="folder">The folder with an entry for each cache.</param>
    /// <param name="level">1 is next to the core.</param>
    /// <param name="least">What is less counts as this.</param>
    /// <param name="most">What is more counts as this.</param>
    /// <param name="unknown">Returned if nothing is found.</param>
    public static int Read(string folder, int level, int least, int most, int unknown)
    {
        try
        {
            foreach (string cache in Directory.EnumerateDirectories(folder, "index*"))
            {
                if (Text(cache, "level") != level.ToString(CultureInfo.InvariantCulture) || Text(cache, "type") == "Instruction") continue;
                string size = Text(cache, "size");
                if (size.EndsWith('K') && long.TryParse(size[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes))
                    return (int)Math.Clamp(kilobytes << 10, least, most);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return unknown;                                                  // not Linux, or a container that hides it
        }
        return unknown;
    }

    private static string Text(string folder, string file) => File.ReadAllText(Path.Combine(folder, file)).Trim();
}
