namespace Scratch.Kernels.Simd;

/// <summary>Some numbers side by side that the processor treats as one: the only thing that layers and kernels know about it.</summary>
/// <remarks>
/// Written once against this interface, arithmetic runs at every width and in every precision: the just-in-time compiler makes one body for each
/// concrete vector, and every call below becomes one instruction, or a few. In lanes (<see cref="Lanes"/>) a vector is one pixel of
/// <see cref="Count"/> images, so code reads as if it were written for one image. The engine chooses the vector; only it can add new ones.
/// </remarks>
/// <typeparam name="V">The vector itself.</typeparam>
/// <typeparam name="T">The number: float or double.</typeparam>
public unsafe interface IVector<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged
{
    /// <summary>How many numbers; it divides <see cref="Lanes.Count"/>.</summary>
    static abstract int Count { get; }

    /// <summary>The first <see cref="Count"/> numbers of <paramref name="from"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    static virtual V Load(ReadOnlySpan<T> from)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from.Length, V.Count, nameof(from));
        fixed (T* p = from) return V.Load(p);                                // the length was checked
    }

    /// <summary>Writes this vector to the first <see cref="Count"/> places of <paramref name="to"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    static virtual void Store(V vector, Span<T> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, V.Count, nameof(to));
        fixed (T* p = to) V.Store(vector, p);                                // the length was checked
    }

    /// <summary>The same number everywhere.</summary>
    static abstract V Splat(T number);

    /// <summary>a · b + c, in one rounding where the processor has the instruction.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The larger of each two; NaN if either is.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller of each two; NaN if either is.</summary>
    static abstract V Min(V a, V b);

    /// <summary>e to the power of each.</summary>
    static abstract V Exp(V a);

    /// <summary>The natural logarithm of each.</summary>
    static abstract V Log(V a);

    /// <summary>The square root of each.</summary>
    static abstract V Sqrt(V a);

    /// <summary>A mask for <see cref="Select"/>: true where a &gt; b.</summary>
    static abstract V GreaterThan(V a, V b);

    /// <summary>A mask for <see cref="Select"/>: true where a = b.</summary>
    static abstract V Equal(V a, V b);

    /// <summary>From <paramref name="yes"/> where the mask is true, else from <paramref name="no"/>.</summary>
    static abstract V Select(V mask, V yes, V no);

    /// <summary>The sum of the numbers.</summary>
    static abstract T Sum(V a);

    /// <summary>Element by element.</summary>
    static abstract V operator +(V a, V b);

    /// <summary>Element by element.</summary>
    static abstract V operator -(V a, V b);

    /// <summary>Element by element.</summary>
    static abstract V operator *(V a, V b);

    /// <summary>Element by element.</summary>
    static abstract V operator /(V a, V b);

    /// <summary>For kernels, which have checked their spans once: the numbers at an address.</summary>
    internal static abstract V Load(T* from);

    /// <summary>For kernels, which have checked their spans once.</summary>
    internal static abstract void Store(V vector, T* to);

    /// <summary>a where a &gt; b, else b: b, too, where one of them is NaN or both are zeros. One instruction, which <see cref="Max"/> is
    /// not.</summary>
    internal static abstract V Larger(V a, V b);

    /// <summary>a where a &lt; b, else b: b, too, where one of them is NaN or both are zeros.</summary>
    internal static abstract V Smaller(V a, V b);

    /// <summary>sum += a · b. Told to add in place, the just-in-time compiler leaves a sum in its register; a new one made by
    /// <see cref="MultiplyAdd(V, V, V)"/> it moves from register to register, every second time.</summary>
    internal static abstract void AddProduct(ref V sum, V a, V b);

    /// <summary>sum += the numbers at an address · b: one instruction that reads memory, where <see cref="Load(T*)"/> before it would be
    /// three.</summary>
    internal static abstract void AddProduct(ref V sum, T* a, V b);

    /// <summary>For the weight gradient: adds the sums of four vectors to four numbers that lie a stride apart.</summary>
    internal static abstract void AddSums(V a, V b, V c, V d, T* to, nint stride);
}
