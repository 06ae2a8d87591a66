using System.Numerics;

namespace Scratch.Kernels;

/// <summary>Equal bins from Low to High, as <c>torch.histc</c> has them: the last includes its right edge, what lies outside is left out.</summary>
internal readonly record struct BinAxis(double Low, double High, int Bins)
{
    /// <summary>Bins to a unit.</summary>
    public double Scale => Bins / (High - Low);

    /// <summary>The bin of a number, floor((x - Low) · Scale), worked out in its own precision; -1 if it lies outside or is none.</summary>
    public int Of<T>(T x) where T : unmanaged, INumber<T>
    {
        T low = T.CreateTruncating(Low);
        if (!(x >= low && x <= T.CreateTruncating(High))) return -1;
        return Math.Min(int.CreateTruncating((x - low) * T.CreateTruncating(Scale)), Bins - 1);
    }
}
