using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Sums that stay in registers, one row for each of several channels.</summary>
/// <remarks>
/// One step of a kernel is <c>sums.Add(row, rowStride, x)</c>: the number (or vector) of every row, times the one x that all rows share.
/// <see cref="Twice{R, X, T}"/> makes two tiles a tile of twice the rows, so a kernel is written once for every tile size, and the
/// just-in-time compiler keeps all sums in registers. A row of a tile is as large as an X, so the size of a tile says how many it has: to ask
/// the tiles it is made of would be a call for each of them, and the compiler stops to inline after some hundred.
/// </remarks>
internal unsafe interface ITile<R, X, T> where R : unmanaged, ITile<R, X, T> where T : unmanaged
{
    /// <summary>How many rows.</summary>
    static abstract int Rows { get; }

    /// <summary>Multiplies what each row has at <paramref name="row"/>, a stride apart, with x and adds it to the row's sum.</summary>
    void Add(T* row, nint rowStride, X x);

    /// <summary>Replaces every sum by its activation. Nothing happens to sums of vector by vector, which are not whole before they are
    /// written.</summary>
    void Activate<A>(A activation) where A : struct, IActivation<T>
    {
    }

    /// <summary>Every sum below the least becomes that, every one above the most that; NaN stays NaN. Nothing happens to sums of vector by
    /// vector.</summary>
    void Clamp(X least, X most)
    {
    }

    /// <summary>Adds to every sum what was written of it before, rows a stride apart. Sums that are added to what is there need none.</summary>
    void Resume(T* from, nint rowStride)
    {
    }

    /// <summary>Writes the sums, rows a stride apart; where a row has several columns, those a column stride apart.</summary>
    void Write(T* to, nint rowStride, nint columnStride);
}

/// <summary>Two tiles are a tile of twice the rows.</summary>
internal unsafe struct Twice<R, X, T> : ITile<Twice<R, X, T>, X, T> where R : unmanaged, ITile<R, X, T> where X : unmanaged where T : unmanaged
{
#pragma warning disable CS0649                                               // a tile starts as zeros, and Add changes it in place
    private R _upper, _lower;
#pragma warning restore CS0649

    public static int Rows => 2 * sizeof(R) / sizeof(X);

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, X x)
    {
        _upper.Add(row, rowStride, x);
        _lower.Add(row + sizeof(R) / sizeof(X) * rowStride, rowStride, x);
    }

    [MethodImpl(AggressiveInlining)]
    public void Activate<A>(A activation) where A : struct, IActivation<T>
    {
        _upper.Activate(activation);
        _lower.Activate(activation);
    }

    [MethodImpl(AggressiveInlining)]
    public void Clamp(X least, X most)
    {
        _upper.Clamp(least, most);
        _lower.Clamp(least, most);
    }

    [MethodImpl(AggressiveInlining)]
    public void Resume(T* from, nint rowStride)
    {
        _upper.Resume(from, rowStride);
        _lower.Resume(from + sizeof(R) / sizeof(X) * rowStride, rowStride);
    }

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint rowStride, nint columnStride)
    {
        _upper.Write(to, rowStride, columnStride);
        _lower.Write(to + sizeof(R) / sizeof(X) * rowStride, rowStride, columnStride);
    }
}

/// <summary>Two tiles of unlike size are a tile of both: with 4 and 3 rows of 7, the width of many a last image.</summary>
internal unsafe struct Both<A, B, X, T> : ITile<Both<A, B, X, T>, X, T> where A : unmanaged, ITile<A, X, T> where B : unmanaged, ITile<B, X, T>
    where X : unmanaged where T : unmanaged
{
#pragma warning disable CS0649                                               // a tile starts as zeros, and Add changes it in place
    private A _upper;
    private B _lower;
#pragma warning restore CS0649

    public static int Rows => (sizeof(A) + sizeof(B)) / sizeof(X);

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, X x)
    {
        _upper.Add(row, rowStride, x);
        _lower.Add(row + sizeof(A) / sizeof(X) * rowStride, rowStride, x);
    }

    [MethodImpl(AggressiveInlining)]
    public void Activate<F>(F activation) where F : struct, IActivation<T>
    {
        _upper.Activate(activation);
        _lower.Activate(activation);
    }

    [MethodImpl(AggressiveInlining)]
    public void Clamp(X least, X most)
    {
        _upper.Clamp(least, most);
        _lower.Clamp(least, most);
    }

    [MethodImpl(AggressiveInlining)]
    public void Resume(T* from, nint rowStride)
    {
        _upper.Resume(from, rowStride);
        _lower.Resume(from + sizeof(A) / sizeof(X) * rowStride, rowStride);
    }

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint rowStride, nint columnStride)
    {
        _upper.Write(to, rowStride, columnStride);
        _lower.Write(to + sizeof(A) / sizeof(X) * rowStride, rowStride, columnStride);
    }
}

/// <summary>Three tiles are a tile of three times the rows: with 32 registers twelve rows of pairs, with 16 six.</summary>
internal unsafe struct Thrice<R, X, T> : ITile<Thrice<R, X, T>, X, T> where R : unmanaged, ITile<R, X, T> where X : unmanaged where T : unmanaged
{
#pragma warning disable CS0649                                               // a tile starts as zeros, and Add changes it in place
    private R _upper, _middle, _lower;
#pragma warning restore CS0649

    public static int Rows => 3 * sizeof(R) / sizeof(X);

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, X x)
    {
        _upper.Add(row, rowStride, x);
        _middle.Add(row + sizeof(R) / sizeof(X) * rowStride, rowStride, x);
        _lower.Add(row + 2 * (sizeof(R) / sizeof(X)) * rowStride, rowStride, x);
    }

    [MethodImpl(AggressiveInlining)]
    public void Activate<A>(A activation) where A : struct, IActivation<T>
    {
        _upper.Activate(activation);
        _middle.Activate(activation);
        _lower.Activate(activation);
    }

    [MethodImpl(AggressiveInlining)]
    public void Clamp(X least, X most)
    {
        _upper.Clamp(least, most);
        _middle.Clamp(least, most);
        _lower.Clamp(least, most);
    }

    [MethodImpl(AggressiveInlining)]
    public void Resume(T* from, nint rowStride)
    {
        _upper.Resume(from, rowStride);
        _middle.Resume(from + sizeof(R) / sizeof(X) * rowStride, rowStride);
        _lower.Resume(from + 2 * (sizeof(R) / sizeof(X)) * rowStride, rowStride);
    }

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint rowStride, nint columnStride)
    {
        _upper.Write(to, rowStride, columnStride);
        _middle.Write(to + sizeof(R) / sizeof(X) * rowStride, rowStride, columnStride);
        _lower.Write(to + 2 * (sizeof(R) / sizeof(X)) * rowStride, rowStride, columnStride);
    }
}

/// <summary>sum += number · vector: a row is a channel with its own weight, x the pixels all rows share. The sum is stored.</summary>
internal unsafe struct Weighted<V, T> : ITile<Weighted<V, T>, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    private V _sum;

    public static int Rows => 1;

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, V x) => V.AddProduct(ref _sum, V.Splat(*row), x);

    [MethodImpl(AggressiveInlining)]
    public void Activate<A>(A activation) where A : struct, IActivation<T> => _sum = activation.Of(_sum);

    [MethodImpl(AggressiveInlining)]
    public void Clamp(V least, V most) => _sum = V.Larger(least, V.Smaller(most, _sum));

    [MethodImpl(AggressiveInlining)]
    public void Resume(T* from, nint rowStride) => _sum += V.Load(from);

    [MethodImpl(AggressiveInlining)]
    public readonly void Write(T* to, nint rowStride, nint columnStride) => V.Store(_sum, to);
}

/// <summary>The same with the roles changed: a row is the next pixel, x one weight for all rows. The sum is stored.</summary>
internal unsafe struct Shifted<V, T> : ITile<Shifted<V, T>, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    private V _sum;

    public static int Rows => 1;

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, V x) => V.AddProduct(ref _sum, row, x);

    [MethodImpl(AggressiveInlining)]
    public void Activate<A>(A activation) where A : struct, IActivation<T> => _sum = activation.Of(_sum);

    [MethodImpl(AggressiveInlining)]
    public void Resume(T* from, nint rowStride) => _sum += V.Load(from);

    [MethodImpl(AggressiveInlining)]
    public readonly void Write(T* to, nint rowStride, nint columnStride) => V.Store(_sum, to);
}

/// <summary>sum += vector · vector; in the end the sum over its lanes is added to one number.</summary>
internal unsafe struct Dot<V, T> : ITile<Dot<V, T>, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private V _sum;

    public static int Rows => 1;

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, V x) => V.AddProduct(ref _sum, row, x);

    [MethodImpl(AggressiveInlining)]
    public readonly void Write(T* to, nint rowStride, nint columnStride) => *to += V.Sum(_sum);
}

/// <summary>One vector times four others: four sums to a row, in the end added to four numbers a column stride apart.</summary>
internal unsafe struct Dot4<V, T> : ITile<Dot4<V, T>, Four<V, T>, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    private V _a, _b, _c, _d;

    public static int Rows => 1;

    [MethodImpl(AggressiveInlining)]
    public void Add(T* row, nint rowStride, Four<V, T> x)
    {
        V v = V.Load(row);
        V.AddProduct(ref _a, v, x.A);
        V.AddProduct(ref _b, v, x.B);
        V.AddProduct(ref _c, v, x.C);
        V.AddProduct(ref _d, v, x.D);
    }

    [MethodImpl(AggressiveInlining)]
    public readonly void Write(T* to, nint rowStride, nint columnStride) => V.AddSums(_a, _b, _c, _d, to, columnStride);
}

/// <summary>What the columns of a tile of dot products read at one pixel: C, in vectors V, from planes a stride apart.</summary>
internal unsafe interface IColumns<C, V, T> where C : unmanaged where V : unmanaged where T : unmanaged
{
    static abstract C Load(T* from, nint plane);
}

/// <summary>One column: a vector of one plane.</summary>
internal readonly unsafe struct One<V, T> : IColumns<V, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public static V Load(T* from, nint plane) => V.Load(from);
}

/// <summary>Four columns: the same pixel in four planes.</summary>
internal unsafe struct Four<V, T> : IColumns<Four<V, T>, V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    public V A, B, C, D;

    [MethodImpl(AggressiveInlining)]
    public static Four<V, T> Load(T* from, nint plane) =>
        new() { A = V.Load(from), B = V.Load(from + plane), C = V.Load(from + 2 * plane), D = V.Load(from + 3 * plane) };
}
