namespace Scratch.Kernels;

/// <summary>Things that follow each other, dealt out as evenly as they go.</summary>
internal static class Parts
{
    /// <summary>Where one of so many parts begins; the number of parts for where the last one ends.</summary>
    public static int Begin(int count, int part, int parts) => (int)((long)count * part / parts);
}
