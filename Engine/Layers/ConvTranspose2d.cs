using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Spreads every input over a learned window and adds what overlaps: a convolution's way back, to make images larger.</summary>
/// <remarks>
/// Input [inC, H, W], weight [inC, outC/groups, kH, kW], bias [outC], output [outC, oH, oW] an image;
/// oH = (H - 1)·strideH - 2·padH + dilationH·(kH - 1) + outputPaddingH + 1, and oW alike: the size from which a convolution with the same numbers
/// comes back to H. It is that convolution's gradient by its input, so the same routines serve with the roles exchanged: forward is its
/// BackwardInput, the gradient by the input its Forward. Costs 2·inC·H·W·outC/groups·kH·kW operations an image.
/// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.
/// </remarks>
public sealed class ConvTranspose2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<Conv2dTables> _tables;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;

    /// <summary>A transposed convolution in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, a padding negative, the output padding
    /// not below the stride, or the groups do not divide both channels.</exception>
    public ConvTranspose2d(int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, Size2 padding = default,
        Size2 outputPadding = default, int groups = 1, bool bias = true, Size2? dilation = null)
    {
        (InChannels, OutChannels, KernelSize, Stride) = (inChannels, outChannels, kernelSize, stride ?? 1);
        (Padding, OutputPadding, Dilation, Groups) = (padding, outputPadding, dilation ?? 1, groups);
        ShapeGuard.Positive(TypeName, inChannels);
        ShapeGuard.Positive(TypeName, outChannels);
        ShapeGuard.Positive(TypeName, groups);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, Dilation);
        CheckOutputPadding(outputPadding.Height, Stride.Height);
        CheckOutputPadding(outputPadding.Width, Stride.Width);
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups,
                $"{TypeName}: {groups} groups do not divide {inChannels} input and {outChannels} output channels.");
        _weight = new("weight", new Tensor<T>(new Shape(inChannels, outChannels / groups, kernelSize.Height, kernelSize.Width)));
        _bias = bias ? new("bias", new Tensor<T>(new Shape(outChannels))) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        _tables = new(input => new Conv2dTables(Mirror(input)));
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Rows and columns of the window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels of the output from one input's window to the next one's.</summary>
    public Size2 Stride { get; }

    /// <summary>Pixels taken off the output on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels added to the output at the bottom and on the right: below the stride, to choose
    /// among the sizes from which a convolution would come to the same one.</summary>
    public Size2 OutputPadding { get; }

    /// <summary>Pixels from one element of the window to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Into how many independent groups the channels are divided.</summary>
    public int Groups { get; }

    /// <summary>[inC, outC/groups, kH, kW].</summary>
    public Parameter<T> Weight => _weight;

    /// <summary>[outC], or none.</summary>
    public Parameter<T>? Bias => _bias;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => Mirror(input).InputShape;

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => Mirror(input).MultiplyAdds;

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) =>
        Initializers.Convolution(_weight, _bias, _weight.Value.Shape.Tail().Length, initialization, random);

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input)
    {
        Conv2dGeometry mirror = Mirror(input);
        return (mirror.Rows, mirror.Columns);
    }

    internal override long TableBytes(Shape input) => _tables.For(input).Bytes;

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => Conv2dLanes.WeightScratchLength<V, T>(_tables.For(input).Geometry);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass) => Conv2dLanes.ForwardTransposed<V, T>(
        _tables.For(pass.InputShape), pass.Input, _weight.Value.Span, _bias is null ? [] : _bias.Value.Span, pass.Output);

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        Conv2dTables mirror = _tables.For(pass.InputShape);
        Conv2dLanes.BackwardWeight<V, T>(mirror, pass.GradOutput, pass.Input, pass.Gradient(_weight), pass.Scratch);
        if (_bias is not null) Conv2dLanes.SumChannels<V, T>(pass.GradOutput, pass.Gradient(_bias));
        if (!pass.GradInput.IsEmpty) Conv2dLanes.Forward<V, T>(mirror, pass.GradOutput, _weight.Value.Span, [], pass.GradInput);
    }

    /// <summary>The convolution from this layer's output back to its input.</summary>
    private Conv2dGeometry Mirror(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        ShapeGuard.Channels(Who, input, InChannels, $"{_weight.Value.Shape} (inC, outC{(Groups > 1 ? "/groups" : "")}, kH, kW)");
        WindowAxis rows = Axis(input, input[1], KernelSize.Height, Stride.Height, Padding.Height, OutputPadding.Height, Dilation.Height);
        WindowAxis columns = Axis(input, input[2], KernelSize.Width, Stride.Width, Padding.Width, OutputPadding.Width, Dilation.Width);
        ShapeGuard.Output(Who, input, OutChannels, rows.Input, columns.Input);
        return new(OutChannels, InChannels, rows, columns, Groups);
    }

    private WindowAxis Axis(Shape image, int input, int kernel, int stride, int padding, int outputPadding, int dilation)
    {
        long output = (input - 1L) * stride - 2L * padding + dilation * (kernel - 1L) + outputPadding + 1;
        if (output < 1 || input < 1)
            ShapeGuard.Mismatch(Who, $"an input of {input} with stride {stride}, window {kernel}, dilation {dilation} and padding {padding} gives an output of {output}. Lower padding. input {image} (C, H, W).",
                new Shape(1), new Shape((int)Math.Max(0, output)));
        if (output + 2L * padding > Array.MaxLength)
            ShapeGuard.TooLarge(Who, $"an input of {input} with stride {stride}, window {kernel}, dilation {dilation} and padding {padding} "
                + $"gives an output of {output}. input {image} (C, H, W).", output);
        return new((int)output, kernel, stride, padding, dilation);
    }

    private void CheckOutputPadding(int outputPadding, int stride)
    {
        ShapeGuard.NotNegative(TypeName, outputPadding);
        if (outputPadding >= stride)
            throw new ArgumentOutOfRangeException(nameof(outputPadding), outputPadding,
                $"{TypeName}: outputPadding is {outputPadding}, must be below the stride of {stride}.");
    }
}
