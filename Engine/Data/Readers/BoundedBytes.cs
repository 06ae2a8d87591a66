namespace Scratch.Data;

/// <summary>Reads as many bytes as a header says, and takes memory only for those that are there.</summary>
internal static class BoundedBytes
{
    private const int FirstPiece = 1 << 16;

    /// <summary>Reads exactly so many; the stream may have more.</summary>
    /// <param name="source">From where.</param>
    /// <param name="length">How many.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public static byte[] Read(Stream source, long length, string name)
    {
        if (length > Array.MaxLength) throw new InvalidDataException($"{name}: expected at most {Array.MaxLength} bytes, its header says {length}.");
        byte[] bytes = new byte[Math.Min(FirstPiece, length)];
        int filled = 0;
        while (true)
        {
            filled += source.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
            if (filled < bytes.Length) throw new InvalidDataException($"{name}: expected {length} bytes, found {filled}. The file is cut off.");
            if (filled == length) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(2L * filled, length));
        }
    }
}
