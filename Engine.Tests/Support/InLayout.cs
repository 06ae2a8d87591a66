using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>A layer that works in one layout only, whatever the plan would choose.</summary>
/// <param name="layer">The layer.</param>
/// <param name="layout">Where it has to work.</param>
/// <param name="fuses">Whether it takes on what comes after it, as it would alone.</param>
internal sealed class InLayout<T>(Layer<T> layer, Layout layout, bool fuses = false) : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override IReadOnlyList<Parameter<T>> Parameters => layer.Parameters;

    public override IReadOnlyList<StateBuffer<T>> Buffers => layer.Buffers;

    public override BackwardReads BackwardReads => layer.BackwardReads;

    public override OutputMemory OutputMemory => layer.OutputMemory;

    public override long MultiplyAdds(Shape input) => layer.MultiplyAdds(input);

    public override bool IsCheap => layer.IsCheap;

    public override bool Folds => fuses && layer.Folds;

    public override bool TakesActivation => fuses && layer.TakesActivation;

    public override Shape OutputShape(Shape input) => layer.OutputShape(input);

    public override bool Knows(Layout other, ReadOnlySpan<Shape> inputs) => other == layout && layer.Knows(other, inputs);

    public override Division DivisionAt(LayerSite site) => layer.DivisionAt(site);

    internal override bool TakesAddend(LayerSite site) => fuses && layer.TakesAddend(site);

    internal override bool WorksByRows(LayerSite site) => layer.WorksByRows(site);

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band) => layer.ForwardRows<V>(pass, band);

    internal override int ScratchLength<V>(LayerSite site, int threads) => layer.ScratchLength<V>(site, threads);

    public override int PreparedLength<V>(LayerSite site) => layer.PreparedLength<V>(site);

    public override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads) =>
        layer.Prepare<V>(site, folded, prepared, threads);

    public override void Forward<V>(in Pass<T> pass) => layer.Forward<V>(pass);

    public override void Backward<V>(in Pass<T> pass) => layer.Backward<V>(pass);
}
