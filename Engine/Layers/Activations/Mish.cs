using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>x · tanh(softplus(x)): smooth, and a little below 0 for negative x, like <see cref="Silu{T}"/>.</summary>
/// <remarks>
/// Any shape. With e = exp(x) and n = e · (e + 2), tanh(log(1 + e)) is n / (n + 2): one exponential; the derivative is
/// n / (n + 2) + x · 4e · (1 + e) / (n + 2)². Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.
/// </remarks>
public sealed class Mish<T>() : ActivationLayer<T>(BackwardReads.Input) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Map<V, Function>(default, pass);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass) => MapBack<V, Function>(default, pass);

    private readonly struct Function : IElementFunction<T>
    {
        private const double Most = 20;                                      // from here on it is x in every precision, and e squared stays finite

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V n = Expanded(x, out _);
            return x * (n / (n + Number<V>(2)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope<V>(V x) where V : unmanaged, IVector<V, T>
        {
            V n = Expanded(x, out V e), below = n + Number<V>(2), one = V.Splat(T.One);
            V near = n / below + x * (Number<V>(4) * e / below) * ((one + e) / below);
            return V.Select(V.GreaterThan(x, Number<V>(Most)), one, near);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Expanded<V>(V x, out V e) where V : unmanaged, IVector<V, T>
        {
            e = V.Exp(V.Min(x, Number<V>(Most)));
            return e * (e + Number<V>(2));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Number<V>(double number) where V : unmanaged, IVector<V, T> => V.Splat(T.CreateTruncating(number));
    }
}
