namespace Scratch.Tests.Pictures;

/// <summary>Writes progressive JPEG files of one channel bit by bit, for tests. All means are 0.</summary>
internal static class ProgressiveJpeg
{
    private const int Side = 8;

    /// <summary>A file.</summary>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="symbols">Of codes for what is no mean: 0, 10, 110 and so on.</param>
    /// <param name="scans">First and last coefficient, how many of their last bits are still to come, this one included, or 0 for a first scan, and
    /// zeros and ones; a bar is a restart marker.</param>
    /// <param name="interval">Blocks between restart markers, or 0.</param>
    public static byte[] Of(int width, int height, byte[] symbols, (int First, int Last, int Known, string Bits)[] scans, int interval = 0)
    {
        int blocks = (width + Side - 1) / Side * ((height + Side - 1) / Side), part = interval == 0 ? blocks : interval;
        string means = string.Join('|', Enumerable.Range(0, (blocks + part - 1) / part)
            .Select(i => new string('0', Math.Min(part, blocks - i * part))));
        byte[] counts = new byte[16], quantities = [0, .. Enumerable.Repeat((byte)16, Side * Side)];
        counts.AsSpan(0, symbols.Length).Fill(1);
        return
        [
            0xFF, 0xD8, .. Segment(0xDB, quantities),
            .. Segment(0xC2, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
            .. Segment(0xC4, [0x00, 1, .. new byte[15], 0]), .. Segment(0xC4, [0x10, .. counts, .. symbols]),
            .. interval == 0 ? [] : Segment(0xDD, [(byte)(interval >> 8), (byte)interval]),
            .. Scan(0, 0, 0, 0, means),
            .. scans.SelectMany(scan => Scan(scan.First, scan.Last, scan.Known, Math.Max(0, scan.Known - 1), scan.Bits)),
            0xFF, 0xD9,
        ];
    }

    private static byte[] Segment(byte marker, byte[] bytes) => [0xFF, marker, (byte)((bytes.Length + 2) >> 8), (byte)(bytes.Length + 2), .. bytes];

    private static byte[] Scan(int first, int last, int known, int left, string bits)
    {
        var bytes = new List<byte>(Segment(0xDA, [1, 1, 0, (byte)first, (byte)last, (byte)(known << 4 | left)]));
        string[] parts = bits.Replace(" ", "", StringComparison.Ordinal).Split('|');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0) bytes.AddRange([0xFF, (byte)(0xD0 + (i - 1) % 8)]);
            for (int at = 0; at < parts[i].Length; at += 8)
            {
                byte one = Convert.ToByte(parts[i][at..Math.Min(at + 8, parts[i].Length)].PadRight(8, '1'), 2);
                bytes.Add(one);
                if (one == 0xFF) bytes.Add(0);
            }
        }
        return [.. bytes];
    }
}
