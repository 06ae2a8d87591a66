using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>Slides <c>outChannels</c> learned windows over every image and adds a bias per channel.</summary>
/// <remarks>
/// Cross-correlation: the window is not flipped. Input [inC, H, W], weight [outC, inC/groups, kH, kW], bias [outC], output
/// [outC, oH, oW] an image; oH = (H + 2·padH - dilationH·(kH - 1) - 1)//strideH + 1, and oW alike; padding may differ at each side, then
/// it is top + bottom in place of 2·padH. Costs
/// 2·outC·oH·oW·inC/groups·kH·kW operations an image. The arithmetic is in <see cref="Conv2dNaive"/> (the definition),
/// <see cref="Conv2dIm2Col"/> (the textbook), <see cref="Conv2dLanes"/> (the fast one) and <see cref="Conv2dChannels"/> (the fast one for few,
/// large images), the same four routines in each.
/// </remarks>
public partial class Conv2d<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<Conv2dTables> _tables;
    private readonly PerShape<ChannelTables> _channelTables;
    private readonly PerShape<ConvolutionCost> _costs;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;
    private readonly bool _isRow;

    /// <summary>A convolution in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the padding negative, or the groups do not divide both channels.</exception>
    public Conv2d(int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, Edges padding = default, Size2? dilation = null,
        int groups = 1, bool bias = true, PaddingMode paddingMode = PaddingMode.Zeros)
        : this(isRow: false, inChannels, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups, bias, paddingMode)
    {
    }

    // Over images, or over rows: images of height 1, whose shape and whose weight's have no axis for it.
    private protected Conv2d(bool isRow, int inChannels, int outChannels, Size2 kernelSize, Size2 stride, Edges padding, Size2 dilation, int groups,
        bool bias,
        PaddingMode paddingMode)
    {
        (_isRow, InChannels, OutChannels, KernelSize, Stride) = (isRow, inChannels, outChannels, kernelSize, stride);
        (Padding, Dilation, Groups, PaddingMode) = (padding, dilation, groups, paddingMode);
        ShapeGuard.Positive(TypeName, inChannels);
        ShapeGuard.Positive(TypeName, outChannels);
        ShapeGuard.Positive(TypeName, groups);
        WindowGuard.Check(TypeName, KernelSize, Stride, Padding, Dilation);
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups,
                $"{TypeName}: {groups} groups do not divide {inChannels} input and {outChannels} output channels.");
        _weight = new("weight", isRow ? new Shape(outChannels, inChannels / groups, kernelSize.Width)
            : new Shape(outChannels, inChannels / groups, kernelSize.Height, kernelSize.Width));
        _bias = bias ? new("bias", new Shape(outChannels)) : null;
        Parameters = bias ? [_weight, _bias!] : [_weight];
        _tables = new(input => new Conv2dTables(Geometry(input)));
        _channelTables = new(input => new ChannelTables(Geometry(input)));
        _places = [];
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
    public Edges Padding { get; }

    /// <summary>Pixels from one element of the window to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Into how many independent groups the channels are divided.</summary>
    public int Groups { get; }

    /// <summary>What the added pixels hold.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>How to compute it.</summary>
    public ConvolutionAlgorithm Algorithm { get; set; }

    /// <summary>What <see cref="Initialization.Default"/> means for it: PyTorch's way, unless a network of others starts in another.</summary>
    public Initialization DefaultInitialization { get; set; }

    /// <summary>[outC, inC/groups, kH, kW]; of a <see cref="Conv1d{T}"/> without kH.</summary>
    public Parameter<T> Weight => _weight;

    /// <summary>[outC], or none.</summary>
    public Parameter<T>? Bias => _bias;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override bool TakesActivation => true;

    private ReadOnlySpan<T> BiasValues => _bias is null ? [] : _bias.Value.Span;

    /// <summary>Every size of this convolution over such an image.</summary>
    /// <param name="input">[inC, H, W].</param>
    /// <exception cref="ShapeMismatchException">The image does not fit.</exception>
    public Conv2dGeometry Geometry(Shape input)
    {
        Shape image = WindowGuard.Image(Who, input, _isRow);
        ShapeGuard.Channels(Who, input, InChannels, $"{_weight.Shape} (outC, inC{(Groups > 1 ? "/groups" : "")}, {(_isRow ? "k" : "kH, kW")})");
        var (rows, columns) = WindowGuard.Axes(image, KernelSize, Stride, Padding, Dilation, PaddingMode);
        rows.Check(Who);
        columns.Check(Who);
        ShapeGuard.Output(Who, input, OutChannels, rows.Output, columns.Output);
        return new(InChannels, OutChannels, rows, columns, Groups);
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => WindowGuard.OfImage(Geometry(input).OutputShape, _isRow);

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
        Initializers.Convolution(_weight, _bias, _weight.Shape.Tail().Length, Recipe(initialization), random);

    /// <inheritdoc/>
    public override Initialization Recipe(Initialization initialization) => initialization == Initialization.Default ? DefaultInitialization
        : initialization;

    /// <inheritdoc/>
    public override (Parameter<T> Weight, Parameter<T>? Bias)? Affine => (_weight, _bias);

    /// <inheritdoc/>
    public override (int Inputs, int Outputs)? Sums(Shape input) => (Geometry(input).WindowLength, Geometry(input).GroupOutputs);

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
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs)
    {
        if (Algorithm == ConvolutionAlgorithm.Channels || IsWinograd(inputs[0])) return layout == Layout.ChannelsLast;
        return layout == Layout.Lanes || (ChoosesLayout && _weight.Shape.Length / OutChannels <= LongSums.MostChannelsLast);
    }

    /// <inheritdoc/>
    public override bool Folds => true;

    // In training nobody would make the addend's gradient.
    internal override bool TakesAddend(LayerSite site) => site.InUse;

    internal override bool TakesGradAddend(LayerSite site) => site.Layout == Layout.ChannelsLast;

    // As it is defined, and few weights: every band reads them all again.
    internal override bool WorksByRows(LayerSite site) => site is { Layout: Layout.ChannelsLast, InUse: true } && !_isRow
        && PaddingMode == PaddingMode.Zeros && _weight.Shape.Length <= FewWeights && !IsSmall(site) && ChoiceAt(site).Forward == 0;

    internal override void ForwardRows<V>(in Pass<T> pass, RowBand band)
    {
        ChannelTables tables = _channelTables.For(pass.InputShape);
        int length = Conv2dChannels.PackedLength<V, T>(tables.Geometry, transposed: false);
        Conv2dChannels.ForwardRows<V, T>(tables, band, pass.Input, pass.Prepared[..length], pass.Prepared.Slice(length, OutChannels), pass.Addend,
            pass.Activation, pass.Output);
    }

    /// <inheritdoc/>
    public override double Cost(LayerSite site, int vector)
    {
        ConvolutionCost cost = _costs.For(site.Input);
        if (site.Layout == Layout.ChannelsLast) return CostChannelsLast(cost, site, vector);
        ConvolutionAlgorithm algorithm = ChoosesLayout ? ConvolutionAlgorithm.Lanes : Algorithm;
        double time = cost.InOwnLayout(algorithm, Conv2dDirection.Forward, site.Images, vector);
        if (!site.Backward) return time;
        return time + cost.InOwnLayout(algorithm, Conv2dDirection.BackwardInput, site.Images, vector)
            + cost.InOwnLayout(algorithm, Conv2dDirection.BackwardWeight, site.Images, vector);
    }

    /// <inheritdoc/>
    public override Division DivisionAt(LayerSite site) =>
        site.Layout == Layout.Lanes && IsTextbook ? Division.None : Division.ByItself;

    internal override int ScratchLength<V>(LayerSite site, int threads)
    {
        if (IsSmall(site)) return SmallScratch<V>(site);
        if (site.Layout == Layout.ChannelsLast)
            return Math.Max(WinogradScratch<V>(site, threads), site.Backward ? Conv2dChannels.WorkLength<V, T>(_channelTables.For(site.Input),
                threads) : 0);
        if (IsTextbook) return TextbookConvolution.ScratchLength<V, T>(Cached(site.Input), Lanes.Count);
        return site.Backward ? Conv2dLanes.WeightScratchLength<V, T>(Cached(site.Input)) : 0;
    }

    /// <inheritdoc/>
    /// <remarks>Those of the lanes, an entry per pixel; where images have their channels last, tables are a few boxes.</remarks>
    public override long TableBytes(LayerSite site) => site.Layout == Layout.Lanes ? _tables.For(site.Input).Bytes : 0;

    /// <inheritdoc/>
    /// <remarks>Channels-last the packed weights, forwards and perhaps backwards; in use, too, a copy of them in lanes; then the bias.</remarks>
    public override int PreparedLength<V>(LayerSite site)
    {
        if (site.Layout == Layout.Lanes) return site.InUse ? _weight.Shape.Length + OutChannels : 0;
        if (IsSmall(site)) return SmallLength<V>(site);
        int length = ForwardLength<V>(site) + RoundedBias;
        return site.Backward ? length + BackwardLength<V>(site) : length;
    }

    /// <inheritdoc/>
    public override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads)
    {
        if (IsSmall(site))
        {
            PrepareSmall<V>(site, folded, prepared);
            return;
        }
        ReadOnlySpan<T> weight = _weight.Value.Span;
        int length = site.Layout == Layout.Lanes ? weight.Length : ForwardLength<V>(site);
        Span<T> packed = prepared[..length], bias = prepared.Slice(length, OutChannels);
        if (_bias is null) bias.Clear();
        else _bias.Value.Span.CopyTo(bias);
        Span<T> scales = folded is null ? [] : OutChannels <= 1024 ? stackalloc T[OutChannels] : new T[OutChannels];
        folded?.Fold(scales, bias);
        if (site.Layout == Layout.Lanes)
        {
            weight.CopyTo(packed);
            for (int i = 0, window = weight.Length / OutChannels; i < weight.Length && folded is not null; i++) packed[i] *= scales[i / window];
        }
        else if (!TryPackWinograd<V>(site, Conv2dDirection.Forward, weight, scales, packed))
        {
            Conv2dChannels.Pack<V, T>(_channelTables.For(site.Input), transposed: false, weight, packed, threads);
            if (folded is not null) Conv2dChannels.Scale<V, T>(_channelTables.For(site.Input), transposed: false, scales, packed);
        }
        if (site is not { Layout: Layout.ChannelsLast, Backward: true }) return;
        Span<T> back = prepared[(length + RoundedBias)..];
        if (!TryPackWinograd<V>(site, Conv2dDirection.BackwardInput, weight, [], back))
            Conv2dChannels.Pack<V, T>(_channelTables.For(site.Input), transposed: true, weight, back, threads);
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Site is { } site && SmallAt(site) is { } small)
        {
            ForwardSmall<V>(small, pass);
            return;
        }
        if (WinogradAt<V>(pass.Site, Conv2dDirection.Forward) is { } winograd)
        {
            ForwardWinograd(pass, winograd);
            return;
        }
        if (pass.Layout == Layout.ChannelsLast)
        {
            ChannelTables channels = _channelTables.For(pass.InputShape);
            int length = Conv2dChannels.PackedLength<V, T>(channels.Geometry, transposed: false);
            Conv2dChannels.ForwardPacked<V, T>(channels, Math.Max(1, pass.Threads), pass.Input[..(pass.Images * pass.InputShape.Length)],
                pass.Prepared[..length],
                pass.Prepared.Slice(length, OutChannels), pass.Addend, pass.Activation, pass.Output[..(pass.Images * pass.OutputShape.Length)]);
            return;
        }
        int weights = _weight.Shape.Length;
        ReadOnlySpan<T> weight = pass.PreparedOr(_weight.Value.Span, 0, weights), bias = pass.PreparedOr(BiasValues, weights, OutChannels);
        Conv2dTables tables = _tables.For(pass.InputShape);
        if (!IsTextbook)
        {
            Conv2dLanes.Forward<V, T>(tables, pass.Input, weight, bias, pass.Output, pass.Activation, pass.Threads, pass.Addend);
            return;
        }
        TextbookConvolution.Forward<V, T>(Algorithm, tables.Geometry, pass, weight, bias);
        if (!pass.Addend.IsEmpty) TensorPrimitives.Add(pass.Output, pass.Addend, pass.Output);
        pass.Activate<V>();
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            BackwardChannelsLast<V>(pass);
            return;
        }
        ReadOnlySpan<T> weight = _weight.Value.Span;
        Conv2dTables tables = _tables.For(pass.InputShape);
        Span<T> gradBias = pass.Wants(_bias) ? pass.Gradient(_bias!) : [];
        if (pass.Activation.IsSome) Conv2dLanes.BackwardActivation<V, T>(pass.Activation, pass.Output, pass.GradBefore, gradBias, pass.Threads);
        else if (!gradBias.IsEmpty) Conv2dLanes.BackwardBias<V, T>(tables, pass.GradOutput, gradBias, pass.Threads);
        if (IsTextbook)
        {
            TextbookConvolution.Backward<V, T>(Algorithm, tables.Geometry, pass, weight, pass.Wants(_weight) ? pass.Gradient(_weight) : []);
            return;
        }
        if (pass.Wants(_weight)) Conv2dLanes.BackwardWeight<V, T>(tables, pass.Input, pass.GradOutput, pass.Gradient(_weight), pass.Scratch,
            pass.Threads);
        if (!pass.GradInput.IsEmpty) Conv2dLanes.BackwardInput<V, T>(tables, pass.GradOutput, weight, pass.GradInput, pass.Threads);
    }

    private bool IsTextbook => Algorithm is ConvolutionAlgorithm.Naive or ConvolutionAlgorithm.Im2Col;

    private int RoundedBias => Lanes.RoundUp(OutChannels);

    private bool ChoosesLayout => Algorithm is ConvolutionAlgorithm.Auto or ConvolutionAlgorithm.Winograd or ConvolutionAlgorithm.Direct;

    private int ForwardLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> =>
        WinogradAt<V>(site, Conv2dDirection.Forward)?.PackedLength(Cached(site.Input), transposed: false, FormAt(site, Conv2dDirection.Forward))
            ?? Conv2dChannels.PackedLength<V, T>(Cached(site.Input), transposed: false);

    private int BackwardLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> =>
        WinogradAt<V>(site, Conv2dDirection.BackwardInput)?.PackedLength(Cached(site.Input), transposed: true,
            FormAt(site, Conv2dDirection.BackwardInput)) ?? Conv2dChannels.PackedLength<V, T>(Cached(site.Input), transposed: true);

    private Conv2dGeometry Cached(Shape input) => _channelTables.For(input).Geometry;

    private void BackwardChannelsLast<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        ChannelTables tables = _channelTables.For(pass.InputShape);
        int threads = Math.Max(1, pass.Threads), inputs = pass.Images * pass.InputShape.Length, outputs = pass.Images * pass.OutputShape.Length;
        pass.UndoActivation<V>();
        ReadOnlySpan<T> gradOutput = pass.GradOutput[..outputs];
        Span<T> gradBias = pass.Wants(_bias) ? pass.Gradient(_bias!) : [];
        var winograd = pass.Wants(_weight) ? WinogradAt<V>(pass.Site, Conv2dDirection.BackwardWeight) : null;
        if (pass.Wants(_weight) && winograd == null)
            Conv2dChannels.BackwardWeight<V, T>(tables, threads, pass.Input[..inputs], gradOutput, pass.Scratch, pass.Gradient(_weight), gradBias);
        else if (!gradBias.IsEmpty) Conv2dChannels.BackwardBias<V, T>(tables, gradOutput, gradBias, threads);
        winograd?.BackwardWeight(tables.Geometry, threads, pass.Input[..inputs], gradOutput, pass.Scratch, pass.Gradient(_weight));
        if (pass.GradInput.IsEmpty) return;
        int before = (pass.Site is { } site ? ForwardLength<V>(site) : Conv2dChannels.PackedLength<V, T>(tables.Geometry, transposed: false))
            + RoundedBias;
        ReadOnlySpan<T> addend = pass.GradAddend.IsEmpty ? [] : pass.GradAddend[..inputs];
        if (WinogradAt<V>(pass.Site, Conv2dDirection.BackwardInput) is { } way)
        {
            WinogradWeights form = FormAt(pass.Site!, Conv2dDirection.BackwardInput);
            way.BackwardInput(tables.Geometry, threads, gradOutput, form == WinogradWeights.Plain ? _weight.Value.Span : pass.Prepared[before..],
                form, addend, pass.Scratch, pass.GradInput[..inputs]);
        }
        else
            Conv2dChannels.BackwardInputPacked<V, T>(tables, threads, gradOutput, _weight.Value.Span, pass.Prepared[before..], pass.Scratch, addend,
                pass.GradInput[..inputs]);
    }
}
