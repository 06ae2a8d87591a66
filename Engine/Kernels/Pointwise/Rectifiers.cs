using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>No activation.</summary>
internal readonly struct Identity<T> : IActivation<T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => x;

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> => gradOutput;

    [MethodImpl(AggressiveInlining)]
    public V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T> => gradOutput;
}

/// <summary>max(0, x). NaN stays NaN.</summary>
internal readonly struct Rectifier<T> : IActivation<T> where T : unmanaged
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => V.Larger(default, x);

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> => V.Select(V.GreaterThan(x, default), gradOutput, default);

    // x and y are positive at the same places, here and below.
    [MethodImpl(AggressiveInlining)]
    public V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T> => Gradient(y, gradOutput);
}

/// <summary>min(6, max(0, x)). NaN stays NaN. The gradient is 0 at both ends.</summary>
internal readonly struct Rectifier6<T> : IActivation<T> where T : unmanaged, INumber<T>
{
    [MethodImpl(AggressiveInlining)]
    public V Of<V>(V x) where V : unmanaged, IVector<V, T> => V.Larger(default, V.Smaller(V.Splat(T.CreateTruncating(6)), x));

    [MethodImpl(AggressiveInlining)]
    public V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T> =>
        V.Select(V.GreaterThan(x, default), V.Select(V.GreaterThan(V.Splat(T.CreateTruncating(6)), x), gradOutput, default), default);

    [MethodImpl(AggressiveInlining)]
    public V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T> => Gradient(y, gradOutput);
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

    [MethodImpl(AggressiveInlining)]
    public V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T> => Gradient(y, gradOutput);
}
