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

    /// <summary>All bits set in the first lanes.</summary>
    static abstract C First(int lanes);

    /// <summary>4 · floor of a quarter of (x + shift) · scale, or of most if that is less; all bits set where x + shift is negative.</summary>
    /// <remarks>For x of finite numbers and infinities.</remarks>
    static abstract C Places(C x, C shift, C scale, C most);

    /// <summary>1 shifted left by so many bits; 0 for 32 and more.</summary>
    static abstract C OneAt(C place);

    /// <summary>The larger of each two floats.</summary>
    static abstract C MaxFloat(C a, C b);

    /// <summary>The smaller of each two as numbers without sign.</summary>
    static abstract C Min(C a, C b);

    static abstract uint Sum(C a);

    static abstract C operator +(C a, C b);

    static abstract C operator -(C a, C b);

    static abstract C operator &(C a, C b);

    static abstract C operator >>>(C a, int bits);
}
