using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Which activation a kernel applies to its results before it writes them.</summary>
internal enum ActivationKind
{
    None,
    Relu,
    LeakyRelu,
    Relu6,
}

/// <summary>An activation as data, as layers hand it on; a kernel turns it into a type, once, before its loops.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Slope">Of a leaky one: what negative values are multiplied by; not negative itself.</param>
internal readonly record struct Activation<T>(ActivationKind Kind, T Slope) where T : unmanaged, INumber<T>
{
    /// <summary>Whether there is one.</summary>
    public bool IsSome => Kind != ActivationKind.None;

    /// <summary>Whether its gradient can be told from its output, so that training need not keep its input.</summary>
    public bool GradientFromOutput => Kind is ActivationKind.Relu or ActivationKind.LeakyRelu;
}

/// <summary>An activation as a type: what becomes of every vector of results, still in registers. Without one, nothing is left of the call.</summary>
internal interface IActivation<T> where T : unmanaged
{
    /// <summary>The activated vector.</summary>
    V Of<V>(V x) where V : unmanaged, IVector<V, T>;

    /// <summary>The gradient before the activation. x may be the value before or after: the two have one sign.</summary>
    V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T>;
}

/// <summary>No activation.</summary>
internal readonly struct Identity<T> : IActivation<T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => x;

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> => gradOutput;
}

/// <summary>max(0, x). NaN stays NaN.</summary>
internal readonly struct Rectifier<T> : IActivation<T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => V.Select(V.GreaterThan(default, x), default, x);

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> => V.Select(V.GreaterThan(x, default), gradOutput, default);
}

/// <summary>min(6, max(0, x)). NaN stays NaN.</summary>
internal readonly struct Rectifier6<T> : IActivation<T> where T : unmanaged, INumber<T>
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V most = V.Splat(T.CreateTruncating(6));
        return V.Select(V.GreaterThan(default, x), default, V.Select(V.GreaterThan(x, most), most, x));
    }

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> =>
        V.Select(V.GreaterThan(x, default), V.Select(V.GreaterThan(V.Splat(T.CreateTruncating(6)), x), gradOutput, default), default);
}

/// <summary>x where it is positive, else slope · x.</summary>
internal readonly struct LeakyRectifier<T>(T slope) : IActivation<T> where T : unmanaged
{
    private readonly T _slope = slope;

    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => V.Select(V.GreaterThan(x, default), x, V.Splat(_slope) * x);

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> =>
        V.Select(V.GreaterThan(x, default), gradOutput, V.Splat(_slope) * gradOutput);
}
