using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Measuring;

/// <summary>Something that is done with one kind of vector or another.</summary>
internal interface IForVector<T, TResult> where T : unmanaged, INumber<T>
{
    /// <summary>Does it with vectors V.</summary>
    TResult With<V>() where V : unmanaged, IVector<V, T>;
}

/// <summary>Chooses the vectors as the engine does: the widest of this processor.</summary>
internal static class ForVector
{
    /// <summary>Does something with the widest vectors.</summary>
    public static TResult Widest<T, TResult>(IForVector<T, TResult> work) where T : unmanaged, INumber<T> => Processor.Widest switch
    {
        SimdWidth.Bits512 => work.With<Simd512<T>>(),
        SimdWidth.Bits256 => work.With<Simd256<T>>(),
        _ => work.With<SimdPortable<T>>(),
    };
}
