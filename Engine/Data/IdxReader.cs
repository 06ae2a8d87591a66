using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Reads header and elements of one IDX file in order, and words what is wrong with it.</summary>
/// <remarks>
/// The header: two zero bytes, the element type, the rank, then the sizes as 32-bit numbers, most significant byte first (Y. LeCun, "The MNIST
/// database"). If the content's length is not known beforehand, the memory grows as elements arrive; unless the file has promised as much as its
/// header claims: then it is taken at once, without the pieces that growing leaves behind.
/// </remarks>
/// <param name="source">The content, unpacked.</param>
/// <param name="name">What messages call the file.</param>
/// <param name="length">How many bytes the content has, or null if only reading to the end can tell.</param>
/// <param name="promised">How many bytes the content has, if the end of a packed file can be believed.</param>
internal sealed class IdxReader(Stream source, string name, long? length, long promised = 0)
{
    private const int MagicLength = 4, SizeLength = 4, FirstChunk = 1 << 16;
    private const byte UnsignedByte = 0x08;

    private long _position;

    /// <summary>How many bytes stand before the elements.</summary>
    public static int HeaderLength(int rank) => MagicLength + rank * SizeLength;

    /// <summary>Reads and checks magic and sizes.</summary>
    public Shape ReadHeader(int? expectedRank)
    {
        Span<byte> magic = stackalloc byte[MagicLength];
        Need(magic, Fill(magic), "a magic");
        if (magic[0] != 0 || magic[1] != 0) WrongMagic(magic, expectedRank, "This is not an IDX file.");
        if (magic[2] != UnsignedByte) WrongType(magic[2]);
        int rank = magic[3];
        if (expectedRank is int wanted && wanted != rank) WrongMagic(magic, wanted, WhatRankSays(rank, wanted));

        Span<byte> header = stackalloc byte[rank * SizeLength];
        Need(header, Fill(header), $"{rank} sizes");
        int[] sizes = new int[rank];
        long elements = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(axis * SizeLength)..]);
            elements *= size;
            if (size > Array.MaxLength || elements > Array.MaxLength) TooLarge(axis, size);
            sizes[axis] = (int)size;
        }
        return new Shape(sizes);
    }

    /// <summary>Reads the elements that the header announced.</summary>
    public byte[] ReadElements(Shape shape)
    {
        long start = _position;
        if (length is long known && known - start < shape.Length) CutOff(shape, start, known - start);
        bool isKnown = length is not null || promised == start + shape.Length;
        byte[] elements = new byte[isKnown ? shape.Length : Math.Min(FirstChunk, shape.Length)];
        int filled = 0;
        while (true)
        {
            filled += Fill(elements.AsSpan(filled));
            if (filled < elements.Length) CutOff(shape, start, filled);
            if (filled == shape.Length) return elements;
            Array.Resize(ref elements, (int)Math.Min(2L * filled, shape.Length));
        }
    }

    /// <summary>Checks that nothing follows the elements.</summary>
    public void ExpectEnd()
    {
        long end = _position;
        if (Fill(stackalloc byte[1]) == 0) return;
        string found = length is long known ? $"{known - end} more bytes" : "more bytes";
        throw new InvalidDataException($"{name}: expected the end at byte {end}, found {found}.");
    }

    // As many bytes as there are, up to all that are asked for.
    private int Fill(Span<byte> bytes)
    {
        try
        {
            int count = source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _position += count;
            return count;
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidDataException(
                $"{name}: expected gzip bytes that unpack beyond byte {_position}, found broken ones. Fetch or pack the file again.", broken);
        }
    }

    private void Need(Span<byte> wanted, int found, string what)
    {
        if (found < wanted.Length)
        {
            throw new InvalidDataException(
                $"{name}: expected {what} of {wanted.Length} bytes at byte {_position - found}, found the end at byte {_position}.");
        }
    }

    private static string WhatRankSays(int rank, int wanted) => (rank, wanted) switch
    {
        (1, > 1) => "This is a label file.",
        (3, 1) => "This is an image file.",
        _ => $"It has {rank} sizes, {wanted} were expected.",
    };

    [DoesNotReturn]
    private void WrongMagic(Span<byte> magic, int? rank, string hint)
    {
        string expected = rank is int r ? $"0x0000{UnsignedByte:X2}{r:X2}" : $"0x0000{UnsignedByte:X2}.. (the rank last)";
        throw new InvalidDataException($"{name}: expected magic {expected} at byte 0, found 0x{Convert.ToHexString(magic)}. {hint}");
    }

    [DoesNotReturn]
    private void WrongType(byte type)
    {
        string found = type switch
        {
            0x09 => "signed byte",
            0x0B => "16-bit integer",
            0x0C => "32-bit integer",
            0x0D => "32-bit float",
            0x0E => "64-bit float",
            _ => "not a type of the format",
        };
        throw new InvalidDataException($"{name}: expected element type 0x{UnsignedByte:X2} (unsigned byte) at byte 2, found 0x{type:X2} ({found}).");
    }

    [DoesNotReturn]
    private void TooLarge(int axis, uint size) => throw new InvalidDataException(
        $"{name}: expected sizes of at most {Array.MaxLength} elements together, found {size} at byte {HeaderLength(axis)}, which exceeds that.");

    [DoesNotReturn]
    private void CutOff(Shape shape, long start, long found) => throw new InvalidDataException(
        $"{name}: expected {shape.Length} bytes for sizes {shape} from byte {start}, found {found}. The file is cut off.");
}
