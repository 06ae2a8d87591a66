using System.Numerics;
using NUnit.Framework;

namespace Scratch.Tests.Support;

/// <summary>Numbers between two fences of NaN: a kernel that reads beyond its span spoils its result, one that writes there is caught.</summary>
/// <remarks>
/// The span starts as NaN too, so that an output which nobody wrote is found. It does not start on a cache line: kernels must not need that.
/// </remarks>
public sealed class GuardedBuffer<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Fence = 37;                                            // longer than the widest vector, and odd
    private readonly T[] _storage;
    private readonly int _length;

    /// <summary>Room for <paramref name="length"/> numbers, all NaN.</summary>
    public GuardedBuffer(int length)
    {
        (_storage, _length) = (new T[length + 2 * Fence], length);
        Array.Fill(_storage, T.NaN);
    }

    /// <summary>A copy of <paramref name="values"/> between fences.</summary>
    public GuardedBuffer(ReadOnlySpan<T> values) : this(values.Length) => values.CopyTo(Span);

    public Span<T> Span => _storage.AsSpan(Fence, _length);

    /// <summary>Nobody wrote outside the span.</summary>
    public GuardedBuffer<T> Intact()
    {
        int first = Array.FindIndex(_storage, 0, Fence, x => !T.IsNaN(x)), last = Array.FindIndex(_storage, Fence + _length, x => !T.IsNaN(x));
        Assert.That(first, Is.EqualTo(-1), () => $"written {Fence - first} before the start of {_length} numbers");
        Assert.That(last, Is.EqualTo(-1), () => $"written {last - Fence - _length} after the end of {_length} numbers");
        return this;
    }

    /// <summary>Nobody wrote outside the span, and every number in it was written.</summary>
    public T[] Written()
    {
        Intact();
        int nan = Array.FindIndex(_storage, Fence, _length, T.IsNaN);
        Assert.That(nan, Is.EqualTo(-1), () => $"number {nan - Fence} of {_length} is still NaN");
        return Span.ToArray();
    }
}
