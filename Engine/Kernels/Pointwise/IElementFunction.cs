using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>A function of one number and its derivative, for vectors of any width: what <see cref="ElementMap"/> runs over a block.</summary>
internal interface IElementFunction<T> where T : unmanaged
{
    /// <summary>The function.</summary>
    V Value<V>(V x) where V : unmanaged, IVector<V, T>;

    /// <summary>Its derivative, from x or from the value at x: whichever the caller has kept.</summary>
    V Slope<V>(V known) where V : unmanaged, IVector<V, T>;
}
