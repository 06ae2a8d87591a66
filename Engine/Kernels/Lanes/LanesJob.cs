using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One call of <see cref="Conv2dLanes"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class LanesJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private const int MostPieces = 32;
    private const long PieceWork = 1 << 16;                                  // multiplications: fewer are done before another thread has come

    [ThreadStatic]
    private static LanesJob<V, T>? _ofThisThread;

    private LanesJob()
    {
        Correlate = (piece, _) => Conv2dLanes.CorrelatePiece(this, First(piece), First(piece + 1));
        Gradient = (piece, _) => Conv2dLanes.GradientPiece(this, First(piece), First(piece + 1));
        OneGradient = (piece, _) => Conv2dLanes.OneGradientPiece(this, First(piece), First(piece + 1));
        Channels = (piece, _) => Conv2dLanes.ChannelsPiece(this, First(piece), First(piece + 1));
    }

    /// <summary>The calling thread's own.</summary>
    public static LanesJob<V, T> OfThisThread => _ofThisThread ??= new();

    public readonly Action<int, int> Correlate, Gradient, OneGradient, Channels; // a delegate made per call would be allocated per call
    public Conv2dGeometry Geometry = null!;
    public TapTable Taps = null!;
    public PatchTable Patches = null!;
    public ChannelGrid[] Grids = null!;
    public T* Source, Target, Weights, Bias, Addend, Scratch;                // for the gradient of the weights: input, gradOutput, gradWeight
    public int SourceGroup, TargetGroup, WeightGroup;                        // numbers of one group
    public int Rows, WeightRow, ChannelLength;                               // channels of a group that are written; weights, and numbers, of one
    public bool IsFar;                                                       // whether what is written leaves the core's own cache
    public LanesWay Way;
    public Activation<T> Activation;
    private int _units, _pieces;

    /// <summary>Has so many equal units of work done, cut by shape: by their number, and by how many multiplications they take.</summary>
    public void Run(int threads, int units, long work, Action<int, int> job)
    {
        (_units, _pieces) = (units, threads > 1 ? (int)Math.Clamp(work / PieceWork, 1, Math.Min(units, MostPieces)) : 1);
        WorkerPool.Shared.Run(threads, _pieces, job);
    }

    private int First(int piece) => Parts.Begin(_units, piece, _pieces);
}

/// <summary>How <see cref="Conv2dLanes"/> goes through the positions of a channel, and so what threads share.</summary>
internal enum LanesWay
{
    /// <summary>Window by window, several channels at a time.</summary>
    Windows,

    /// <summary>One channel: several windows that read alike at a time, run by run.</summary>
    Runs,

    /// <summary>One channel under windows of 3x3: line by line.</summary>
    Three,

    /// <summary>The same from the outputs back.</summary>
    ThreeBack,

    /// <summary>From the outputs of windows of 3x3 that move by two back: each line of outputs fills two lines.</summary>
    Spread,
}
