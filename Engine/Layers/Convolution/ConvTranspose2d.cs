using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>Spreads every input over a learned window and adds what overlaps: a convolution's way back, to make images larger.</summary>
/// <remarks>
/// Input [inC, H, W], weight [inC, outC/groups, kH, kW], bias [outC], output [outC, oH, oW] an image;
/// oH = (H - 1)·strideH - top - bottom + dilationH·(kH - 1) + outputPaddingH + 1, and oW alike: the size from which a convolution with the same
/// numbers comes back to H. It is that convolution's gradient by its input, so the same routines serve with the roles exchanged: forward is its
/// BackwardInput, the gradient by the input its Forward. Costs 2·inC·H·W·outC/groups·kH·kW operations an image.
/// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.
/// </remarks>
public sealed class ConvTranspose2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<Conv2dTables> _tables;
    private readonly PerShape<ChannelTables> _channelTables;
    private readonly PerShape<ConvolutionCost> _costs;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;

    /// <summary>A transposed convolution in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, a padding negative, the output padding
    /// below neither the stride nor the dilation, or the groups do not divide both channels.</exception>
    public ConvTranspose2d(int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, Edges padding = default,
        Size2 outputPadding = default, int groups = 1, bool bias = true, Size2? dilation = null)
    {
        (InChannels, OutChannels, KernelSize, Stride) = (inChannels, outChannels, kernelSize, stride ?? 1);
        (Padding, OutputPadding, Dilation, Groups) = (padding, outputPadding, dilation ?? 1, groups);
        ShapeGuard.Positive(TypeName, inChannels);
        ShapeGuard.Positive(TypeName, outChannels);
        ShapeGuard.Positive(TypeName, groups);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, Dilation);
        CheckOutputPadding(outputPadding.Height, Stride.Height, Dilation.Height);
        CheckOutputPadding(outputPadding.Width, Stride.Width, Dilation.Width);
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups,
                $"{TypeName}: {groups} groups do not divide {inChannels} input and {outChannels} output channels.");
        _weight = new("weight", new Shape(inChannels, outChannels / groups, kernelSize.Height, kernelSize.Width));
        _bias = bias ? new("bias", new Shape(outChannels)) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        _tables = new(input => new Conv2dTables(Mirror(input)));
        _channelTables = new(input => new ChannelTables(Mirror(input)));
        _costs = new(input => new ConvolutionCost(Mirror(input)));
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
    public Edges Padding { get; }

    /// <summary>Pixels added to the output at the bottom and on the right. Below the stride they choose among the sizes from
    /// which a convolution would come to the same one; from there on, and below the dilation, no window reaches some of them.</summary>
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
        Initializers.Convolution(_weight, _bias, _weight.Shape.Tail().Length, initialization, random);

    /// <inheritdoc/>
    public override Initialization Recipe(Initialization initialization) => initialization;

    /// <inheritdoc/>
    public override (Parameter<T> Weight, Parameter<T>? Bias)? Affine => (_weight, _bias);

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => site.Layout == Layout.Lanes ? _tables.For(site.Input).Bytes : 0;

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input)
    {
        Conv2dGeometry mirror = Mirror(input);
        return (mirror.Rows, mirror.Columns);
    }

    /// <inheritdoc/>
    public override bool TakesActivation => true;

    /// <inheritdoc/>
    public override bool Folds => true;

    /// <inheritdoc/>
    public override string SizeFormula(Shape input)
    {
        Conv2dGeometry mirror = Mirror(input);
        return AxisFormula.Of(Formula(mirror.Rows, OutputPadding.Height), Formula(mirror.Columns, OutputPadding.Width));
    }

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override double Cost(LayerSite site, int vector)
    {
        ConvolutionCost cost = _costs.For(site.Input);
        ConvolutionAlgorithm algorithm = site.Layout == Layout.ChannelsLast ? ConvolutionAlgorithm.Channels : ConvolutionAlgorithm.Lanes;
        double time = cost.InOwnLayout(algorithm, Conv2dDirection.BackwardInput, site.Images, vector);
        if (!site.Backward) return time;
        return time + cost.InOwnLayout(algorithm, Conv2dDirection.Forward, site.Images, vector)
            + cost.InOwnLayout(algorithm, Conv2dDirection.BackwardWeight, site.Images, vector);
    }

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) => Division.ByItself;

    internal override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Layout == Layout.ChannelsLast ? Conv2dChannels.WorkLength<V, T>(_channelTables.For(site.Input), threads)
            : site.Backward ? Conv2dLanes.WeightScratchLength<V, T>(_tables.For(site.Input).Geometry) : 0;

    /// <inheritdoc/>
    /// <remarks>Channels-last the packed weights, the bias, and perhaps the weights packed for the way back; in lanes, in use, a copy of the
    /// weights, and the bias.</remarks>
    public override int PreparedLength<V>(LayerSite site)
    {
        if (site.Layout == Layout.Lanes) return site.InUse ? _weight.Shape.Length + OutChannels : 0;
        Conv2dGeometry mirror = _channelTables.For(site.Input).Geometry;
        int length = ForwardLength<V>(mirror) + Lanes.RoundUp(OutChannels);
        return site.Backward ? length + Conv2dChannels.PackedLength<V, T>(mirror, transposed: false) : length;
    }

    /// <inheritdoc/>
    public override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads)
    {
        ReadOnlySpan<T> weight = _weight.Value.Span;
        ChannelTables? mirror = site.Layout == Layout.Lanes ? null : _channelTables.For(site.Input);
        int length = mirror is null ? weight.Length : ForwardLength<V>(mirror.Geometry);
        Span<T> packed = prepared[..length], bias = prepared.Slice(length, OutChannels);
        if (_bias is null) bias.Clear();
        else _bias.Value.Span.CopyTo(bias);
        Span<T> scales = folded is null ? [] : OutChannels <= 1024 ? stackalloc T[OutChannels] : new T[OutChannels];
        folded?.Fold(scales, bias);
        if (mirror is null) weight.CopyTo(packed);
        else Conv2dChannels.PackTransposed<V, T>(mirror, weight, packed);
        if (folded is not null)
        {
            if (mirror is null || Conv2dChannels.IsUnpacked<V, T>(mirror.Geometry)) Scale(scales, packed);
            else Conv2dChannels.Scale<V, T>(mirror, transposed: true, scales, packed);
        }
        if (site.Backward && mirror is not null) Conv2dChannels.Pack<V, T>(mirror, transposed: false, weight,
            prepared[(length + Lanes.RoundUp(OutChannels))..], threads);
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Layout == Layout.Lanes)
        {
            int weights = _weight.Shape.Length;
            ReadOnlySpan<T> weight = pass.PreparedOr(_weight.Value.Span, 0, weights),
                bias = pass.PreparedOr(_bias is null ? [] : _bias.Value.Span, weights, OutChannels);
            Conv2dLanes.ForwardTransposed<V, T>(_tables.For(pass.InputShape), pass.Input, weight, bias, pass.Output, pass.Activation, pass.Threads);
            return;
        }
        ChannelTables mirror = _channelTables.For(pass.InputShape);
        int length = ForwardLength<V>(mirror.Geometry);
        Conv2dChannels.ForwardTransposed<V, T>(mirror, Math.Max(1, pass.Threads), pass.Input[..(pass.Images * pass.InputShape.Length)],
            pass.Prepared[..length],
            pass.Prepared.Slice(length, OutChannels), pass.Activation, pass.Scratch, pass.Output[..(pass.Images * pass.OutputShape.Length)]);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        pass.UndoActivation<V>();
        if (pass.Layout == Layout.ChannelsLast)
        {
            BackwardChannelsLast<V>(pass);
            return;
        }
        Conv2dTables mirror = _tables.For(pass.InputShape);
        if (pass.Wants(_weight)) Conv2dLanes.BackwardWeight<V, T>(mirror, pass.GradOutput, pass.Input, pass.Gradient(_weight), pass.Scratch,
            pass.Threads);
        if (pass.Wants(_bias)) Conv2dLanes.SumChannels<V, T>(pass.GradOutput, pass.Gradient(_bias!), pass.Threads);
        if (!pass.GradInput.IsEmpty) Conv2dLanes.Forward<V, T>(mirror, pass.GradOutput, pass.Values(_weight), [], pass.GradInput, default,
            pass.Threads);
    }

    // weight[ic, oc, kh, kw] *= scales[oc].
    private void Scale(ReadOnlySpan<T> scales, Span<T> weight)
    {
        int taps = KernelSize.Height * KernelSize.Width, outputs = OutChannels / Groups, inputs = InChannels / Groups;
        for (int ic = 0, at = 0; ic < InChannels; ic++)
            for (int oc = 0; oc < outputs; oc++, at += taps)
                TensorPrimitives.Multiply(weight.Slice(at, taps), scales[ic / inputs * outputs + oc], weight.Slice(at, taps));
    }

    private static int ForwardLength<V>(Conv2dGeometry mirror) where V : unmanaged, IVector<V, T> =>
        Lanes.RoundUp(Conv2dChannels.TransposedLength<V, T>(mirror));

    private void BackwardChannelsLast<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        ChannelTables mirror = _channelTables.For(pass.InputShape);
        int threads = Math.Max(1, pass.Threads), inputs = pass.Images * pass.InputShape.Length;
        ReadOnlySpan<T> gradOutput = pass.GradOutput[..(pass.Images * pass.OutputShape.Length)];
        if (pass.Wants(_weight)) Conv2dChannels.BackwardWeight<V, T>(mirror, threads, gradOutput, pass.Input[..inputs], pass.Scratch,
            pass.Gradient(_weight));
        if (pass.Wants(_bias)) Conv2dChannels.SumChannels<V, T>(mirror.Geometry.InputPlane, gradOutput, pass.Gradient(_bias!), threads);
        if (pass.GradInput.IsEmpty) return;
        int before = ForwardLength<V>(mirror.Geometry) + Lanes.RoundUp(OutChannels);
        Conv2dChannels.ForwardPacked<V, T>(mirror, threads, gradOutput, pass.Prepared[before..], [], [], default, pass.GradInput[..inputs]);
    }

    /// <summary>The convolution from this layer's output back to its input.</summary>
    private Conv2dGeometry Mirror(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        ShapeGuard.Channels(Who, input, InChannels, $"{_weight.Shape} (inC, outC{(Groups > 1 ? "/groups" : "")}, kH, kW)");
        WindowAxis rows = Axis(input, input[1], KernelSize.Height, Stride.Height, Padding.Top, Padding.Bottom, OutputPadding.Height, Dilation.Height);
        WindowAxis columns = Axis(input, input[2], KernelSize.Width, Stride.Width, Padding.Left, Padding.Right, OutputPadding.Width, Dilation.Width);
        ShapeGuard.Output(Who, input, OutChannels, rows.Input, columns.Input);
        return new(OutChannels, InChannels, rows, columns, Groups);
    }

    // Its last window ends where the added pixels begin: they are padding taken away at the end.
    private WindowAxis Axis(Shape image, int input, int kernel, int stride, int padding, int endPadding, int outputPadding, int dilation)
    {
        long output = (input - 1L) * stride - padding - endPadding + dilation * (kernel - 1L) + outputPadding + 1;
        if (output < 1 || input < 1)
            ShapeGuard.Mismatch(Who, $"an input of {input} with stride {stride}, window {kernel}, dilation {dilation} and padding {padding} and "
                + $"{endPadding} gives an output of {output}. Lower padding. input {image} (C, H, W).",
                new Shape(1), new Shape((int)Math.Max(0, output)));
        if (output + (long)padding + endPadding > Array.MaxLength)
            ShapeGuard.TooLarge(Who, $"an input of {input} with stride {stride}, window {kernel}, dilation {dilation} and padding {padding} "
                + $"gives an output of {output}. input {image} (C, H, W).", output);
        return new((int)output, kernel, stride, padding, dilation, ExtraPadding: endPadding - outputPadding - padding);
    }

    // The other way round: the window's input is what the layer puts out.
    private static string Formula(WindowAxis axis, int outputPadding)
    {
        string ends = AxisFormula.Ends('-', axis.Padding, axis.EndPadding + outputPadding);
        string span = axis.Dilation == 1 ? $"{axis.Kernel}" : $"{axis.Dilation}·({axis.Kernel} - 1) + 1";
        return $"({axis.Output} - 1)·{axis.Stride}{ends} + {span}{(outputPadding > 0 ? $" + {outputPadding}" : "")} = {axis.Input}";
    }

    private void CheckOutputPadding(int outputPadding, int stride, int dilation)
    {
        ShapeGuard.NotNegative(TypeName, outputPadding);
        if (outputPadding >= Math.Max(stride, dilation))
            throw new ArgumentOutOfRangeException(nameof(outputPadding), outputPadding,
                $"{TypeName}: outputPadding is {outputPadding}, must be below the stride of {stride} or the dilation of {dilation}.");
    }
}
