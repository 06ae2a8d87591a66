using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>x where it is positive, else negativeSlope · x, so that no unit is ever without a gradient.</summary>
/// <remarks>Any shape. At 0 the gradient is negativeSlope times the output's. Source: Maas, Hannun
/// and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.</remarks>
public sealed class LeakyRelu<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _slope;

    /// <summary>With PyTorch's default slope.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The slope is negative or not finite.</exception>
    public LeakyRelu(double negativeSlope = 0.01)
    {
        ShapeGuard.Finite<T>(TypeName, negativeSlope, 0);
        (NegativeSlope, _slope) = (negativeSlope, T.CreateTruncating(negativeSlope));
    }

    /// <summary>What negative values are multiplied by.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Output;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    internal override Activation<T> Activation => new(ActivationKind.LeakyRelu, _slope);

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override bool IsActivation => true;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Anywhere;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Elementwise.LeakyRelu<V, T>(pass.Input, _slope, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.GradInput.IsEmpty) Elementwise.LeakyReluBackward<V, T>(pass.Output, pass.GradOutput, _slope, pass.GradInput);
    }
}
