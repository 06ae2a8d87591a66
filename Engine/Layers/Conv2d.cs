using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Slides <c>outChannels</c> learned windows over every image and adds a bias per channel.</summary>
/// <remarks>
/// Cross-correlation: the window is not flipped. Input [inC, H, W], weight [outC, inC/groups, kH, kW], bias [outC], output
/// [outC, oH, oW] an image; oH = (H + 2·padH - dilationH·(kH - 1) - 1)//strideH + 1, and oW alike. Costs
/// 2·outC·oH·oW·inC/groups·kH·kW operations an image. The arithmetic is in <see cref="Conv2dNaive"/> (the definition),
/// <see cref="Conv2dIm2Col"/> (the textbook), <see cref="Conv2dLanes"/> (the fast one) and <see cref="Conv2dChannels"/> (the fast one for few,
/// large images), the same four routines in each.
/// </remarks>
public sealed class Conv2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<Conv2dTables> _tables;
    private readonly PerShape<ChannelTables> _channelTables;
    private readonly PerShape<ConvolutionCost> _costs;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;

    /// <summary>A convolution in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the padding negative, or the groups do not divide both channels.</exception>
    public Conv2d(int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        int groups = 1,
        bool bias = true, PaddingMode paddingMode = PaddingMode.Zeros)
    {
        (InChannels, OutChannels, KernelSize, Stride) = (inChannels, outChannels, kernelSize, stride ?? 1);
        (Padding, Dilation, Groups, PaddingMode) = (padding, dilation ?? 1, groups, paddingMode);
        ShapeGuard.Positive(TypeName, inChannels);
        ShapeGuard.Positive(TypeName, outChannels);
        ShapeGuard.Positive(TypeName, groups);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, Dilation);
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups,
                $"{TypeName}: {groups} groups do not divide {inChannels} input and {outChannels} output channels.");
        _weight = new("weight", new Tensor<T>(new Shape(outChannels, inChannels / groups, kernelSize.Height, kernelSize.Width)));
        _bias = bias ? new("bias", new Tensor<T>(new Shape(outChannels))) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        _tables = new(input => new Conv2dTables(Geometry(input)));
        _channelTables = new(input => new ChannelTables(Geometry(input)));
        _costs = new(input => new ConvolutionCost(Geometry(input)));
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Rows and columns of the window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Pixels added on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels from one element of the window to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Into how many independent groups the channels are divided.</summary>
    public int Groups { get; }

    /// <summary>What the added pixels hold.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>How to compute it.</summary>
    public ConvolutionAlgorithm Algorithm { get; set; }

    /// <summary>[outC, inC/groups, kH, kW].</summary>
    public Parameter<T> Weight => _weight;

    /// <summary>[outC], or none.</summary>
    public Parameter<T>? Bias => _bias;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    internal override bool TakesActivation => true;

    private ReadOnlySpan<T> BiasValues => _bias is null ? [] : _bias.Value.Span;

    /// <summary>Every size of this convolution over such an image.</summary>
    /// <param name="input">[inC, H, W].</param>
    /// <exception cref="ShapeMismatchException">The image does not fit.</exception>
    public Conv2dGeometry Geometry(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        ShapeGuard.Channels(Who, input, InChannels, $"{_weight.Value.Shape} (outC, inC{(Groups > 1 ? "/groups" : "")}, kH, kW)");
        var rows = new WindowAxis(input[1], KernelSize.Height, Stride.Height, Padding.Height, Dilation.Height, PaddingMode);
        var columns = new WindowAxis(input[2], KernelSize.Width, Stride.Width, Padding.Width, Dilation.Width, PaddingMode);
        rows.Check(Who);
        columns.Check(Who);
        ShapeGuard.Output(Who, input, OutChannels, rows.Output, columns.Output);
        return new(InChannels, OutChannels, rows, columns, Groups);
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => Geometry(input).OutputShape;

    /// <inheritdoc/>
    public override (WindowAxis Rows, WindowAxis Columns)? Window(Shape input)
    {
        Conv2dGeometry geometry = Geometry(input);
        return (geometry.Rows, geometry.Columns);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => Geometry(input).MultiplyAdds;

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) =>
        Initializers.Convolution(_weight, _bias, _weight.Value.Shape.Tail().Length, initialization, random);

    /// <summary>This convolution over such an image as one matrix, [outC·oH·oW, inC·H·W]: output = matrix · input + bias. For small images.</summary>
    /// <param name="input">[inC, H, W].</param>
    public Tensor<T> ToMatrix(Shape input)
    {
        Conv2dGeometry g = Geometry(input);
        var matrix = new Tensor<T>(new Shape(g.OutputShape.Length, input.Length));
        Conv2dMatrix.Fill<T>(g, _weight.Value.Span, matrix.Span);
        return matrix;
    }

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => ScratchLength<V>(input, threads: 1);

    internal override int ScratchLength<V>(Shape input, int threads)
    {
        int lanes = Conv2dLanes.WeightScratchLength<V, T>(_tables.For(input).Geometry);
        if (Algorithm == ConvolutionAlgorithm.Lanes) return lanes;
        ConvolutionCost cost = _costs.For(input);
        int channels = Most(ConvolutionAlgorithm.Channels), im2Col = Algorithm == ConvolutionAlgorithm.Naive ? Lanes.Count : Most(ConvolutionAlgorithm.Im2Col);
        lanes = Math.Max(lanes, FewImages.ScratchLength<V, T>(_channelTables.For(input), channels, threads));
        return Math.Max(lanes, ImageByImage.ScratchLength<V, T>(Geometry(input), im2Col));

        int Most(ConvolutionAlgorithm which) => Algorithm == ConvolutionAlgorithm.Auto ? cost.MostImages<V, T>(which) : Algorithm == which ? Lanes.Count : 0;
    }

    /// <inheritdoc/>
    /// <remarks>Those of the lanes, an entry per pixel; where images have their channels last, tables are a few boxes.</remarks>
    internal override long TableBytes(Shape input) => _tables.For(input).Bytes;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = _weight.Value.Span;
        Conv2dTables tables = _tables.For(pass.InputShape);
        ConvolutionAlgorithm algorithm = Algorithm == ConvolutionAlgorithm.Auto ? _costs.For(pass.InputShape).Forward<V, T>(pass.Images) : Algorithm;
        switch (algorithm)
        {
            case ConvolutionAlgorithm.Lanes:
                Conv2dLanes.Forward<V, T>(tables, pass.Input, weight, BiasValues, pass.Output, pass.Activation);
                return;
            case ConvolutionAlgorithm.Channels: FewImages.Forward<V, T>(_channelTables.For(pass.InputShape), pass, weight, BiasValues); break;
            default: ImageByImage.Forward<V, T>(algorithm, tables.Geometry, pass, weight, BiasValues); break;
        }
        if (pass.Activation.IsSome) Elementwise.Activate<V, T>(pass.Activation, pass.Output, pass.Output);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = _weight.Value.Span;
        Span<T> gradWeight = pass.Gradient(_weight);
        Conv2dTables tables = _tables.For(pass.InputShape);
        Span<T> gradBias = _bias is null ? [] : pass.Gradient(_bias);
        if (pass.Activation.IsSome) Conv2dLanes.BackwardActivation<V, T>(pass.Activation, pass.Output, pass.GradBefore, gradBias);
        else if (_bias is not null) Conv2dLanes.BackwardBias<V, T>(tables, pass.GradOutput, gradBias);
        ConvolutionAlgorithm algorithm = Algorithm == ConvolutionAlgorithm.Auto
            ? _costs.For(pass.InputShape).Backward<V, T>(pass.Images, writesInput: !pass.GradInput.IsEmpty) : Algorithm;
        switch (algorithm)
        {
            case ConvolutionAlgorithm.Lanes:
                Conv2dLanes.BackwardWeight<V, T>(tables, pass.Input, pass.GradOutput, gradWeight, pass.Scratch);
                if (!pass.GradInput.IsEmpty) Conv2dLanes.BackwardInput<V, T>(tables, pass.GradOutput, weight, pass.GradInput);
                break;
            case ConvolutionAlgorithm.Channels: FewImages.Backward<V, T>(_channelTables.For(pass.InputShape), pass, weight, gradWeight); break;
            default: ImageByImage.Backward<V, T>(algorithm, tables.Geometry, pass, weight, gradWeight); break;
        }
    }
}
