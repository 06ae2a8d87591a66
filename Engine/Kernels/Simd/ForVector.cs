using System.Numerics;

namespace Scratch.Kernels.Simd;

/// <summary>Something that is done with one kind of vector or another.</summary>
internal interface IForVector<T, TResult> where T : unmanaged, INumber<T>
{
    /// <summary>Does it with vectors V.</summary>
    TResult With<V>() where V : unmanaged, IVector<V, T>;
}

/// <summary>From a width to the vectors of that width.</summary>
internal static class ForVector
{
    /// <summary>Does something with vectors of one width.</summary>
    public static TResult Of<T, TResult>(SimdWidth width, IForVector<T, TResult> work) where T : unmanaged, INumber<T> => width switch
    {
        SimdWidth.Bits512 => work.With<Simd512<T>>(),
        SimdWidth.Bits256 => work.With<Simd256<T>>(),
        _ => work.With<SimdPortable<T>>(),
    };

    /// <summary>Does something with the widest vectors of this processor.</summary>
    public static TResult Widest<T, TResult>(IForVector<T, TResult> work) where T : unmanaged, INumber<T> => Of(Processor.Widest, work);
}
