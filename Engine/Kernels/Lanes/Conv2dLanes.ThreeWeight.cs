using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

internal static unsafe partial class Conv2dLanes
{
    /// <summary>Whether <see cref="GradientOfThree"/> does a plane: its outputs are a piece of a long sum.</summary>
    private static bool IsGradientOfThree(Conv2dGeometry g) => IsOfThree(g) && g.OutputPlane <= LongSums.Piece;

    /// <summary>to[kh, kw] += sum over positions and images of gradOutput[position] · input[what the tap reads there], for one channel.</summary>
    /// <remarks>Position by position, each of the nine sums in a register with images side by side, which are added up at last: where those
    /// registers are fewer than images, some images after the others.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void GradientOfThree<U, T>(Conv2dGeometry g, T* input, T* gradOutput, T* to)
        where U : unmanaged, IVector<U, T> where T : unmanaged, INumber<T>
    {
        int height = g.Rows.Input, width = g.Columns.Input, outHeight = g.Rows.Output, outWidth = g.Columns.Output, strideH = g.Rows.Stride,
            strideW = g.Columns.Stride, padH = g.Rows.Padding, padW = g.Columns.Padding;
        nint line = width * (nint)Lanes.Count, step = strideW * Lanes.Count;
        for (int n = 0; n < Lanes.Count; n += U.Count)
        {
            U a = default, b = default, c = default, d = default, e = default, f = default, p = default, q = default, r = default;
            T* dy = gradOutput + n;
            for (int oh = 0; oh < outHeight; oh++)
            {
                int ih = oh * strideH - padH, iw = -padW;
                bool hasUpper = ih >= 0, hasLower = ih + 2 < height;
                T* x = input + ih * line + iw * Lanes.Count + n;             // may lie outside; only what lies on the image is read
                for (int ow = 0; ow < outWidth; ow++, dy += Lanes.Count, x += step, iw += strideW)
                {
                    U grad = U.Load(dy);
                    T* middle = x + line, lower = middle + line;
                    if (iw >= 0)
                    {
                        if (hasUpper) U.AddProduct(ref a, x, grad);
                        U.AddProduct(ref d, middle, grad);
                        if (hasLower) U.AddProduct(ref p, lower, grad);
                    }
                    if (hasUpper) U.AddProduct(ref b, x + Lanes.Count, grad);
                    U.AddProduct(ref e, middle + Lanes.Count, grad);
                    if (hasLower) U.AddProduct(ref q, lower + Lanes.Count, grad);
                    if (iw + 2 >= width) continue;
                    if (hasUpper) U.AddProduct(ref c, x + 2 * Lanes.Count, grad);
                    U.AddProduct(ref f, middle + 2 * Lanes.Count, grad);
                    if (hasLower) U.AddProduct(ref r, lower + 2 * Lanes.Count, grad);
                }
            }
            U.AddSums(a, b, c, d, to, 1);
            U.AddSums(e, f, p, q, to + 4, 1);
            to[8] += U.Sum(r);
        }
    }
}
