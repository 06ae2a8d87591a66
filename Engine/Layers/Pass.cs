using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What a layer sees of one block of images, on the way forward or back. Values and gradients are [shape of one image..., lanes] or,
/// channels-last, [images, H, W, C]: <see cref="Layout"/>.</summary>
/// <remarks>The memory belongs to the engine and is good for this one call. Spans that have no meaning in a call are empty.</remarks>
public readonly ref struct Pass<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of the block in its batch.</summary>
    public int Block { get; init; }

    /// <summary>How many images there are; in lanes, how many of these are filled: <see cref="Kernels.Lanes.Count"/>, but for the last
    /// block of a batch.</summary>
    public int Images { get; init; }

    /// <summary>Whether the model learns from this batch: batch normalisation then uses the batch's own statistics.</summary>
    public bool Training { get; init; }

    /// <summary>In training 64 random bits that belong to this layer and block in this step of the model, and are the same
    /// on the way back: whatever a layer does by chance must follow from them.</summary>
    public ulong RandomBits { get; init; }

    /// <summary>The shape of one image's input.</summary>
    public Shape InputShape { get; init; }

    /// <summary>The shape of one image's output.</summary>
    public Shape OutputShape { get; init; }

    /// <summary>The values that come in.</summary>
    public ReadOnlySpan<T> Input { get; init; }

    /// <summary>The values that go out: to be written by Forward, to be left alone by Backward.</summary>
    public Span<T> Output { get; init; }

    /// <summary>The gradient of the loss by the output.</summary>
    public ReadOnlySpan<T> GradOutput { get; init; }

    /// <summary>The gradient of the loss by the input, to be written by Backward; empty where nobody reads it.</summary>
    public Span<T> GradInput { get; init; }

    /// <summary>Memory lent for this call, as long as the layer's ScratchLength asked; it holds anything.</summary>
    public Span<T> Scratch { get; init; }

    /// <summary>Whether <see cref="Scratch"/> holds what the layer left there with another piece of this very step: what it works out for all pieces
    /// alike is there then.</summary>
    internal bool IsContinued { get; init; }

    /// <summary>For a <see cref="BatchLayer{T}"/>: what it found out about the whole batch.</summary>
    public ReadOnlySpan<double> Statistics { get; init; }

    /// <summary>For a <see cref="BatchLayer{T}"/> on the way back: what it found out about the whole batch's gradient.</summary>
    public ReadOnlySpan<double> GradStatistics { get; init; }

    /// <summary>How inputs, output and their gradients lie.</summary>
    public Layout Layout { get; init; }

    /// <summary>How many values come in.</summary>
    public int InputCount => Inputs.Length > 0 ? Inputs.Length : 1;

    /// <summary>The values that come in by way i.</summary>
    public ReadOnlySpan<T> InputAt(int i) => Inputs.Length > 0 ? Inputs[i].Span : Input;

    /// <summary>The gradient of the loss by the values of way i, to be written by Backward; empty where nobody reads it.</summary>
    public Span<T> GradInputAt(int i) => Inputs.Length > 0 ? GradInputs[i].Span : GradInput;

    /// <summary>The shape of one image's input by way i.</summary>
    public Shape InputShapeAt(int i) => InputShapes.Length > 0 ? InputShapes[i] : InputShape;

    /// <summary>How the first input lies.</summary>
    public Extent InputExtent => Part(Extent.Of(Layout, InputShape, Images));

    /// <summary>How the output lies.</summary>
    public Extent OutputExtent => Part(Extent.Of(Layout, OutputShape, Images));

    /// <summary>The first plane of this pass, where a block is cut by planes (<see cref="Division.Planes"/>).</summary>
    public int FirstPlane { get; init; }

    /// <summary>Where a block is cut anywhere: how many times <see cref="Lanes.Count"/> numbers come before this pass.</summary>
    internal int FirstRow { get; init; }

    /// <summary>How many planes this pass has; 0 for all.</summary>
    internal int PlaneCount { get; init; }

    /// <summary>The first pixel of this pass, where a block is cut by pixels (<see cref="Division.Pixels"/>): of an image channels-last, of every
    /// channel in lanes.</summary>
    public int FirstPixel { get; init; }

    /// <summary>How many pixels this pass is to do: all of the output's, where nothing is cut by pixels.</summary>
    public int PixelCount
    {
        get => field > 0 ? field : Extent.Of(Layout, OutputShape, Images).Pixels;
        init;
    }

    /// <summary>Whether it holds a stretch of one image's pixels, channels-last.</summary>
    internal bool IsStretch { get; init; }

    /// <summary>All values that come in, where there are several.</summary>
    internal ReadOnlySpan<Region<T>> Inputs { get; init; }

    /// <summary>The places of their gradients.</summary>
    internal ReadOnlySpan<Region<T>> GradInputs { get; init; }

    /// <summary>The shapes of all inputs, where there are several.</summary>
    internal ReadOnlySpan<Shape> InputShapes { get; init; }

    /// <summary>What the layer worked out of its parameters before this batch; empty if it reads them as they are.</summary>
    public ReadOnlySpan<T> Prepared { get; init; }

    /// <summary>Copies of the layer's parameters, one after the other; empty if the layer's own hold.</summary>
    internal ReadOnlySpan<T> Snapshot { get; init; }

    /// <summary>Where the layer stands in the plan; none where there is no plan.</summary>
    internal LayerSite? Site { get; init; }

    /// <summary>Whose copies these are.</summary>
    internal Layer<T>? Owner { get; init; }

    /// <summary>What is to be added to the output, before the activation; empty for nothing.</summary>
    internal ReadOnlySpan<T> Addend { get; init; }

    /// <summary>On the way back: what the gradient of the input has got from elsewhere, to be added to it; empty for nothing.</summary>
    internal ReadOnlySpan<T> GradAddend { get; init; }

    internal Span<T> Gradients { get; init; }

    /// <summary>For a layer that takes on the activation after it (<see cref="Layer{T}.TakesActivation"/>): which, or none. Forward applies it to
    /// Output, on the way back Output and GradOutput are those of the activation.</summary>
    internal Activation<T> Activation { get; init; }

    /// <summary>Whether the layer took on the addition of a further value to its output, too, before the activation; on the way back the gradient
    /// before the activation is then that value's gradient.</summary>
    internal bool HasAddend { get; init; }

    /// <summary>For a layer that takes on the pooling after it (<see cref="Layer{T}.TakesMaxima"/>): the windows under which the largest is wanted;
    /// Output and GradOutput are then the pooling's.</summary>
    internal TapTable? Maxima { get; init; }

    /// <summary>With an <see cref="Activation"/>, on the way back: where the gradient before it goes; may be GradOutput's own memory. Empty where the
    /// layer makes it anew whenever it reads GradOutput (<see cref="Layer{T}.ActivationFromInput"/>).</summary>
    internal Span<T> GradBefore { get; init; }

    /// <summary>How many threads may work on this block: more than one only where a batch has no second block for them.</summary>
    internal int Threads { get; init; }

    /// <summary>Where a parameter's gradient is added up, row-major in the parameter's own shape. Add to it, do not overwrite it.</summary>
    public Span<T> Gradient(Parameter<T> parameter) => Gradients.Slice(parameter.Offset, parameter.Shape.Length);

    /// <summary>Whether somebody needs the gradient of a parameter: not if it is frozen.</summary>
    public bool Wants(Parameter<T>? parameter) => parameter is { Frozen: false } && !Gradients.IsEmpty;

    /// <summary>The numbers of a parameter that hold in this pass: a <c>Predictor</c> has copies of its own.</summary>
    public ReadOnlySpan<T> Values(Parameter<T> parameter)
    {
        if (Snapshot.IsEmpty) return parameter.Value.Span;
        int at = 0;
        for (int i = 0; i < Owner!.Parameters.Count; i++)
        {
            Parameter<T> other = Owner.Parameters[i];
            if (other == parameter) return Snapshot.Slice(at, other.Shape.Length);
            at += other.Shape.Length;
        }
        return parameter.Value.Span;
    }

    /// <summary>A stretch of what the layer has prepared, or its own numbers where it was not asked to.</summary>
    internal ReadOnlySpan<T> PreparedOr(ReadOnlySpan<T> own, int at, int length) => Prepared.IsEmpty ? own : Prepared.Slice(at, length);

    /// <summary>At the end of Forward: puts the activation that the layer took on (<see cref="Layer{T}.TakesActivation"/>) to Output; nothing if
    /// there is none.</summary>
    public void Activate<V>() where V : unmanaged, IVector<V, T>
    {
        if (Activation.IsSome) Elementwise.Activate<V, T>(Activation, Output, Output);
    }

    /// <summary>At the beginning of Backward: makes of GradOutput, in place, the gradient of what Forward had before it activated; nothing if there
    /// was no activation.</summary>
    public void UndoActivation<V>() where V : unmanaged, IVector<V, T>
    {
        if (!Activation.IsSome) return;
        if (Threads > 1) Conv2dLanes.BackwardActivation<V, T>(Activation, Output, GradBefore, [], Threads);      // a whole block: whole vectors
        else Elementwise.ActivateBackward<V, T>(Activation, Output, GradBefore, GradBefore);
    }

    // Channels-last a stretch of pixels lies together, and is a plane.
    private Extent Part(Extent all) =>
        IsStretch && all.Pixels > 1 ? new(1, PixelCount, all.Pitch) : PlaneCount == 0 ? all : all with { Planes = PlaneCount };
}

/// <summary>A stretch of a tensor's memory; none for nothing.</summary>
internal readonly record struct Region<T>(Tensor<T>? Memory, int Offset, int Length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Span<T> Span => Memory is null ? [] : Memory.Span.Slice(Offset, Length);
}
