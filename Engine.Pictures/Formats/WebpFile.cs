using System.Buffers.Binary;

namespace Scratch.Pictures.Formats;

/// <summary>Reads a WebP chunk by chunk: what it says of itself, and whether it is as long as it says.</summary>
/// <remarks>
/// A RIFF file: chunks of a name (4 bytes), a length (4) and so many bytes, padded to an even number. The pixels are in VP8 (lossy) or VP8L (not);
/// VP8X says before them what else is there, ALPH has the alpha of VP8.
/// </remarks>
internal static class WebpFile
{
    private const int FirstChunk = 12, ChunkHeader = 8, SideBits = 14, SideMask = (1 << SideBits) - 1;
    private const int FrameHeader = 10, ExtendedLength = 10, LosslessHeader = 5, MoreBytes = 64;
    private const byte MovesFlag = 0x02, LosslessMark = 0x2F;

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, "RIFF"u8) && bytes.Has(8, "WEBP"u8);

    /// <summary>It without what may follow it.</summary>
    /// <exception cref="InvalidDataException">It is longer than its file.</exception>
    public static ReadOnlySpan<byte> Alone(ReadOnlySpan<byte> bytes)
    {
        var file = new FileBytes(bytes);
        return file.Slice(0, ChunkHeader + file.Little32(4, "header"), "last chunk");
    }

    /// <summary>The same picture, with bytes after its coded pixels that have no meaning.</summary>
    /// <param name="bytes">A file that <see cref="Read"/> knows.</param>
    public static byte[] Lengthened(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> file = Alone(bytes);
        int at = FirstChunk;
        while (!file[at..].StartsWith("VP8 "u8) && !file[at..].StartsWith("VP8L"u8)) at += ChunkHeader + Padded(Length(file, at));
        int end = at + ChunkHeader + Length(file, at);
        byte[] more = new byte[MoreBytes + end % 2];
        Array.Fill(more, byte.MaxValue);
        byte[] longer = [.. file[..end], .. more, .. file[Padded(end)..]];
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(4), longer.Length - ChunkHeader);
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(at + 4), Length(file, at) + more.Length);
        return longer;

        static int Length(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[(at + 4)..]);

        static int Padded(int length) => length + length % 2;
    }

    /// <summary>Walks over the chunks.</summary>
    /// <exception cref="InvalidDataException">One is incomplete, contradicts another, or there is no picture.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        long end = Alone(bytes.From(0)).Length;
        int orientation = 1;
        (long Width, long Height)? canvas = null, size = null;
        bool hasProfile = false;
        ReadOnlySpan<byte> alpha = [], lossless = [];
        for (long at = FirstChunk; at + ChunkHeader <= end; )
        {
            long length = bytes.Little32(at + 4, "chunk"), from = at + ChunkHeader, next = from + length + (length & 1);
            ReadOnlySpan<byte> data = bytes.Slice(from, length, $"chunk at byte {at}"), name = bytes.Slice(at, 4, "chunk");
            if (next > end) throw new InvalidDataException($"its chunk at byte {at} goes to byte {next}, its header says {end}");
            if (name.SequenceEqual("VP8X"u8)) canvas = Canvas(data);
            if (name.SequenceEqual("ALPH"u8))
            {
                if (alpha.Length > 0) throw new InvalidDataException("its alpha (ALPH) is there twice");
                CheckAlpha(alpha = data, canvas);
            }
            if (name.SequenceEqual("VP8 "u8)) size ??= Lossy(data);
            if (name.SequenceEqual("VP8L"u8)) size ??= Lossless(lossless = data);
            if (name.SequenceEqual("ICCP"u8)) hasProfile = true;
            if (name.SequenceEqual("EXIF"u8)) orientation = Exif.Orientation(data.StartsWith("Exif\0\0"u8) ? data[6..] : data);
            at = next;
        }
        if (size is not var (width, height)) throw new InvalidDataException("it has no pixels");
        if (canvas is var (wide, high) && (wide, high) != (width, height))
            throw new InvalidDataException($"it is {high}x{wide} (H, W), its picture is {height}x{width}");
        var known = PictureSize.Checked(height, width, bytes.Length);
        if (lossless.Length > 0) WebpLossless.CheckGroups(lossless[LosslessHeader..], known.Width, known.Height);
        if (alpha.Length > 0 && (alpha[0] & 3) == 1) WebpLossless.CheckGroups(alpha[1..], known.Width, known.Height);
        return new(PictureFormat.Webp, known.Height, known.Width) { Orientation = orientation, HasProfile = hasProfile };
    }

    // Flags, then the size less 1 in three bytes each.
    private static (long Width, long Height) Canvas(ReadOnlySpan<byte> data)
    {
        if (data.Length != ExtendedLength) throw new InvalidDataException($"its chunk VP8X has {data.Length} bytes, must have {ExtendedLength}");
        if ((data[0] & MovesFlag) != 0) throw new InvalidDataException("it is a moving WebP, which cannot be read");
        return (1 + Little24(data[4..]), 1 + Little24(data[7..]));
    }

    // A byte that says how it is packed: not at all (0) or as VP8L (1); filtered in one of four ways; quantised or not.
    private static void CheckAlpha(ReadOnlySpan<byte> data, (long Width, long Height)? canvas)
    {
        if (data.Length < 2 || (data[0] & 3) > 1 || (data[0] >> 4 & 3) > 1 || data[0] >> 6 > 1)
            throw new InvalidDataException("its alpha (ALPH) is damaged");
        if ((data[0] & 3) == 0 && canvas is var (width, height) && data.Length - 1 < width * height)
            throw new InvalidDataException($"its alpha (ALPH) has {data.Length - 1} bytes for {height}x{width} pixels (H, W)");
    }

    // RFC 6386, section 9.1: in three bytes whether it is no key frame, the version, whether it is shown, and the length of the first partition,
    // which another follows; a start code; width and height.
    private static (long Width, long Height) Lossy(ReadOnlySpan<byte> data)
    {
        if (data.Length < FrameHeader) throw new InvalidDataException($"its chunk VP8 has {data.Length} bytes, must have more");
        int tag = Little24(data), partition = tag >> 5;
        if ((tag & 1) != 0 || (tag >> 1 & 7) > 3 || (tag >> 4 & 1) == 0 || !data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
            throw new InvalidDataException("its chunk VP8 does not start as a picture does");
        if (FrameHeader + partition >= data.Length)
            throw new InvalidDataException($"its chunk VP8 has {data.Length} bytes, "
                + $"its first part of several goes to byte {FrameHeader + partition}");
        return (Little16(data[6..]) & SideMask, Little16(data[8..]) & SideMask);
    }

    // A mark; width less 1, height less 1, whether there is alpha, and a version of 0.
    private static (long Width, long Height) Lossless(ReadOnlySpan<byte> data)
    {
        if (data.Length < LosslessHeader || data[0] != LosslessMark || data[4] >> 5 != 0)
            throw new InvalidDataException("its chunk VP8L does not start as a picture does");
        int sides = Little24(data[1..]) | data[4] << 24;
        return ((sides & SideMask) + 1, ((sides >> SideBits) & SideMask) + 1);
    }

    private static int Little16(ReadOnlySpan<byte> data) => data[0] | data[1] << 8;

    private static int Little24(ReadOnlySpan<byte> data) => Little16(data) | data[2] << 16;
}
