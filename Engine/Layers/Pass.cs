using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What a layer sees of one block of images, on the way forward or back. Values and gradients are [shape of one image..., lanes].</summary>
/// <remarks>The memory belongs to the engine and is good for this one call. Spans that have no meaning in a call are empty.</remarks>
public readonly ref struct Pass<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of the block in its batch.</summary>
    public int Block { get; init; }

    /// <summary>How many lanes hold an image: <see cref="Kernels.Lanes.Count"/>, but for the last block of a batch.</summary>
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

    /// <summary>For a <see cref="BatchLayer{T}"/>: what it found out about the whole batch.</summary>
    public ReadOnlySpan<double> Statistics { get; init; }

    /// <summary>For a <see cref="BatchLayer{T}"/> on the way back: what it found out about the whole batch's gradient.</summary>
    public ReadOnlySpan<double> GradStatistics { get; init; }

    /// <summary>For a <see cref="JoinLayer{T}"/>: the values that come in by the second way.</summary>
    internal ReadOnlySpan<T> Second { get; init; }

    /// <summary>For a <see cref="JoinLayer{T}"/>: the gradient of the loss by these; empty where nobody reads it.</summary>
    internal Span<T> GradSecond { get; init; }

    internal Span<T> Gradients { get; init; }

    /// <summary>For a layer that takes on the activation after it (<see cref="Layer{T}.TakesActivation"/>): which, or none. Forward applies it to
    /// Output, on the way back Output and GradOutput are those of the activation.</summary>
    internal Activation<T> Activation { get; init; }

    /// <summary>With an <see cref="Activation"/>, on the way back: where the gradient before it goes; may be GradOutput's own memory.</summary>
    internal Span<T> GradBefore { get; init; }

    /// <summary>How many threads may work on this block: more than one only where a batch has no second block for them.</summary>
    internal int Threads { get; init; }

    /// <summary>Where a parameter's gradient is added up, row-major in the parameter's own shape. Add to it, do not overwrite it.</summary>
    public Span<T> Gradient(Parameter<T> parameter) => Gradients.Slice(parameter.Offset, parameter.Value.Length);
}
