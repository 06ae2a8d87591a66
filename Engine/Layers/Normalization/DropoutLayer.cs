using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="Dropout{T}"/> and <see cref="Dropout2d{T}"/> share. Outside training both change nothing.</summary>
/// <remarks>
/// What is dropped follows from <see cref="Pass{T}.RandomBits"/>: from the model's seed and step, the layer's place, the block and the place in it.
/// So it is the same for any number of threads, and on the way back, without being kept.
/// </remarks>
public abstract class DropoutLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected DropoutLayer(double p)
    {
        if (!(p is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, $"{TypeName}: p is {p}, must be from 0 to 1.");
        Probability = p;
    }

    /// <summary>Of being dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public sealed override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <inheritdoc/>
    public sealed override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    /// <inheritdoc/>
    public sealed override bool IsIdentityInUse => true;

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Training) Drop<V>(pass, pass.Input, pass.Output);
        else pass.Input.CopyTo(pass.Output);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        if (pass.Training) Drop<V>(pass, pass.GradOutput, pass.GradInput);
        else pass.GradOutput.CopyTo(pass.GradInput);
    }

    /// <summary>Drops some of the numbers, by the pass's random bits alone.</summary>
    private protected abstract void Drop<V>(in Pass<T> pass, ReadOnlySpan<T> from, Span<T> to) where V : unmanaged, IVector<V, T>;
}
