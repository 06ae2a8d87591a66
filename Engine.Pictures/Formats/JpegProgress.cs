using System.Numerics;

namespace Scratch.Pictures.Formats;

/// <summary>Whether the progressive scans of a JPEG that have fewer bytes than blocks say all the same what every block gets.</summary>
/// <remarks>
/// In a scan of what is not a mean a code may say that up to 32,767 blocks get nothing more (ITU T.81, G.1.2.2), so few bytes may do for all blocks.
/// Where they end early, though, a decoder goes on with zeros, which are read as codes for as many numbers as a block has: a microsecond each. So the
/// codes of such a scan are gone through here, which takes no longer than its bits. A scan that refines has a bit for each number that an earlier one
/// made: so those of the same channel are gone through before it. Longer ones may end early as well, but not often: a number comes without up to 13
/// of its last bits, and these one by one in as many scans (G.1.1.1.2).
/// </remarks>
internal sealed class JpegProgress
{
    private const int Tables = 4, OfRests = 1, Last = 63, Skip = 15, MostScans = 14;

    private readonly JpegCode?[] _codes = new JpegCode?[Tables];
    private readonly Dictionary<byte, Channel> _channels = [];
    private int _interval;

    /// <summary>Reads tables of codes (DHT).</summary>
    /// <exception cref="InvalidDataException">They are not all there.</exception>
    public void Define(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            int kind = segment[0] >> 4, table = segment[0] & 15;
            segment = segment[1..];
            JpegCode code = JpegCode.Of(ref segment);
            if (kind == OfRests && table < Tables) _codes[table] = code;
        }
    }

    /// <summary>Reads after how many blocks there is a restart marker (DRI).</summary>
    public void Restart(ReadOnlySpan<byte> segment) => _interval = segment.Length < 2 ? 0 : (segment[0] << 8) | segment[1];

    /// <summary>Takes note of a scan of what is not a mean, and goes through it if it is short.</summary>
    /// <param name="header">Of one channel: 1, its name and tables, the first and last coefficient, the bits known and those after this scan.</param>
    /// <param name="blocks">Of this channel.</param>
    /// <param name="file">All bytes.</param>
    /// <param name="from">Where the pixels of the scan begin.</param>
    /// <param name="length">How many bytes they are.</param>
    /// <exception cref="InvalidDataException">Its bits do not do for its blocks.</exception>
    public void Add(ReadOnlySpan<byte> header, long blocks, FileBytes file, int from, int length)
    {
        if (!_channels.TryGetValue(header[1], out Channel? channel)) _channels[header[1]] = channel = new(blocks);
        (int first, int last) = (header[3], header[4]);
        if (first > last || last > Last) throw new InvalidDataException($"it is damaged: a scan is of the coefficients {first} to {last}");
        for (int k = first; k <= last; k++)
        {
            if (++channel.Times[k] > MostScans) throw new InvalidDataException($"it is damaged: coefficient {k} is in more than {MostScans} scans");
        }
        channel.Scans.Enqueue(new(first, last, header[5] >> 4 > 0, _codes[header[2] & (Tables - 1)], _interval, from, length));
        if (length >= blocks) return;
        while (channel.Scans.TryDequeue(out Scan? scan)) Walk(scan, channel, new(file.Slice(scan.From, scan.Length, "scan")));
    }

    private static void Walk(Scan scan, Channel channel, JpegBits bits)
    {
        JpegCode code = scan.Code ?? throw new InvalidDataException("it is damaged: a scan lacks its table of codes");
        Span<ulong> known = channel.Known;
        int done = 0;                                                        // blocks that get nothing more
        for (int block = 0; block < known.Length; block++)
        {
            if (scan.Interval > 0 && block > 0 && block % scan.Interval == 0)
            {
                bits.Restart();
                done = 0;
            }
            if (scan.Refines) Refine(scan, code, ref bits, ref known[block], ref done);
            else if (done > 0) done--;
            else Read(scan, code, ref bits, ref known[block], ref done);
        }
    }

    // A symbol is how many zeros come before a number, and of how many bits this is; of none: sixteen zeros, or the end of this block and some more.
    private static void Read(Scan scan, JpegCode code, ref JpegBits bits, ref ulong known, ref int done)
    {
        for (int k = scan.First; k <= scan.Last; k++)
        {
            byte symbol = code.Next(ref bits);
            (int zeros, int size) = (symbol >> 4, symbol & 15);
            if (size == 0 && zeros != Skip)
            {
                done = (1 << zeros) + bits.Number(zeros) - 1;
                return;
            }
            k += zeros;
            if (size == 0) continue;
            bits.Pass(size);
            if (k > scan.Last) throw new InvalidDataException("it is damaged: a block has more numbers than it takes");
            known |= 1UL << k;
        }
    }

    // The same, but a number is one bit, its sign, and every number that is known and passed over has a bit of its own.
    private static void Refine(Scan scan, JpegCode code, ref JpegBits bits, ref ulong known, ref int done)
    {
        int k = scan.First;
        for (; done == 0 && k <= scan.Last; k++)
        {
            byte symbol = code.Next(ref bits);
            (int zeros, int size) = (symbol >> 4, symbol & 15);
            if (size > 0) bits.Next();
            else if (zeros != Skip)
            {
                done = (1 << zeros) + bits.Number(zeros);
                break;
            }
            for (; k <= scan.Last; k++)
            {
                if ((known >> k & 1) != 0) bits.Next();
                else if (--zeros < 0) break;
            }
            if (size > 0 && k <= scan.Last) known |= 1UL << k;
        }
        if (done == 0) return;
        if (k <= scan.Last) bits.Pass(BitOperations.PopCount(known >> k << k << (Last - scan.Last)));
        done--;
    }

    private sealed record Scan(int First, int Last, bool Refines, JpegCode? Code, int Interval, int From, int Length);

    /// <summary>Scans that nobody went through yet, how many each of a block's 64 numbers is in, and which are known.</summary>
    private sealed class Channel(long blocks)
    {
        private ulong[]? _known;

        public Queue<Scan> Scans { get; } = new();

        public int[] Times { get; } = new int[Last + 1];

        public ulong[] Known => _known ??= new ulong[blocks];
    }
}
