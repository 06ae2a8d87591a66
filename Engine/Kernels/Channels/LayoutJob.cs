namespace Scratch.Kernels;

/// <summary>One call of <see cref="ChannelLayout"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed class LayoutJob<T> where T : unmanaged
{
    [ThreadStatic]
    private static LayoutJob<T>? _ofThisThread;

    private LayoutJob()
    {
        ToChannelsLast = (piece, _) => ChannelLayout.ToChannelsLastPiece(this, First(piece), First(piece + 1));
        FromLanes = (piece, _) => ChannelLayout.FromLanesPiece(this, First(piece), First(piece + 1));
        ToLanes = (piece, _) => ChannelLayout.ToLanesPiece(this, First(piece), First(piece + 1));
    }

    /// <summary>The calling thread's own.</summary>
    public static LayoutJob<T> OfThisThread => _ofThisThread ??= new();

    public readonly Action<int, int> ToChannelsLast, FromLanes, ToLanes;     // a delegate made per call would be allocated per call
    public int Channels, Pixels, Images, Pieces;
    public nint From, To;                                                    // addresses, good for this call

    private int First(int piece) => Parts.Begin(Pixels, piece, Pieces);
}
