using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="Dropout{T}"/> and <see cref="Dropout2d{T}"/> share. Outside training both change nothing.</summary>
/// <remarks>
/// What is dropped follows from <see cref="Pass{T}.RandomBits"/>: from the model's seed and step, the layer's place, the block and the place in it. So it is
/// the same for any number of threads, and on the way back, without being kept.
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

    internal sealed override bool IsIdentityInUse => true;

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Training) DropoutLanes.Apply<V, T>(pass.RandomBits, Probability, Repeat(pass.InputShape), pass.Input, pass.Output);
        else pass.Input.CopyTo(pass.Output);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        if (pass.Training) DropoutLanes.Apply<V, T>(pass.RandomBits, Probability, Repeat(pass.InputShape), pass.GradOutput, pass.GradInput);
        else pass.GradOutput.CopyTo(pass.GradInput);
    }

    /// <summary>How many numbers of an image in a row share one fate.</summary>
    private protected abstract int Repeat(Shape input);
}
