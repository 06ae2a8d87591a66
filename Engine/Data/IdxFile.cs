using System.Buffers.Binary;
using System.IO.Compression;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>The content of one IDX file, the format of MNIST: a header with the sizes, then the elements in row-major order.</summary>
/// <remarks>
/// Plain or packed with gzip, in one member or several; the content decides, not the name. Only unsigned bytes are read, of any rank. Every broken
/// file gives an <see cref="InvalidDataException"/> with file, byte, expected and found; bytes are counted after unpacking. Memory is taken for what
/// a file holds, never for what its header claims.
/// </remarks>
public sealed class IdxFile
{
    private const int GzipTrailer = 4, MostPacking = 1032;                   // deflate writes at least one byte for 1032

    private IdxFile(string name, Shape shape, ReadOnlyMemory<byte> bytes) => (Name, Shape, Bytes) = (name, shape, bytes);

    /// <summary>The file's name without its folder, for messages.</summary>
    public string Name { get; }

    /// <summary>The sizes, outermost first, for example [60000, 28, 28].</summary>
    public Shape Shape { get; }

    /// <summary>The elements, [<see cref="Shape"/>], the last axis adjacent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="rank">How many sizes it must have: 3 for images, 1 for labels; any if null.</param>
    /// <exception cref="InvalidDataException">It is no IDX file of bytes, has another rank, or is cut off, broken or too long.</exception>
    public static IdxFile Read(string path, int? rank = null)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, Path.GetFileName(path), rank);
    }

    /// <summary>Reads a stream from its position to its end and leaves it open. One that cannot seek is copied to memory first.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="rank">How many sizes it must have: 3 for images, 1 for labels; any if null.</param>
    /// <exception cref="InvalidDataException">It is no IDX file of bytes, has another rank, or is cut off, broken or too long.</exception>
    public static IdxFile Read(Stream stream, string name, int? rank = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (stream.CanSeek) return ReadSeekable(stream, name, rank);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return ReadSeekable(copy, name, rank);
    }

    private static IdxFile ReadSeekable(Stream stream, string name, int? rank)
    {
        if (!StartsLikeGzip(stream)) return ReadContent(new IdxReader(stream, name, stream.Length - stream.Position), name, rank);
        IdxFile file;
        long start = stream.Position;
        uint size = ReadGzipTrailer(stream);
        long promised = Math.Min(size, MostPacking * (stream.Length - start));
        stream.Position = start;
        using (var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true))
            file = ReadContent(new IdxReader(unpacked, name, length: null, promised), name, rank);
        CheckGzipEnd(stream, start, file, size);
        return file;
    }

    private static IdxFile ReadContent(IdxReader reader, string name, int? rank)
    {
        Shape shape = reader.ReadHeader(rank);
        byte[] bytes = reader.ReadElements(shape);
        reader.ExpectEnd();
        return new IdxFile(name, shape, bytes);
    }

    private static bool StartsLikeGzip(Stream stream)
    {
        long start = stream.Position;
        Span<byte> magic = stackalloc byte[2];
        int found = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return found == magic.Length && magic is [0x1f, 0x8b];
    }

    // The last four bytes of a whole gzip file are its unpacked size; 0 for one too short to have them.
    private static uint ReadGzipTrailer(Stream stream)
    {
        Span<byte> trailer = stackalloc byte[GzipTrailer];
        if (stream.Length - stream.Position < GzipTrailer) return 0;
        stream.Position = stream.Length - GzipTrailer;
        stream.ReadExactly(trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }

    // The platform checks the checksum only if it is there, and ignores what follows: a file cut within its last bytes, or with something behind it,
    // would pass. One member is whole if its last bytes give its size; otherwise there may be several.
    private static void CheckGzipEnd(Stream stream, long start, IdxFile file, uint found)
    {
        long expected = IdxReader.HeaderLength(file.Shape.Rank) + (long)file.Shape.Length;
        if (found == (uint)expected) return;
        stream.Position = start;
        if (!GzipMembers.Hold(stream, expected))
        {
            throw new InvalidDataException(
                $"{file.Name}: expected the unpacked size {expected} at byte {stream.Length - GzipTrailer} of the packed file, found {found}. " +
                "Its end is cut off, or something follows it.");
        }
    }
}
