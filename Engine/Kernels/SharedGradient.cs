using System.Diagnostics;
using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>The gradient of weights that many parts of an image share: each adds to <see cref="Target"/>, then comes <see cref="Next"/>.</summary>
/// <remarks>With memory to borrow, parts are added up in pieces and these in a long sum (<see cref="LongSums"/>); without, straight to the
/// gradient.</remarks>
internal ref struct SharedGradient<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private readonly Span<T> _gradient, _piece, _excess;
    private int _parts;

    /// <summary>Begins.</summary>
    /// <param name="gradient">Added to; empty if nobody wants it.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>, overwritten.</param>
    /// <param name="parts">How many add to each number.</param>
    public SharedGradient(Span<T> gradient, Span<T> scratch, long parts)
    {
        _gradient = gradient;
        int length = ScratchLength(gradient.Length, parts) / 2;
        Debug.Assert(scratch.Length >= 2 * length);
        _piece = scratch[..length];
        _excess = scratch.Slice(length, length);
        _piece.Clear();
        _excess.Clear();
    }

    /// <summary>Like the gradient: what a part adds to.</summary>
    public readonly Span<T> Target => _piece.IsEmpty ? _gradient : _piece;

    /// <summary>Numbers to borrow: none where a plain sum will do.</summary>
    public static int ScratchLength(int weights, long parts) => parts > LongSums.Piece ? checked(2 * weights) : 0;

    /// <summary>A part is done.</summary>
    public void Next()
    {
        if (++_parts % LongSums.Piece == 0) End();
    }

    /// <summary>All parts are.</summary>
    public readonly void End()
    {
        if (_piece.IsEmpty) return;
        LongSums.Add<V, T>(_piece, _excess, _gradient);
        _piece.Clear();
    }
}
