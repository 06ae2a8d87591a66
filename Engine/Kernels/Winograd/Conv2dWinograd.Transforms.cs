using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Tiles of images into numbers to multiply, and products into tiles of images: each step along the columns, then along the rows.</summary>
internal static unsafe partial class Conv2dWinograd
{
    private const int MostSize = 6, TilesAhead = 2;                         // of a tile along an axis; that the memory is asked for before they come

    /// <summary>A transformation along one axis, chosen as a type: some vectors in, others out.</summary>
    internal interface IStep<F> where F : IWinogradForm
    {
        /// <summary>Vectors it reads.</summary>
        static abstract int From { get; }

        static abstract void Do<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>;
    }

    private readonly struct InputStep<F> : IStep<F> where F : IWinogradForm
    {
        public static int From => F.Size;

        [MethodImpl(AggressiveInlining)]
        public static void Do<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            F.Input<V, T>(from, fromStep, to, toStep);
    }

    private readonly struct OutputBackStep<F> : IStep<F> where F : IWinogradForm
    {
        public static int From => F.Outputs;

        [MethodImpl(AggressiveInlining)]
        public static void Do<V, T>(T* from, nint fromStep, T* to, nint toStep) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
            F.OutputBack<V, T>(from, fromStep, to, toStep);
    }

    /// <summary>An image, or a gradient in its shape, of which tiles are read or written.</summary>
    /// <param name="Height">H.</param>
    /// <param name="Width">W.</param>
    /// <param name="Channels">C, from pixel to pixel.</param>
    /// <param name="Top">Where the first tile begins: above the image by so many rows.</param>
    /// <param name="Left">The same for columns.</param>
    internal readonly record struct Plane(int Height, int Width, int Channels, int Top, int Left)
    {
        public nint Row => (nint)Width * Channels;

        public int Length => Height * Width * Channels;

        /// <summary>Where a tile begins, in numbers; it may hang over the image, or lie behind the last one.</summary>
        public nint At(WinogradWalk tile) => ((nint)tile.Image * Height + tile.Row - Top) * Row + (nint)(tile.Column - Left) * Channels;
    }

    /// <summary>Transforms some tiles: to[i·Size + j, tile, c], positions a step apart, tiles a pitch apart.</summary>
    /// <remarks>A vector holds some channels; the last one overlaps that before it, so that no number is missed and none beyond is read. Tiles that
    /// hang over the image, and images with fewer channels than a vector has, are copied first, with zeros around.</remarks>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void ToTiles<S, F, V, T>(in WinogradGrid grid, in Plane plane, int first, int end, T* image, T* to, nint position, nint pitch)
        where S : IStep<F> where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[2 * MostSize * MostSize * V.Count + Alignment / sizeof(T)], half = CacheLines.Align(memory), patch = half
            + MostSize * MostSize * V.Count;
        int channels = plane.Channels, last = channels - V.Count;
        nint row = plane.Row;
        bool fetches = !grid.IsFramed;                                       // a frame has just been filled
        WinogradWalk here = grid.From(first), there = grid.From(first + TilesAhead);
        for (int tile = first; tile < end; tile++, to += pitch, here.Step(), there.Step())
        {
            int h = here.Row - plane.Top, w = here.Column - plane.Left;
            bool inside = h >= 0 && w >= 0 && h + S.From <= plane.Height && w + S.From <= plane.Width && last >= 0;
            T* from = image + plane.At(here), soon = image + plane.At(there);
            for (int c = 0; c < channels; c += V.Count)
            {
                int at = Math.Max(0, Math.Min(c, last));
                T* x = from + at;
                nint down = row, across = channels;
                if (fetches) Fetch(soon + at, S.From, row, channels);
                if (!inside)
                {
                    CopyPatch<V, T>(plane, h, w, S.From, x, patch);
                    x = patch;
                    (down, across) = (S.From * V.Count, V.Count);
                }
                for (int j = 0; j < S.From; j++, x += across) S.Do<V, T>(x, down, half + j * V.Count, S.From * V.Count);
                T* y = to + at;
                for (int i = 0; i < F.Size; i++, y += F.Size * position) S.Do<V, T>(half + i * S.From * V.Count, V.Count, y, position);
            }
        }
    }

    /// <summary>Has the memory bring some channels of a tile: no prefetching circuit of a processor guesses a square. What lies outside of the image
    /// is not read, so it does no harm.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Fetch<T>(T* from, int size, nint down, nint across) where T : unmanaged
    {
        for (int i = 0; i < size; i++, from += down) CacheLines.FetchFar(from, size, across);
    }

    /// <summary>The pixels of a tile that lie on the image, and zeros for the others. The address may lie outside; it is not read there.</summary>
    private static void CopyPatch<V, T>(in Plane plane, int h, int w, int size, T* from, T* patch)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        int some = Math.Min(V.Count, plane.Channels), left = Math.Clamp(-w, 0, size), right = Math.Clamp(plane.Width - w, left, size);
        for (int i = 0; i < size; i++, from += plane.Row)
        {
            bool inside = (uint)(h + i) < (uint)plane.Height;
            int begin = inside ? left : size, end = inside ? right : size, j = 0;
            for (; j < begin; j++, patch += V.Count) V.Store(default, patch);
            for (T* x = from + (nint)j * plane.Channels; j < end; j++, x += plane.Channels, patch += V.Count)
                V.Store(some == V.Count ? V.Load(x) : Some<V, T>(x, some, patch), patch);
            for (; j < size; j++, patch += V.Count) V.Store(default, patch);
        }
    }

    /// <summary>Products back to some tiles of outputs; bias and addend are added, if there are any, and the activation applied. Shared products, of
    /// which another core's cache may have some, are asked for a tile ahead.</summary>
    private static void FromTiles<A, F, V, T>(A activation, in WinogradGrid grid, in Plane plane, int first, int end, T* from, nint position,
        nint pitch, bool isShared, T* bias, T* addend, T* image)
        where A : struct, IActivation<T> where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* memory = stackalloc T[(MostSize * (MostSize + 1) + 1) * V.Count + Alignment / sizeof(T)];
        int channels = plane.Channels, last = channels - V.Count;
        bool fetches = !grid.IsFramed;
        var outputs = new Outputs<T>
        {
            Position = position, Down = plane.Row, Across = channels, Some = last >= 0 ? 0 : channels, Half = CacheLines.Align(memory),
        };
        WinogradWalk here = grid.From(first), there = grid.From(first + TilesAhead);
        for (int tile = first; tile < end; tile++, from += pitch, here.Step(), there.Step())
        {
            (outputs.Top, outputs.Bottom) = (here.RowsBefore, Math.Min(F.Outputs, plane.Height - here.Row));
            (outputs.Left, outputs.Right) = (here.ColumnsBefore, Math.Min(F.Outputs, plane.Width - here.Column));
            nint corner = plane.At(here), soon = plane.At(there);
            for (int c = 0; c < channels; c += V.Count)
            {
                int at = Math.Max(0, Math.Min(c, last));
                if (fetches) Fetch(image + soon + at, F.Outputs, plane.Row, channels);
                if (isShared) Fetch(from + pitch + at, F.Size, F.Size * position, position);
                if (fetches && addend != null) Fetch(addend + soon + at, F.Outputs, plane.Row, channels);
                outputs.Products = from + at;
                outputs.Bias = bias == null ? null : bias + at;
                outputs.Addend = addend == null ? null : addend + corner + at;
                outputs.Target = image + corner + at;
                FromTile<A, F, V, T>(activation, outputs);
            }
        }
    }

    /// <summary>A vector of channels of one tile: its products, a position apart, and which of its pixels are to be written where.</summary>
    private struct Outputs<T> where T : unmanaged
    {
        public T* Products, Bias, Addend, Target, Half;                      // or no bias, or addend; memory for a tile, a line and a vector
        public nint Position, Down, Across;
        public int Top, Bottom, Left, Right, Some;                           // channels, if the image has fewer than a vector; else 0
    }

    // By itself, so that what one tile needs fits into the registers.
    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void FromTile<A, F, V, T>(A activation, in Outputs<T> outputs)
        where A : struct, IActivation<T> where F : IWinogradForm where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        T* half = outputs.Half, line = half + MostSize * MostSize * V.Count, some = line + MostSize * V.Count, m = outputs.Products;
        nint position = outputs.Position, across = outputs.Across;
        int few = outputs.Some, right = outputs.Right;
        for (int j = 0; j < F.Size; j++, m += position) F.Output<V, T>(m, F.Size * position, half + j * V.Count, F.Size * V.Count);
        V start = outputs.Bias == null ? default : few == 0 ? V.Load(outputs.Bias) : Some<V, T>(outputs.Bias, few, some);
        for (int i = outputs.Top; i < outputs.Bottom; i++)
        {
            F.Output<V, T>(half + i * F.Size * V.Count, V.Count, line, V.Count);
            nint begin = i * outputs.Down + outputs.Left * across;
            T* y = outputs.Target + begin, extra = outputs.Addend == null ? null : outputs.Addend + begin;
            for (int j = outputs.Left; j < right; j++, y += across)
            {
                V sum = V.Load(line + j * V.Count) + start;
                if (extra != null)
                {
                    sum += few == 0 ? V.Load(extra) : Some<V, T>(extra, few, some);
                    extra += across;
                }
                sum = activation.Of(sum);
                if (few == 0)
                {
                    V.Store(sum, y);
                    continue;
                }
                V.Store(sum, some);
                new ReadOnlySpan<T>(some, few).CopyTo(new(y, few));
            }
        }
    }

    /// <summary>Fewer numbers than a vector has, with zeros behind.</summary>
    private static V Some<V, T>(T* from, int count, T* some) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        V.Store(default, some);
        new ReadOnlySpan<T>(from, count).CopyTo(new(some, count));
        return V.Load(some);
    }
}
