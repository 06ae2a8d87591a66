using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One call of <see cref="Conv2dImage"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class ImageJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    [ThreadStatic]
    private static ImageJob<V, T>? _ofThisThread;

    private ImageJob() => Forward = (piece, _) => Conv2dImage.ForwardPiece(this, piece);

    /// <summary>The calling thread's own.</summary>
    public static ImageJob<V, T> OfThisThread => _ofThisThread ??= new();

    public readonly Action<int, int> Forward;                                // a delegate made per call would be allocated per call
    public ImageWindow Window;
    public TapRun* Taps;
    public T* Weights, Start, Image, Output;
    public Activation<T> Clamp;
    public int Blocks, Bands, BandRows;                                      // of channels, of rows; rows of a band
    public bool RowsFirst;                                                   // whether the blocks of a band follow each other
}
