using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.OwnLayers;

/// <summary>sin(frequency · x), number by number: the activation of networks that draw a picture from its coordinates.</summary>
/// <remarks>
/// dx = frequency · cos(frequency · x) · dy. Threads may share a block at any place, since no number depends on another. A sine takes a hundred
/// times as long as to read a number: <see cref="Cost"/> says so, and the plan looks for the layout in which fewer of them are computed.
/// Source: Sitzmann et al., "Implicit neural representations with periodic activation functions", 2020.
/// </remarks>
public sealed class Sine<T>(double frequency = 30) : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double PricePerNumber = 6;                                 // nanoseconds

    private readonly T _frequency = T.CreateTruncating(frequency);

    /// <summary>How many times faster than x the sine goes.</summary>
    public double Frequency => frequency;

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    /// <inheritdoc/>
    public override bool IsActivation => true;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override double Cost(LayerSite site, int vector) => site.Numbers / 2 * PricePerNumber * (site.Backward ? 2 : 1);

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.Anywhere;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => input;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        for (int i = 0; i < pass.Output.Length; i++) pass.Output[i] = T.Sin(_frequency * pass.Input[i]);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        for (int i = 0; i < pass.GradInput.Length; i++) pass.GradInput[i] = _frequency * T.Cos(_frequency * pass.Input[i]) * pass.GradOutput[i];
    }
}
