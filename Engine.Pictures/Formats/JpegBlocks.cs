namespace Scratch.Pictures.Formats;

/// <summary>Whether the scans of a JPEG are as long as their blocks, of 8x8 pixels of one channel, need them to be.</summary>
/// <remarks>
/// Where its bits end a decoder goes on with zeros, so that a few bytes that are called a scan take the time of a picture. A block is coded in a bit
/// for its mean, and without progress another at least for the rest; only in a progressive scan of the rest may a few bits say that many blocks are
/// done (ITU T.81, G.1.2.2). Such blocks have a limit, and <see cref="JpegProgress"/> looks whether those bits do say it. Without progress a channel
/// is in one scan: so whatever bits are missing there, they are missing once.
/// </remarks>
internal sealed class JpegBlocks
{
    private const int Side = 8, MostFactor = 4, FirstChannel = 6, OfChannel = 3;
    private const long FreeBlocks = 1 << 16, BlocksPerByte = 64;

    private readonly Dictionary<byte, long> _blocks = [];
    private readonly HashSet<byte> _done = [];                               // channels, without progress
    private readonly bool _isProgressive;
    private long _left;

    /// <summary>Reads a frame's header.</summary>
    /// <param name="frame">From the depth on: height and width, and for each channel its name, its factors and its table.</param>
    /// <param name="isProgressive">It comes in several scans.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <exception cref="InvalidDataException">It is no header.</exception>
    public JpegBlocks(ReadOnlySpan<byte> frame, bool isProgressive, int length)
    {
        (_isProgressive, _left) = (isProgressive, FreeBlocks + BlocksPerByte * length);
        int height = (frame[1] << 8) | frame[2], width = (frame[3] << 8) | frame[4], channels = frame[5], most = 1, highest = 1;
        if (frame.Length < FirstChannel + OfChannel * channels) throw new InvalidDataException("its header is cut short");
        for (int c = 0; c < channels; c++)
        {
            byte factors = frame[FirstChannel + OfChannel * c + 1];
            if (factors >> 4 is < 1 or > MostFactor || (factors & 15) is < 1 or > MostFactor)
                throw new InvalidDataException($"its channel {c + 1} has the factors {factors >> 4} and {factors & 15}, must be 1 to {MostFactor}");
            (most, highest) = (Math.Max(most, factors >> 4), Math.Max(highest, factors & 15));
        }
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<byte> channel = frame.Slice(FirstChannel + OfChannel * c, OfChannel);
            _blocks[channel[0]] = Blocks(width * (channel[1] >> 4), most) * Blocks(height * (channel[1] & 15), highest);
        }
    }

    /// <summary>Checks the next scan.</summary>
    /// <param name="scan">Its header: a number of channels, name and tables of each, the first and last coefficient.</param>
    /// <param name="length">Bytes of its pixels.</param>
    /// <returns>How many blocks it is of, if it is a progressive scan of the rest.</returns>
    /// <exception cref="InvalidDataException">It is too short, or of a channel that is done.</exception>
    public long? Add(ReadOnlySpan<byte> scan, int length)
    {
        if (scan.IsEmpty || scan.Length < 2 * scan[0] + 4) throw new InvalidDataException("the header of its scan is cut short");
        long blocks = 0, bits = 8L * length;
        for (int c = 0; c < scan[0]; c++)
        {
            byte channel = scan[1 + 2 * c];
            blocks += _blocks.TryGetValue(channel, out long count) ? count : throw new InvalidDataException("a scan is of no channel");
            if (!_isProgressive && !_done.Add(channel)) throw new InvalidDataException($"it is damaged: channel {channel} is in two scans");
        }
        bool isOfMeans = scan[1 + 2 * scan[0]] == 0, isOfRests = _isProgressive && !isOfMeans;
        if (isOfRests && scan[0] != 1) throw new InvalidDataException($"a progressive scan is of {scan[0]} channels, must be of one");
        if (bits < (!_isProgressive ? 2 * blocks : isOfMeans ? blocks : 1))
            throw new InvalidDataException($"it is cut short: a scan has {length} bytes for {blocks} blocks");
        if ((_left -= Math.Max(0, blocks - bits)) < 0)
            throw new InvalidDataException($"its scans leave out more blocks than {FreeBlocks} and {BlocksPerByte} for each byte of the file");
        return isOfRests ? blocks : null;
    }

    private static long Blocks(int pixels, int most) => (pixels + Side * most - 1) / (Side * most);
}
