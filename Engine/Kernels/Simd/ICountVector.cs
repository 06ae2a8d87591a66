namespace Scratch.Kernels.Simd;

/// <summary>Floats seen as patterns of 32 bits side by side: what counting needs that <see cref="IVector{V,T}"/> does not have.</summary>
internal unsafe interface ICountVector<C> where C : unmanaged, ICountVector<C>
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many patterns.</summary>
    static abstract int Count { get; }

    static abstract C Load(void* from);

    static abstract void Store(C vector, void* to);

    static abstract C Splat(uint bits);

    static abstract C Splat(float number);

    /// <summary>All bits set from this lane on.</summary>
    static abstract C From(int lane);

    /// <summary>Floor of (x + shift) · scale, or of most if that is less; all bits set where x + shift is negative.</summary>
    /// <remarks>For x of finite numbers.</remarks>
    static abstract C Places(C x, C shift, C scale, C most);

    /// <summary>Places as <see cref="Places"/> gives them, and one more for each x that is not below the number that stands in the table for its
    /// place.</summary>
    /// <remarks>Places are below the table's length, or have all bits set, and x is below the first number then.</remarks>
    static abstract C Raise(C places, C x, float* above);

    /// <summary>The patterns as bytes, in any order: as they are from 0 to 127, with all bits set if they have that.</summary>
    static abstract C Bytes(C a, C b, C c, C d);

    /// <summary>For each byte place the bit of place % 8 where place / 8 is this group, one below 7, else nothing; to be used by
    /// <see cref="OneHot"/>.</summary>
    static abstract C Table(int group);

    /// <summary>What belongs to the table.</summary>
    static abstract C TableOrigin(int group);

    /// <summary>Looks up bytes up to 63 or with all bits set, for which there is nothing.</summary>
    static abstract C OneHot(C places, C table, C origin);

    /// <summary>The bits that are set in an odd number of the three: what a full adder leaves.</summary>
    static abstract C Odd(C a, C b, C c);

    /// <summary>The bits that are set in at least two: what a full adder carries.</summary>
    static abstract C Majority(C a, C b, C c);

    /// <summary>The smaller of each two as numbers without sign.</summary>
    static abstract C Min(C a, C b);

    /// <summary>The sum of all bytes.</summary>
    static abstract ulong SumBytes(C a);

    static abstract C operator +(C a, C b);

    static abstract C operator -(C a, C b);

    static abstract C operator &(C a, C b);

    static abstract C operator |(C a, C b);

    static abstract C operator ^(C a, C b);

    static abstract C operator <<(C a, int bits);

    static abstract C operator >>>(C a, int bits);
}
