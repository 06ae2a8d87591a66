using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One call of <see cref="Conv2dChannels"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class ChannelJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    [ThreadStatic]
    private static ChannelJob<V, T>? _ofThisThread;

    private ChannelJob()
    {
        Correlate = (piece, worker) => Conv2dChannels.CorrelatePiece(this, piece, worker);
        Depthwise = (piece, _) => Conv2dChannels.DepthwisePiece(this, piece);
        Fold = (piece, worker) => Conv2dChannels.FoldPiece(this, piece, worker);
        DepthwiseGradient = (piece, worker) => Conv2dChannels.DepthwiseGradientPiece(this, piece, worker);
        Gradient = (piece, worker) => Conv2dChannels.GradientPiece(this, piece, worker);
        Channels = (piece, _) => Conv2dChannels.ChannelsPiece(this, piece);
        Pack = (piece, _) => Conv2dChannels.PackPiece(this, piece);
    }

    /// <summary>The calling thread's own.</summary>
    public static ChannelJob<V, T> OfThisThread => _ofThisThread ??= new();

    // a delegate made per call would be allocated per call
    public readonly Action<int, int> Correlate, Depthwise, Fold, Gradient, DepthwiseGradient, Channels, Pack;
    public ChannelTables Tables = null!;
    public ChannelWindows Windows = null!;                                   // read forwards or backwards
    public T* Source, Target, Weights, Bias, Addend, Scratch;                // for the gradient of the weights: input, gradOutput, gradWeight
    public T* Shares;                                                        // their sums over a share of the positions each, where there are several
    public int ShareCount, SharePieces, ShareLength;                         // how many, of so many pieces of so many numbers each
    public int Plane;                                                        // pixels of an image, for the gradient of the bias
    public int Images, FirstGroup, Groups, WorkerScratch;
    public int Depth, Block;                                                 // channels of a group that are summed over, and those that are written
    // how much of them, and how many rows and images, a piece takes
    public int DepthStep, PieceBlock, BandRows, ImageStep, Bands, Others;    // the last: pieces that meet the same weights
    public bool WeightsFirst;                                                // whether these follow each other: weights are more than images
    public int GroupLength, PaddedBlock;                                     // packed weights of a group; written channels in whole vectors
    public Activation<T> Activation;
    public ChannelPart Part;                                                 // whose weights are packed, in so many panels and pieces
    public int Panels, PackPieces;
    public bool Transposed, IsFar;                                           // the second: whether more than a core's own cache is read and written

    /// <summary>How many pieces of the written channels there are in a group.</summary>
    public int PieceBlocks => (Block + PieceBlock - 1) / PieceBlock;
}
