using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>A layer that reads two values: where two ways through a model meet.</summary>
internal abstract class JoinLayer<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    /// <summary>The shape of one image's output for what comes from both ways.</summary>
    public abstract Shape OutputShape(Shape input, Shape second);

    /// <inheritdoc/>
    public sealed override Shape OutputShape(Shape input) => OutputShape(input, input);
}

/// <summary>output = input + second, number by number. The gradient goes both ways as it is.</summary>
internal sealed class Add<T> : JoinLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Shape second)
    {
        ShapeGuard.Same(Who, "what comes by the shortcut", input, second);
        return input;
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => TensorPrimitives.Add(pass.Input, pass.Second, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty && pass.GradInput != pass.GradOutput) pass.GradOutput.CopyTo(pass.GradInput);
        if (!pass.GradSecond.IsEmpty) pass.GradOutput.CopyTo(pass.GradSecond);
    }
}

/// <summary>The channels of one way after those of the other; the gradient is divided likewise.</summary>
/// <remarks>In lanes, [C, H, W, lanes], one follows the other in memory. A vector of features is joined alike.</remarks>
internal sealed class Concatenate<T> : JoinLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Shape second)
    {
        if (input.Rank == 0 || second.Rank == 0 || input.Tail() != second.Tail())
            ShapeGuard.Mismatch(Who, $"branches give {input} and {second}, which differ in more than the channels. Bring them to one size.", input, second);
        return input.Tail().Prepend(input[0] + second[0]);
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        pass.Input.CopyTo(pass.Output);
        pass.Second.CopyTo(pass.Output[pass.Input.Length..]);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        int first = pass.Input.Length;
        if (!pass.GradInput.IsEmpty) pass.GradOutput[..first].CopyTo(pass.GradInput);
        if (!pass.GradSecond.IsEmpty) pass.GradOutput[first..].CopyTo(pass.GradSecond);
    }
}
