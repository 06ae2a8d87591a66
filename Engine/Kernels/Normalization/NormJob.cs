using System.Numerics;
using System.Runtime.InteropServices;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>One call of <see cref="NormChannels"/> while it runs: what every worker needs to know to do a piece of it.</summary>
/// <remarks>One for each thread that calls, made at its first call and reused: so a warm call allocates nothing.</remarks>
internal sealed unsafe class NormJob<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [ThreadStatic]
    private static NormJob<V, T>? _ofThisThread;

    private NormJob()
    {
        Forward = (image, worker) => NormChannels.Forward(this, image, worker);
        Backward = (image, worker) => NormChannels.Backward(this, image, worker);
        Look = (stretch, _) => NormChannels.Look(this, Start, stretch, worker: 0);
        Write = (stretch, _) => NormChannels.Write(this, Start, stretch, worker: 0);
        LookBack = (stretch, _) => NormChannels.LookBack(this, Start, stretch, worker: 0);
        WriteBack = (stretch, _) => NormChannels.WriteBack(this, Start, stretch, worker: 0);
    }

    /// <summary>The calling thread's own.</summary>
    public static NormJob<V, T> OfThisThread => _ofThisThread ??= new();

    // Pieces are images, or stretches of the one that begins at Start; a delegate made per call would be allocated per call.
    public readonly Action<int, int> Forward, Backward, Look, Write, LookBack, WriteBack;
    public NormParts Parts;
    public T Eps;
    public Activation<T> Activation;
    public T* Input, Output, Weight, Bias, GradOutput, GradBefore, GradInput, GradWeight, GradBias, Scratch;
    public T* Found;                                                         // [images, 2, C]: what each adds to the gradients of weight and bias
    public int Room, Start;                                                  // numbers of scratch of a worker; where the image that is shared begins

    /// <summary>Whether a channel's numbers share a weight, or have none.</summary>
    public bool IsPerChannel => Parts.Order == WeightOrder.PerChannel || Weight == null;

    public Span<T> RoomOf(int worker) => new(Scratch + (long)worker * Room, Room);

    public NormChannels.Standard<T> StandardOf(int worker) => new(Parts, RoomOf(worker));

    public Span<T> Gradient(T* gradient) => gradient == null ? [] : new(gradient, Parts.Weights);

    public ReadOnlySpan<T> Read(T* values, int start, int stretch) => Of(values, start, stretch);

    public Span<T> Of(T* values, int start, int stretch) =>
        new(values + start + Parts.FirstPixel(stretch) * Parts.Channels, Parts.PixelsOf(stretch) * Parts.Channels);
}

internal static partial class NormChannels
{
    /// <summary>For each channel what normalises it: x̂ = (x - Mean) · Scale + Rest; room for more, and for what is found in stretches.</summary>
    internal readonly ref struct Standard<T> where T : unmanaged
    {
        public readonly Span<T> Mean, Scale, Rest, A, B;
        public readonly Span<double> First, Second;
        private readonly Span<double> _stretches;

        public Standard(NormParts parts, Span<T> scratch)
        {
            int channels = parts.Channels, doubles = DoublesOf(parts);
            Span<double> sums = MemoryMarshal.Cast<T, double>(scratch)[..doubles];
            First = sums[..channels];
            Second = sums.Slice(channels, channels);
            _stretches = sums[(2 * channels)..];
            Span<T> numbers = scratch[(doubles * DoubleLength<T>())..];
            Mean = numbers[..channels];
            Scale = numbers.Slice(channels, channels);
            Rest = numbers.Slice(2 * channels, channels);
            A = numbers.Slice(3 * channels, channels);
            B = numbers.Slice(4 * channels, channels);
        }

        public Span<double> FirstOf(int stretch) => _stretches.IsEmpty ? First : _stretches.Slice(2 * stretch * First.Length, First.Length);

        public Span<double> SecondOf(int stretch) => _stretches.IsEmpty ? Second : _stretches.Slice((2 * stretch + 1) * First.Length, First.Length);
    }
}
