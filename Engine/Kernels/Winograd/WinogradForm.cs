using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>The three steps of one kind of Winograd's convolution along one axis, and the transpose of each: small matrices, written out as
/// additions.</summary>
/// <remarks>
/// F(m, 3) makes <see cref="Outputs"/> = m outputs of <see cref="Size"/> = m + 2 neighbouring inputs d and three weights g with only
/// <see cref="Size"/> products: <c>y = Aᵀ [(G g) · (Bᵀ d)]</c>, the point between them element by element. In two dimensions every step is done along
/// the columns, then along the rows. Each method reads some vectors a step apart and writes others; the matrices stand in
/// <see cref="WinogradMatrices"/>. Where they come from: docs/winograd.md. Source: Lavin and Gray, "Fast algorithms for convolutional neural
/// networks", 2015.
/// </remarks>
internal unsafe interface IWinogradForm
{
    /// <summary>Outputs of a tile along an axis: m.</summary>
    static abstract int Outputs { get; }

    /// <summary>Inputs of a tile along an axis, and products: m + 2.</summary>
    static abstract int Size { get; }

    /// <summary>to [m + 2] = Bᵀ · from [m + 2].</summary>
    static abstract void Input<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;

    /// <summary>to [m + 2] = G · from [3].</summary>
    static abstract void Weight<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;

    /// <summary>to [m] = Aᵀ · from [m + 2].</summary>
    static abstract void Output<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;

    /// <summary>to [m + 2] = A · from [m]: what each product fed, on the way back.</summary>
    static abstract void OutputBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>;

    /// <summary>to [3] = Gᵀ · from [m + 2].</summary>
    static abstract void WeightBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T>
        where T : unmanaged, INumber<T>;
}

/// <summary>F(2, 3): two outputs of four inputs with four products, at the points 0, 1, -1 and infinity.</summary>
internal readonly unsafe struct WinogradOfTwo : IWinogradForm
{
    public static int Outputs => 2;

    public static int Size => 4;

    [MethodImpl(AggressiveInlining)]
    public static void Input<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V d0 = V.Load(from), d1 = V.Load(from + fromStep), d2 = V.Load(from + 2 * fromStep), d3 = V.Load(from + 3 * fromStep);
        V.Store(d2 - d0, to);
        V.Store(d2 + d1, to + toStep);
        V.Store(d2 - d1, to + 2 * toStep);
        V.Store(d3 - d1, to + 3 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Weight<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V g0 = V.Load(from), g2 = V.Load(from + 2 * fromStep), half = V.Splat(T.CreateTruncating(0.5));
        V even = half * (g0 + g2), odd = half * V.Load(from + fromStep);
        V.Store(default(V) - g0, to);
        V.Store(even + odd, to + toStep);
        V.Store(even - odd, to + 2 * toStep);
        V.Store(g2, to + 3 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Output<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V m1 = V.Load(from + fromStep), m2 = V.Load(from + 2 * fromStep);
        V.Store(V.Load(from) + (m1 + m2), to);
        V.Store(m1 - m2 + V.Load(from + 3 * fromStep), to + toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void OutputBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V y0 = V.Load(from), y1 = V.Load(from + fromStep);
        V.Store(y0, to);
        V.Store(y0 + y1, to + toStep);
        V.Store(y0 - y1, to + 2 * toStep);
        V.Store(y1, to + 3 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void WeightBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V u1 = V.Load(from + fromStep), u2 = V.Load(from + 2 * fromStep), half = V.Splat(T.CreateTruncating(0.5)), even = half * (u1 + u2);
        V.Store(even - V.Load(from), to);
        V.Store(half * (u1 - u2), to + toStep);
        V.Store(even + V.Load(from + 3 * fromStep), to + 2 * toStep);
    }
}

/// <summary>F(4, 3): four outputs of six inputs with six products, at the points 0, ±<see cref="P"/>, ±<see cref="Q"/> and infinity.</summary>
/// <remarks>The points are no part of the result, only of its last bits: with ±5/8 and ±3/2 the rounding error is half of what ±1 and ±2 give, and
/// the number of additions is the same. All four are exact in binary, and so are their squares.</remarks>
internal readonly unsafe struct WinogradOfFour : IWinogradForm
{
    public const double P = 0.625, Q = 1.5;
    private const double PP = P * P, QQ = Q * Q;

    /// <summary>What 1, x and x² are multiplied with at the points x.</summary>
    public const double AtZero = 1 / (PP * QQ), AtP = 1 / (2 * PP * (PP - QQ)), AtQ = 1 / (2 * QQ * (QQ - PP));

    public static int Outputs => 4;

    public static int Size => 6;

    [MethodImpl(AggressiveInlining)]
    public static void Input<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V d1 = V.Load(from + fromStep), d2 = V.Load(from + 2 * fromStep), d3 = V.Load(from + 3 * fromStep), d4 = V.Load(from + 4 * fromStep);
        V pp = Number<V, T>(-PP), qq = Number<V, T>(-QQ), product = Number<V, T>(PP * QQ), sum = Number<V, T>(-PP - QQ);
        V evenP = V.MultiplyAdd(qq, d2, d4), oddP = V.MultiplyAdd(qq, d1, d3), evenQ = V.MultiplyAdd(pp, d2, d4), oddQ = V.MultiplyAdd(pp, d1, d3);
        V.Store(V.MultiplyAdd(product, V.Load(from), V.MultiplyAdd(sum, d2, d4)), to);
        V.Store(V.MultiplyAdd(Number<V, T>(P), oddP, evenP), to + toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(-P), oddP, evenP), to + 2 * toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(Q), oddQ, evenQ), to + 3 * toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(-Q), oddQ, evenQ), to + 4 * toStep);
        V.Store(V.MultiplyAdd(product, d1, V.MultiplyAdd(sum, d3, V.Load(from + 5 * fromStep))), to + 5 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void Weight<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V g0 = V.Load(from), g1 = V.Load(from + fromStep), g2 = V.Load(from + 2 * fromStep);
        Weight<V, T>(g0, g1, g2, out V u0, out V u1, out V u2, out V u3, out V u4, out V u5);
        V.Store(u0, to);
        V.Store(u1, to + toStep);
        V.Store(u2, to + 2 * toStep);
        V.Store(u3, to + 3 * toStep);
        V.Store(u4, to + 4 * toStep);
        V.Store(u5, to + 5 * toStep);
    }

    /// <summary>u [6] = G · g [3], in registers.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Weight<V, T>(V g0, V g1, V g2, out V u0, out V u1, out V u2, out V u3, out V u4, out V u5)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V evenP = Number<V, T>(AtP) * V.MultiplyAdd(Number<V, T>(PP), g2, g0), oddP = Number<V, T>(AtP * P) * g1;
        V evenQ = Number<V, T>(AtQ) * V.MultiplyAdd(Number<V, T>(QQ), g2, g0), oddQ = Number<V, T>(AtQ * Q) * g1;
        u0 = Number<V, T>(AtZero) * g0;
        u1 = evenP + oddP;
        u2 = evenP - oddP;
        u3 = evenQ + oddQ;
        u4 = evenQ - oddQ;
        u5 = g2;
    }

    [MethodImpl(AggressiveInlining)]
    public static void Output<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V m1 = V.Load(from + fromStep), m2 = V.Load(from + 2 * fromStep), m3 = V.Load(from + 3 * fromStep), m4 = V.Load(from + 4 * fromStep);
        V evenP = m1 + m2, oddP = m1 - m2, evenQ = m3 + m4, oddQ = m3 - m4;
        V.Store(V.Load(from) + (evenP + evenQ), to);
        V.Store(V.MultiplyAdd(Number<V, T>(P), oddP, Number<V, T>(Q) * oddQ), to + toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(PP), evenP, Number<V, T>(QQ) * evenQ), to + 2 * toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(P * PP), oddP, V.MultiplyAdd(Number<V, T>(Q * QQ), oddQ, V.Load(from + 5 * fromStep))), to + 3 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void OutputBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V y0 = V.Load(from), y1 = V.Load(from + fromStep), y2 = V.Load(from + 2 * fromStep), y3 = V.Load(from + 3 * fromStep);
        V evenP = V.MultiplyAdd(Number<V, T>(PP), y2, y0), oddP = V.MultiplyAdd(Number<V, T>(P * PP), y3, Number<V, T>(P) * y1);
        V evenQ = V.MultiplyAdd(Number<V, T>(QQ), y2, y0), oddQ = V.MultiplyAdd(Number<V, T>(Q * QQ), y3, Number<V, T>(Q) * y1);
        V.Store(y0, to);
        V.Store(evenP + oddP, to + toStep);
        V.Store(evenP - oddP, to + 2 * toStep);
        V.Store(evenQ + oddQ, to + 3 * toStep);
        V.Store(evenQ - oddQ, to + 4 * toStep);
        V.Store(y3, to + 5 * toStep);
    }

    [MethodImpl(AggressiveInlining)]
    public static void WeightBack<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V u1 = V.Load(from + fromStep), u2 = V.Load(from + 2 * fromStep), u3 = V.Load(from + 3 * fromStep), u4 = V.Load(from + 4 * fromStep);
        V evenP = Number<V, T>(AtP) * (u1 + u2), oddP = Number<V, T>(AtP * P) * (u1 - u2);
        V evenQ = Number<V, T>(AtQ) * (u3 + u4), oddQ = Number<V, T>(AtQ * Q) * (u3 - u4);
        V.Store(V.MultiplyAdd(Number<V, T>(AtZero), V.Load(from), evenP + evenQ), to);
        V.Store(oddP + oddQ, to + toStep);
        V.Store(V.MultiplyAdd(Number<V, T>(PP), evenP, V.MultiplyAdd(Number<V, T>(QQ), evenQ, V.Load(from + 5 * fromStep))), to + 2 * toStep);
    }

    /// <summary>One that is part of the instructions.</summary>
    [MethodImpl(AggressiveInlining)]
    public static V Number<V, T>(double number) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        V.Splat(T.CreateTruncating(number));
}
