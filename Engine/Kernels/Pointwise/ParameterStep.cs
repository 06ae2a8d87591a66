using System.Diagnostics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>How an optimiser changes one number, written for a vector of numbers that do not know of each other.</summary>
internal interface IStepRule<V>
{
    /// <summary>How many numbers are remembered for each parameter number, at most three.</summary>
    static abstract int States { get; }

    /// <summary>One step: changes the parameter and what is remembered of it.</summary>
    /// <param name="w">The parameter.</param>
    /// <param name="gradient">The gradient of the loss by it.</param>
    /// <param name="a">The first thing remembered; not used by rules with fewer, and so on.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    void Step(ref V w, V gradient, ref V a, ref V b, ref V c);
}

/// <summary>Takes a rule over all numbers of a piece of parameters.</summary>
/// <remarks>The last few go through a vector of their own: every number takes the same road, wherever a piece begins or ends.</remarks>
internal static unsafe class ParameterStep
{
    /// <summary>Steps every number of <paramref name="value"/>; <paramref name="a"/>, <paramref name="b"/> and <paramref name="c"/> are what
    /// the rule remembers, place by place, empty beyond its <see cref="IStepRule{V}.States"/>.</summary>
    public static void Run<V, T, R>(R rule, Span<T> value, ReadOnlySpan<T> gradient, Span<T> a = default, Span<T> b = default,
        Span<T> c = default) where V : unmanaged, IVector<V, T> where T : unmanaged where R : struct, IStepRule<V>
    {
        Debug.Assert(gradient.Length == value.Length && (R.States < 1 || a.Length == value.Length)
            && (R.States < 2 || b.Length == value.Length) && (R.States < 3 || c.Length == value.Length));
        int whole = value.Length - value.Length % V.Count, rest = value.Length - whole;
        fixed (T* w = value, g = gradient, pa = a, pb = b, pc = c)
            for (int i = 0; i < whole; i += V.Count) One<V, T, R>(rule, w + i, g + i, pa + i, pb + i, pc + i);
        if (rest == 0) return;
        T* last = stackalloc T[5 * V.Count];
        new Span<T>(last, 5 * V.Count).Clear();
        Span<T> Of(int k) => new(last + k * V.Count, rest);
        value[whole..].CopyTo(Of(0));
        gradient[whole..].CopyTo(Of(1));
        if (R.States > 0) a[whole..].CopyTo(Of(2));
        if (R.States > 1) b[whole..].CopyTo(Of(3));
        if (R.States > 2) c[whole..].CopyTo(Of(4));
        One<V, T, R>(rule, last, last + V.Count, last + 2 * V.Count, last + 3 * V.Count, last + 4 * V.Count);
        Of(0).CopyTo(value[whole..]);
        if (R.States > 0) Of(2).CopyTo(a[whole..]);
        if (R.States > 1) Of(3).CopyTo(b[whole..]);
        if (R.States > 2) Of(4).CopyTo(c[whole..]);
    }

    // One vector; a state is read and written only if the rule has it.
    [MethodImpl(AggressiveInlining)]
    private static void One<V, T, R>(R rule, T* w, T* g, T* pa, T* pb, T* pc)
        where V : unmanaged, IVector<V, T> where T : unmanaged where R : struct, IStepRule<V>
    {
        V value = V.Load(w), a = R.States > 0 ? V.Load(pa) : default, b = R.States > 1 ? V.Load(pb) : default;
        V c = R.States > 2 ? V.Load(pc) : default;
        rule.Step(ref value, V.Load(g), ref a, ref b, ref c);
        V.Store(value, w);
        if (R.States > 0) V.Store(a, pa);
        if (R.States > 1) V.Store(b, pb);
        if (R.States > 2) V.Store(c, pc);
    }
}
