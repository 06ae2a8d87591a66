using System.Numerics;

namespace Scratch.Kernels;

/// <summary>Equal bins from Low to High, as <c>numpy.histogram</c> has them.</summary>
/// <remarks>
/// Bin k holds what is at least edge k and below edge k + 1; the last holds its right edge too, and what lies outside is left out. Edge k is low + k
/// · step, the last one high, worked out in double and rounded to the precision of the numbers: so a number that is written as an edge is the first
/// of its bin, in float and in double.
/// </remarks>
internal sealed class BinAxis
{
    private const float Unbounded = float.PositiveInfinity;
    private const int MostDoubt = 1 << 12;                                   // of the last bits of the scale

    private readonly double _step;
    private readonly Lazy<FloatBins?> _floats;

    public BinAxis(double low, double high, int bins)
    {
        (Low, High, Bins, _step) = (low, high, bins, (high - low) / bins);
        _floats = new(FindFloats);
    }

    /// <summary>The left edge of the first bin.</summary>
    public double Low { get; }

    /// <summary>The right edge of the last bin.</summary>
    public double High { get; }

    /// <summary>How many.</summary>
    public int Bins { get; }

    /// <summary>Bins to a unit.</summary>
    public double Scale => Bins / (High - Low);

    /// <summary>How to find bins of floats many at a time; none if there are bins that this cannot tell apart.</summary>
    public FloatBins? Floats => _floats.Value;

    /// <summary>An edge, from 0 to <see cref="Bins"/>.</summary>
    public T Edge<T>(int k) where T : unmanaged, INumber<T> => T.CreateTruncating(k == Bins ? High : k * _step + Low);

    /// <summary>The bin of a number; -1 if it lies outside or is none.</summary>
    public int Of<T>(T x) where T : unmanaged, INumber<T>
    {
        if (!(x >= Edge<T>(0) && x <= Edge<T>(Bins))) return -1;
        int bin = Math.Clamp(int.CreateSaturating((x - Edge<T>(0)) * T.CreateTruncating(Scale)), 0, Bins - 1);
        while (x < Edge<T>(bin)) bin--;                                      // the product may be off where x lies at an edge
        while (bin + 1 < Bins && x >= Edge<T>(bin + 1)) bin++;
        return bin;
    }

    // floor((x - low) · scale) never falls as x rises. So if it is right at each edge and at the float before, it is right everywhere. Else a scale
    // that is a little smaller may never be above the bin and at most one below, which the edge above it then tells.
    private FloatBins? FindFloats()
    {
        float[] above = new float[Bins];
        for (int k = 1; k < Bins; k++)
        {
            above[k - 1] = Edge<float>(k);
            if (!(above[k - 1] > Edge<float>(k - 1))) return null;
        }
        above[^1] = Unbounded;
        float low = Edge<float>(0), scale = (float)Scale;
        if (!float.IsFinite(scale) || !(Edge<float>(Bins) > low)) return null;
        if (Fits(scale, mayBeBelow: false)) return new(low, scale, null);
        for (int doubt = 1; doubt <= MostDoubt; doubt *= 2)
        {
            float less = scale * (1 - doubt * (MathF.BitIncrement(1) - 1));
            if (Fits(less, mayBeBelow: true)) return new(low, less, above);
        }
        return null;

        bool Fits(float factor, bool mayBeBelow)
        {
            for (int k = 1; k < Bins; k++)
            {
                int at = Place(above[k - 1], factor), before = Place(MathF.BitDecrement(above[k - 1]), factor);
                if (at > k || at < (mayBeBelow ? k - 1 : k) || before > k - 1) return false;
            }
            return true;
        }

        int Place(float x, float factor)
        {
            float distance = x - low;
            return (int)MathF.Min(distance * factor, Bins - 1);
        }
    }
}

/// <summary>Bins of floats: floor((x - Low) · Scale), and one more where x is not below the edge above that.</summary>
/// <param name="Low">The left edge of the first bin.</param>
/// <param name="Scale">Bins to a unit, or a little less.</param>
/// <param name="Above">[bins], the edge above each, infinite above the last; none where the product alone is right.</param>
internal sealed record FloatBins(float Low, float Scale, float[]? Above);
