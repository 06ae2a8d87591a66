using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>Turns four vectors of four numbers so that rows become columns; and the two instructions that all of it is made of.</summary>
internal static unsafe class Transposition
{
    /// <summary>Whether 4x4 numbers are turned by instructions here.</summary>
    public static bool IsAccelerated
    {
        [MethodImpl(AggressiveInlining)]
        get => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;
    }

    /// <summary>to[i][j] = from[j][i] for 4x4 numbers of 32 bits.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void FourByFour(float* from, nint fromStride, float* to, nint toStride) =>
        FourByFour(from, fromStride, to, to + toStride, to + 2 * toStride, to + 3 * toStride);

    /// <summary>The same to rows that lie anywhere.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void FourByFour(float* from, nint fromStride, float* to0, float* to1, float* to2, float* to3) =>
        FourByFour(from, from + fromStride, from + 2 * fromStride, from + 3 * fromStride, to0, to1, to2, to3);

    /// <summary>The same of rows that lie anywhere.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void FourByFour(float* from0, float* from1, float* from2, float* from3, float* to, nint toStride) =>
        FourByFour(from0, from1, from2, from3, to, to + toStride, to + 2 * toStride, to + 3 * toStride);

    [MethodImpl(AggressiveInlining)]
    private static void FourByFour(float* from0, float* from1, float* from2, float* from3, float* to0, float* to1, float* to2, float* to3)
    {
        Vector128<float> a = Vector128.Load(from0), b = Vector128.Load(from1), c = Vector128.Load(from2), d = Vector128.Load(from3);
        Vector128<double> ab = Low(a, b).AsDouble(), cd = Low(c, d).AsDouble();        // a0 b0 a1 b1, c0 d0 c1 d1
        Vector128<double> abHigh = High(a, b).AsDouble(), cdHigh = High(c, d).AsDouble();
        Low(ab, cd).AsSingle().Store(to0);
        High(ab, cd).AsSingle().Store(to1);
        Low(abHigh, cdHigh).AsSingle().Store(to2);
        High(abHigh, cdHigh).AsSingle().Store(to3);
    }

    /// <summary>to[3·i + j] = from[j][i] for 3x4 numbers of 32 bits, such as the colours of four pixels; writes any number to to[12], too.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void ThreeByFour(float* from, nint fromStride, float* to)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStride), c = Vector128.Load(from + 2 * fromStride);
        Vector128<double> ab = Low(a, b).AsDouble(), cc = Low(c, c).AsDouble();        // a0 b0 a1 b1, c0 c0 c1 c1
        Vector128<double> abHigh = High(a, b).AsDouble(), ccHigh = High(c, c).AsDouble();
        Low(ab, cc).AsSingle().Store(to);                                    // the fourth number of each is overwritten by the next
        High(ab, cc).AsSingle().Store(to + 3);
        Low(abHigh, ccHigh).AsSingle().Store(to + 6);
        High(abHigh, ccHigh).AsSingle().Store(to + 9);
    }

    /// <summary>Adds four sums to four numbers a stride apart.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Add(Vector128<float> sums, float* to, nint stride)
    {
        if (stride == 1)
        {
            (Vector128.Load(to) + sums).Store(to);
            return;
        }
        to[0] += sums[0];
        to[stride] += sums[1];
        to[2 * stride] += sums[2];
        to[3 * stride] += sums[3];
    }

    /// <summary>The lower halves in turn: a0 b0 a1 b1.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    /// <summary>The upper halves in turn: a2 b2 a3 b3.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    /// <summary>The lower halves: a0 b0.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector128<double> Low(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    /// <summary>The upper halves: a1 b1.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector128<double> High(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
