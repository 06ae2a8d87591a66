using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Telemetry;

/// <summary>How many numbers fall into each of some equal bins, as <c>numpy.histogram</c> counts them: the lesson's 40 bins from 0 to 10 unless told
/// otherwise.</summary>
/// <remarks>A bin holds its lower edge and not its upper one, but for the last, which holds both. Numbers outside, and NaN, are left out. Edges are
/// rounded to the precision of the numbers. <see cref="ActivationStatistics{T}"/> counts the same.</remarks>
public sealed class Histogram
{
    private readonly long[] _counts;
    private readonly BinAxis _axis;

    /// <summary>An empty histogram.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin, or the range is empty or not finite.</exception>
    public Histogram(int bins = 40, double low = 0, double high = 10)
    {
        ShapeGuard.Positive(nameof(Histogram), bins);
        ShapeGuard.Finite(nameof(Histogram), low, double.MinValue);
        ShapeGuard.Finite(nameof(Histogram), high, double.BitIncrement(low));
        (_counts, _axis) = (new long[bins], new(low, high, bins));
    }

    /// <summary>The lower edge of the first bin.</summary>
    public double Low => _axis.Low;

    /// <summary>The upper edge of the last bin.</summary>
    public double High => _axis.High;

    /// <summary>Numbers in each bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>For example <c>4 bins from -1 to 1: 2 1 2 2</c>.</summary>
    public override string ToString() => string.Create(null, $"{_counts.Length} bins from {Low} to {High}: {string.Join(' ', _counts)}");

    /// <summary>Counts some numbers.</summary>
    public void Add<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (T value in values)
            if (_axis.Of(value) is >= 0 and var bin) _counts[bin]++;
    }
}
