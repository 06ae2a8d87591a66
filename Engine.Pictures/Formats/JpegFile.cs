namespace Scratch.Pictures.Formats;

/// <summary>Reads a JPEG marker by marker: what it says of itself, and whether it goes to its end.</summary>
/// <remarks>
/// A marker is 0xFF and a byte that is neither 0 nor 0xFF; most lead a segment of so many bytes as its first two say. After a start of scan (SOS)
/// come coded pixels, in which 0xFF stands only before a 0 or a restart marker. Decoders fill with grey what is missing: hence this walk.
/// </remarks>
internal static class JpegFile
{
    private const byte Mark = 0xFF, Start = 0xD8, End = 0xD9, Scan = 0xDA, FirstRestart = 0xD0, LastRestart = 0xD7, Standalone = 0x01;
    private const byte App1 = 0xE1, App2 = 0xE2, LastKnownFrame = 0xC2, Codes = 0xC4, Interval = 0xDD;
    private const int CmykChannels = 4, Restarts = 8, MostScans = 100;       // each goes over all pixels; of use are a dozen

    /// <summary>Whether it starts as one.</summary>
    public static bool IsOne(FileBytes bytes) => bytes.Has(0, [Mark, Start, Mark]);

    /// <summary>Walks over the segments and scans, up to the end of the image (EOI).</summary>
    /// <exception cref="InvalidDataException">It ends before.</exception>
    public static PictureInfo Read(FileBytes bytes)
    {
        PictureInfo? info = null;
        int orientation = 1;
        bool hasProfile = false;
        int scans = 0;
        JpegBlocks? blocks = null;
        var progress = new JpegProgress();
        for (int at = 2; ; )
        {
            byte marker = Next(bytes, ref at);
            if (marker == End) break;
            if (marker is Standalone or (>= FirstRestart and <= LastRestart)) continue;
            string part = $"segment {marker:X2} at byte {at - 2}";
            ReadOnlySpan<byte> segment = bytes.Slice(at, bytes.Big16(at, part), part);
            at += segment.Length;
            if (segment.Length < 2) throw new InvalidDataException($"its {part} is {segment.Length} bytes long, must be at least 2");
            segment = segment[2..];
            switch (marker)
            {
                case App1 when segment.StartsWith("Exif\0\0"u8): orientation = Exif.Orientation(segment[6..]); break;
                case App2 when segment.StartsWith("ICC_PROFILE\0"u8): hasProfile = true; break;
                case >= 0xC0 and <= 0xCF and not (Codes or 0xC8 or 0xCC):
                    if (info is not null) throw new InvalidDataException($"it is damaged: its {part} is a second header");
                    info = Frame(marker, segment, bytes.Length);
                    blocks = new(segment, isProgressive: marker == LastKnownFrame, bytes.Length);
                    break;
                case Scan:
                    if (++scans > MostScans) throw new InvalidDataException($"it has more than {MostScans} scans");
                    int from = at;
                    PassScan(bytes, ref at);
                    if (blocks is null) throw new InvalidDataException("its pixels stand before its header");
                    if (blocks.Add(segment, at - from) is long count) progress.Add(segment, count, bytes, from, at - from);
                    break;
                case Codes: progress.Define(segment); break;
                case Interval: progress.Restart(segment); break;
            }
        }
        if (info is null || scans == 0) throw new InvalidDataException("it has no pixels");
        return info with { Orientation = orientation, HasProfile = hasProfile };
    }

    private static PictureInfo Frame(byte marker, ReadOnlySpan<byte> frame, int length)
    {
        if (marker > LastKnownFrame)
            throw new InvalidDataException($"it is a lossless or arithmetically coded JPEG (marker {marker:X2}), which cannot be read");
        if (frame.Length < 6) throw new InvalidDataException("its header is cut short");
        if (frame[0] != 8) throw new InvalidDataException($"it is a JPEG of {frame[0]} bits a channel, only 8 can be read");
        var (height, width) = PictureSize.Checked((frame[1] << 8) | frame[2], (frame[3] << 8) | frame[4], length);
        int channels = frame[5];
        return new(PictureFormat.Jpeg, height, width) { IsGrey = channels == 1, IsCmyk = channels == CmykChannels };
    }

    /// <summary>The next marker; bytes before it that belong to nothing are passed over.</summary>
    private static byte Next(FileBytes bytes, ref int at)
    {
        while (true)
        {
            int found = bytes.From(at).IndexOf(Mark);
            if (found < 0) throw Ends(bytes);
            at += found + 1;
            while (at < bytes.Length && bytes.Byte(at, "marker") == Mark) at++;
            if (at >= bytes.Length) throw Ends(bytes);
            byte marker = bytes.Byte(at++, "marker");
            if (marker != 0) return marker;
        }
    }

    /// <summary>To the marker that ends a scan; the restart markers within must count 0 to 7 and again.</summary>
    private static void PassScan(FileBytes bytes, ref int at)
    {
        for (int restarts = 0; ; restarts++)
        {
            int before = at;
            byte marker = Next(bytes, ref at);
            if (marker is < FirstRestart or > LastRestart)
            {
                at -= 2;
                return;
            }
            int found = marker - FirstRestart, expected = restarts % Restarts;
            if (found != expected)
                throw new InvalidDataException($"it is damaged: after byte {before} comes restart marker {found}, should be {expected}");
        }
    }

    private static InvalidDataException Ends(FileBytes bytes) =>
        new($"it is cut short: it has {bytes.Length} bytes and no end of image (EOI)");
}
