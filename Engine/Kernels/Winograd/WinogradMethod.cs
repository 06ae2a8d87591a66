using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary><see cref="Conv2dWinograd"/> with tiles of one size, as a layer chooses it where its plan is made.</summary>
internal abstract class WinogradMethod<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
{
    private static readonly WinogradMethod<V, T> _two = new With<WinogradOfTwo>(), _four = new With<WinogradOfFour>();

    /// <summary>Tiles of so many outputs along an axis: 2 or 4.</summary>
    public static WinogradMethod<V, T> Of(int outputs) => outputs == WinogradOfTwo.Outputs ? _two : _four;

    /// <summary>Numbers of the weights in some form.</summary>
    public abstract int PackedLength(Conv2dGeometry g, bool transposed, WinogradWeights form);

    /// <summary>Brings them into it.</summary>
    public abstract void Pack(Conv2dGeometry g, bool transposed, ReadOnlySpan<T> weight, ReadOnlySpan<T> scales, WinogradWeights form,
        Span<T> packed);

    /// <summary>Numbers to borrow for one direction.</summary>
    public abstract int WorkLength(Conv2dGeometry g, Conv2dDirection direction, int images, int threads, WinogradWeights form);

    /// <summary>The outputs.</summary>
    public abstract void Forward(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, WinogradWeights form,
        ReadOnlySpan<T> bias, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> scratch, Span<T> output);

    /// <summary>The gradient by the inputs.</summary>
    public abstract void BackwardInput(Conv2dGeometry g, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, WinogradWeights form,
        ReadOnlySpan<T> addend, Span<T> scratch, Span<T> gradInput);

    /// <summary>Adds the gradient by the weights.</summary>
    public abstract void BackwardWeight(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> scratch,
        Span<T> gradWeight);

    private sealed class With<F> : WinogradMethod<V, T> where F : IWinogradForm
    {
        public override int PackedLength(Conv2dGeometry g, bool transposed, WinogradWeights form) =>
            Conv2dWinograd.PackedLength<F, V, T>(g, transposed, form);

        public override void Pack(Conv2dGeometry g, bool transposed, ReadOnlySpan<T> weight, ReadOnlySpan<T> scales, WinogradWeights form,
            Span<T> packed) => Conv2dWinograd.Pack<F, V, T>(g, transposed, weight, scales, form, packed);

        public override int WorkLength(Conv2dGeometry g, Conv2dDirection direction, int images, int threads, WinogradWeights form) => direction switch
        {
            Conv2dDirection.Forward => Conv2dWinograd.ForwardLength<F, V, T>(g, images, threads, form),
            Conv2dDirection.BackwardInput => Conv2dWinograd.BackwardInputLength<F, V, T>(g, images, threads, form),
            _ => Conv2dWinograd.BackwardWeightLength<F, V, T>(g, images, threads),
        };

        public override void Forward(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, WinogradWeights form,
            ReadOnlySpan<T> bias, ReadOnlySpan<T> addend, Activation<T> activation, Span<T> scratch, Span<T> output) =>
            Conv2dWinograd.Forward<F, V, T>(g, threads, input, weight, form, bias, addend, activation, scratch, output);

        public override void BackwardInput(Conv2dGeometry g, int threads, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, WinogradWeights form,
            ReadOnlySpan<T> addend, Span<T> scratch, Span<T> gradInput) =>
            Conv2dWinograd.BackwardInput<F, V, T>(g, threads, gradOutput, weight, form, addend, scratch, gradInput);

        public override void BackwardWeight(Conv2dGeometry g, int threads, ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, Span<T> scratch,
            Span<T> gradWeight) =>
            Conv2dWinograd.BackwardWeight<F, V, T>(g, threads, input, gradOutput, scratch, gradWeight);
    }
}
