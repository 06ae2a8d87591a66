using Scratch.Kernels;

namespace Scratch.Models;

/// <summary>Which pixels of the model's input, along one axis, each number of a value depends on, as if images had no ends.</summary>
/// <remarks>
/// Number o depends on the pixels from First(o) to Last(o), or on none. This repeats: a period further on they lie an advance further on. After
/// windows that slide the period is 1; what spreads a pixel over several numbers makes a period of them, of which each may see another part.
/// </remarks>
internal sealed class Reach
{
    private const int LongestPeriod = 1 << 12;

    private readonly (long First, long Last)?[] _pixels;                     // of the numbers of one period
    private readonly long _advance;

    private Reach((long First, long Last)?[] pixels, long advance) => (_pixels, _advance) = (pixels, advance);

    /// <summary>Of the input itself.</summary>
    public static Reach Input { get; } = new([(0, 0)], 1);

    /// <summary>Pixels from the first to the last that one number depends on, at most.</summary>
    public int Field => (int)Math.Min(_pixels.Max(range => range is var (first, last) ? last - first + 1 : 0), int.MaxValue);

    /// <summary>Pixels from one number's to the next one's; none if that is not a whole number.</summary>
    public int? Jump => _advance % _pixels.Length == 0 ? (int)Math.Min(_advance / _pixels.Length, int.MaxValue) : null;

    /// <summary>The first pixel that number 0 depends on, below 0 in padding; none where numbers differ in what they see.</summary>
    public int? Start => _pixels is [var (first, _)] ? (int)Math.Clamp(first, int.MinValue, int.MaxValue) : null;

    /// <summary>After a window that slides: output o reads numbers o·stride - padding + j·dilation.</summary>
    public Reach Through(WindowAxis window)
    {
        int period = _pixels.Length / (int)GreatestDivisor(_pixels.Length, window.Stride);
        var pixels = new (long, long)?[period];
        for (int o = 0; o < period; o++)
            for (int j = 0; j < window.Kernel; j++)
                pixels[o] = Together(pixels[o], Of((long)o * window.Stride - window.Padding + (long)j * window.Dilation));
        return new(pixels, _advance * window.Stride * period / _pixels.Length);
    }

    /// <summary>After a layer that spreads each number over a window: output o reads number i wherever o = i·stride - padding + j·dilation. None if
    /// that is too much to tell.</summary>
    public Reach? Spread(WindowAxis window)
    {
        if ((long)_pixels.Length * window.Stride > LongestPeriod) return null;
        var pixels = new (long, long)?[_pixels.Length * window.Stride];
        for (int o = 0; o < pixels.Length; o++)
        {
            for (int j = 0; j < window.Kernel; j++)
            {
                long from = o + window.Padding - (long)j * window.Dilation;
                if (from % window.Stride == 0) pixels[o] = Together(pixels[o], Of(from / window.Stride));
            }
        }
        return new(pixels, _advance);
    }

    /// <summary>After a layer that joins both; none if their numbers lie differently far apart.</summary>
    public Reach? With(Reach other)
    {
        long period = _pixels.Length / GreatestDivisor(_pixels.Length, other._pixels.Length) * other._pixels.Length;
        if (_advance * other._pixels.Length != other._advance * _pixels.Length || period > LongestPeriod) return null;
        var pixels = new (long, long)?[period];
        for (int o = 0; o < period; o++) pixels[o] = Together(Of(o), other.Of(o));
        return new(pixels, _advance * period / _pixels.Length);
    }

    private (long First, long Last)? Of(long o)
    {
        long periods = (long)Math.Floor((double)o / _pixels.Length);
        return _pixels[o - periods * _pixels.Length] is var (first, last) ? (first + periods * _advance, last + periods * _advance) : null;
    }

    private static (long First, long Last)? Together((long First, long Last)? a, (long First, long Last)? b) =>
        a is { } x && b is { } y ? (Math.Min(x.First, y.First), Math.Max(x.Last, y.Last)) : a ?? b;

    private static long GreatestDivisor(long a, long b) => b == 0 ? a : GreatestDivisor(b, a % b);
}
