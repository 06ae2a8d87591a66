using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

// A small image of many channels is four tiles. So few share a weight that it is hardly worth being written down transformed: that happens in
// registers, for a row of positions at a time, and it is forgotten.
internal static unsafe partial class Conv2dWinograd
{
    /// <summary>As many tiles as share a weight.</summary>
    public const int FourTiles = 4;

    private const int FourDepth = 16;                                        // terms at a time, whose weights stay in the nearest cache

    /// <summary>Whether an image is four tiles of four outputs, so that <see cref="WinogradWeights.Sorted"/> weights serve it.</summary>
    public static bool FitsFour(Conv2dGeometry g) =>
        Fits(g) && WinogradGrid.Of(WinogradOfFour.Outputs, g.Rows.Output, g.Columns.Output, images: 1).Count == FourTiles;

    /// <summary>The products of all positions for two vectors of output channels.</summary>
    internal static void MultiplyFour<F, V, T>(WinogradJob<F, V, T> job, int piece)
        where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(F.Outputs == WinogradOfFour.Outputs && job.Count == FourTiles);
        WinogradPlan plan = job.Plan;
        int k = piece * 2 * V.Count, width = Math.Min(2 * V.Count, plan.TargetPitch - k);
        T* sorted = job.Weights + Elements * (nint)k * job.Depth, m = job.Scratch + F.Size * F.Size * (nint)plan.SourcePosition + k;
        var row = new FourRow<T>
        {
            Element = width, SourcePosition = plan.SourcePosition, SourceStep = plan.SourcePitch, TargetPosition = plan.TargetPosition,
            TargetStep = plan.TargetPitch,
        };
        for (int d = 0; d < job.Depth; d += FourDepth, sorted += FourDepth * Elements * width)
        {
            (row.Depth, row.Adds) = (Math.Min(FourDepth, job.Depth - d), d > 0);
            row.Next = sorted + row.Depth * Elements * width;
            for (int c = 0; c < width; c += V.Count)
                for (int i = 0; i < F.Size; i++)
                {
                    row.Weights = sorted + c;
                    row.Source = job.Scratch + d + i * F.Size * row.SourcePosition;
                    row.Target = m + c + i * F.Size * row.TargetPosition;
                    MultiplyRow<V, T>(i, ref row);
                }
        }
    }

    // With 32 registers the sums of all four tiles find room, with 16 those of two.
    private static void MultiplyRow<V, T>(int i, ref FourRow<T> row) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        if (V.Count == Simd512<T>.Count)
        {
            MultiplyRow<Twice<Twice<Weighted<V, T>, V, T>, V, T>, V, T>(i, ref row);
            return;
        }
        MultiplyRow<Twice<Weighted<V, T>, V, T>, V, T>(i, ref row);
        row.Source += 2 * row.SourceStep;
        row.Target += 2 * row.TargetStep;
        MultiplyRow<Twice<Weighted<V, T>, V, T>, V, T>(i, ref row);
    }

    private static void MultiplyRow<R, V, T>(int i, ref FourRow<T> row)
        where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        switch (i)
        {
            case 0: SumRow<FirstRow, R, V, T>(ref row); break;
            case 1: SumRow<RowAt<PlusP>, R, V, T>(ref row); break;
            case 2: SumRow<RowAt<MinusP>, R, V, T>(ref row); break;
            case 3: SumRow<RowAt<PlusQ>, R, V, T>(ref row); break;
            case 4: SumRow<RowAt<MinusQ>, R, V, T>(ref row); break;
            default: SumRow<LastRow, R, V, T>(ref row); break;
        }
    }

    /// <summary>m [j, tile, ·] = sum over d of v [j, tile, d] · u [j, d, ·] for the six positions j of a row, where u is this row of
    /// G · weight · Gᵀ; or that is added to what m has.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void SumRow<G, R, V, T>(ref FourRow<T> row)
        where G : struct, IRow where R : unmanaged, ITile<R, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        nint element = row.Element, down = Window * element, position = row.SourcePosition, step = row.SourceStep;
        T* v = row.Source, next = row.Next;
        R m0 = default, m1 = default, m2 = default, m3 = default, m4 = default, m5 = default;
        for (T* g = row.Weights, end = g + row.Depth * Elements * element; g < end; g += Elements * element, v++, next += 3 * V.Count / 2)
        {
            CacheLines.FetchFar(next);
            CacheLines.FetchFar(next + V.Count);
            V h0 = G.Of<V, T>(g, down), h1 = G.Of<V, T>(g + element, down), h2 = G.Of<V, T>(g + 2 * element, down);
            WinogradOfFour.Weight<V, T>(h0, h1, h2, out V u0, out V u1, out V u2, out V u3, out V u4, out V u5);
            m0.Add(v, step, u0);
            m1.Add(v + position, step, u1);
            m2.Add(v + 2 * position, step, u2);
            m3.Add(v + 3 * position, step, u3);
            m4.Add(v + 4 * position, step, u4);
            m5.Add(v + 5 * position, step, u5);
        }
        row.Next = next;
        T* to = row.Target;
        nint across = row.TargetPosition, below = row.TargetStep;
        if (row.Adds)
        {
            m0.Resume(to, below);
            m1.Resume(to + across, below);
            m2.Resume(to + 2 * across, below);
            m3.Resume(to + 3 * across, below);
            m4.Resume(to + 4 * across, below);
            m5.Resume(to + 5 * across, below);
        }
        m0.Write(to, below, 0);
        m1.Write(to + across, below, 0);
        m2.Write(to + 2 * across, below, 0);
        m3.Write(to + 3 * across, below, 0);
        m4.Write(to + 4 * across, below, 0);
        m5.Write(to + 5 * across, below, 0);
    }

    /// <summary>A row of positions by some terms: what is read and written, and what the cache is to have next.</summary>
    private struct FourRow<T> where T : unmanaged
    {
        public T* Weights, Source, Target, Next;                             // weights [term, 9, element]
        public nint Depth, Element, SourcePosition, SourceStep, TargetPosition, TargetStep;
        public bool Adds;                                                    // to what the target has
    }

    /// <summary>A row of G, as a type, so that its numbers are part of the instructions.</summary>
    private interface IRow
    {
        /// <summary>What becomes of a column of weights, a step apart.</summary>
        static abstract V Of<V, T>(T* g, nint down) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;
    }

    private readonly struct FirstRow : IRow
    {
        [MethodImpl(AggressiveInlining)]
        public static V Of<V, T>(T* g, nint down) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            WinogradOfFour.Number<V, T>(WinogradOfFour.AtZero) * V.Load(g);
    }

    private readonly struct LastRow : IRow
    {
        [MethodImpl(AggressiveInlining)]
        public static V Of<V, T>(T* g, nint down) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> => V.Load(g + 2 * down);
    }

    private readonly struct RowAt<P> : IRow where P : IPoint
    {
        [MethodImpl(AggressiveInlining)]
        public static V Of<V, T>(T* g, nint down) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
        {
            V sum = WinogradOfFour.Number<V, T>(P.Share) * V.Load(g);
            sum = V.MultiplyAdd(WinogradOfFour.Number<V, T>(P.Share * P.X), V.Load(g + down), sum);
            return V.MultiplyAdd(WinogradOfFour.Number<V, T>(P.Share * P.X * P.X), V.Load(g + 2 * down), sum);
        }
    }

    /// <summary>A point x, whose row of G is 1, x and x², by a factor.</summary>
    private interface IPoint
    {
        static abstract double X { get; }

        static abstract double Share { get; }
    }

    private readonly struct PlusP : IPoint
    {
        public static double X => WinogradOfFour.P;

        public static double Share => WinogradOfFour.AtP;
    }

    private readonly struct MinusP : IPoint
    {
        public static double X => -WinogradOfFour.P;

        public static double Share => WinogradOfFour.AtP;
    }

    private readonly struct PlusQ : IPoint
    {
        public static double X => WinogradOfFour.Q;

        public static double Share => WinogradOfFour.AtQ;
    }

    private readonly struct MinusQ : IPoint
    {
        public static double X => -WinogradOfFour.Q;

        public static double Share => WinogradOfFour.AtQ;
    }
}
