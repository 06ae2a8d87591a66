using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One call of <see cref="Conv2dWinograd"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class WinogradJob<F, V, T> where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    [ThreadStatic]
    private static WinogradJob<F, V, T>? _ofThisThread;

    private WinogradJob()
    {
        Strip = (piece, worker) => Conv2dWinograd.Strip(this, piece, worker);
        Transform = (piece, _) => Conv2dWinograd.TransformPiece(this, piece);
        Multiply = (piece, _) => Conv2dWinograd.MultiplyPiece(this, piece);
        MultiplyFresh = (piece, worker) => Conv2dWinograd.MultiplyFresh(this, piece, worker);
        MultiplyFour = (piece, _) => Conv2dWinograd.MultiplyFour(this, piece);
        Part = (piece, worker) => Conv2dWinograd.GradientPart(this, piece, worker);
        TransformBoth = (piece, _) => Conv2dWinograd.TransformBothPiece(this, piece);
        Block = (piece, worker) => Conv2dWinograd.GradientBlock(this, piece, worker);
        AddWeights = (piece, _) => Conv2dWinograd.AddWeights(this, piece);
        TransformBack = (piece, _) => Conv2dWinograd.TransformBackPiece(this, piece);
    }

    /// <summary>The calling thread's own.</summary>
    public static WinogradJob<F, V, T> OfThisThread => _ofThisThread ??= new();

    // a delegate made per call would be allocated per call
    public readonly Action<int, int> Strip, Transform, Multiply, MultiplyFresh, MultiplyFour, TransformBack, Part, TransformBoth, Block, AddWeights;
    public WinogradGrid Grid;
    public WinogradPlan Plan;
    public Conv2dWinograd.Plane Source, Target;
    public WinogradGradientPlan GradientPlan;
    public T* Input, Output, Weights, Bias, Addend, Scratch, Sums;           // for the gradient of the weights: input, gradOutput, gradWeight
    public int SumsLength, BlockLength, StripLength;
    public Activation<T> Activation;
    public T* Fresh;                                                         // each worker's room for some transformed weights
    public bool IsTransposed;                                                // from the outputs back
    public int Depth;                                                        // channels to sum over
    public int First, Count;                                                 // the strip at hand
    public bool IsShared;                                                    // whether other threads have made some of what a step reads
    public bool[] HasRead = [];                                              // which workers have brought it near, of a strip
}
