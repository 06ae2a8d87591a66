using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Telemetry;

/// <summary>How many numbers fall into each of some equal bins, as PyTorch's <c>histc</c>: the lesson's 40 bins from 0 to 10 unless told otherwise.</summary>
/// <remarks>A bin holds its lower edge and not its upper one, but for the last, which holds both. Numbers outside, and NaN, are left out.</remarks>
public sealed class Histogram
{
    private readonly long[] _counts;

    /// <summary>An empty histogram.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin, or the range is empty or not finite.</exception>
    public Histogram(int bins = 40, double low = 0, double high = 10)
    {
        ShapeGuard.Positive(nameof(Histogram), bins);
        ShapeGuard.Finite(nameof(Histogram), low, double.MinValue);
        ShapeGuard.Finite(nameof(Histogram), high, double.BitIncrement(low));
        (_counts, Low, High) = (new long[bins], low, high);
    }

    /// <summary>The lower edge of the first bin.</summary>
    public double Low { get; }

    /// <summary>The upper edge of the last bin.</summary>
    public double High { get; }

    /// <summary>Numbers in each bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Counts some numbers.</summary>
    public void Add<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (T value in values)
        {
            double x = double.CreateTruncating(value);
            if (x >= Low && x <= High) _counts[Math.Min((int)((x - Low) * _counts.Length / (High - Low)), _counts.Length - 1)]++;
        }
    }
}
