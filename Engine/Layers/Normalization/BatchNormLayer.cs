using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

/// <summary>What <see cref="BatchNorm2d{T}"/> and <see cref="RunningBatchNorm2d{T}"/> share: each channel is normalised by one mean and one
/// variance, then scaled and shifted. They differ in whose mean and variance that is in training.</summary>
/// <remarks>y = (x - mean) / sqrt(variance + eps) · weight + bias, for [C, H, W] images; weight and bias [C]. Outside training the running
/// mean and variance serve.</remarks>
public abstract partial class BatchNormLayer<T> : BatchLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double MostCancelled = 1024;                               // times what is left: three of float's seven digits

    private readonly Parameter<T>? _weight, _bias;
    private readonly Tensor<T> _runningMean, _runningVariance;

    private protected BatchNormLayer(int numFeatures, double eps, double momentum, bool affine)
    {
        ShapeGuard.Positive(TypeName, numFeatures);
        ShapeGuard.Epsilon<T>(TypeName, eps);
        if (momentum is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, string.Create(null,
                $"{TypeName}: momentum is {momentum}, must be 0 to 1."));
        (NumFeatures, Eps, Momentum) = (numFeatures, eps, momentum);
        var channels = new Shape(numFeatures);
        if (affine) (_weight, _bias) = (new("weight", new Tensor<T>(channels).Fill(T.One)), new("bias", new Tensor<T>(channels)));
        Parameters = affine ? [_weight!, _bias!] : [];
        (_runningMean, _runningVariance) = (new(channels), new Tensor<T>(channels).Fill(T.One));
    }

    /// <summary>Channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance, so that a constant channel does not divide by zero.</summary>
    public double Eps { get; }

    /// <summary>The share of each batch in the running statistics; <see cref="RunningBatchNorm2d{T}"/> adapts it to the batch's size.</summary>
    public double Momentum { get; }

    /// <summary>[C], or none without affine.</summary>
    public Parameter<T>? Weight => _weight;

    /// <summary>[C], or none without affine.</summary>
    public Parameter<T>? Bias => _bias;

    /// <summary>[C].</summary>
    public Tensor<T> RunningMean => _runningMean;

    /// <summary>[C].</summary>
    public Tensor<T> RunningVariance => _runningVariance;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override bool TakesActivation => true;

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        ShapeGuard.Rank(Who, input, 3, "C, H, W");
        ShapeGuard.Channels(Who, input, NumFeatures, $"[{NumFeatures}] (C)");
        return input;
    }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random)
    {
        _weight?.Value.Fill(T.One);
        _bias?.Value.Fill(T.Zero);
        _runningMean.Fill(T.Zero);
        _runningVariance.Fill(T.One);
    }

    /// <inheritdoc/>
    public override int StatisticsLength(Shape input) => 2 * NumFeatures;                // means, then 1/sqrt(variance + eps)

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    // Outside training the way back adds the parameters' gradients, which threads must not do at once.
    public override Division DivisionAt(LayerSite site) => !site.Training && site.Backward ? Division.None
        : site.Layout == Layout.ChannelsLast ? Division.Pixels : Division.Planes;

    internal override bool GradientMayReplaceGradient => true;

    internal override bool ActivationFromInput => true;

    // In training the gradient of what it adds is made while its own is looked at; outside there is no such step.
    internal override bool TakesAddend(LayerSite site) => site.Training || !site.Backward;

    /// <summary>Whether digits would be lost if what comes in were scaled before the mean is taken off, as in weights that took this layer in: where
    /// a mean is large against the deviation, x · scale and mean · scale cancel.</summary>
    internal bool LosesDigitsFolded
    {
        get
        {
            for (int c = 0; c < NumFeatures; c++)
            {
                var (mean, scale, shift) = InUse(c);
                double size = Math.Abs(_weight is null ? 1 : double.CreateTruncating(_weight.Value.Span[c])) + Math.Abs(shift);
                if (Math.Abs(mean * scale) > MostCancelled * size) return true;
            }
            return false;
        }
    }

    /// <summary>In a layer that takes this one in: what the weights of channel c are multiplied with outside training, and what becomes of its
    /// bias.</summary>
    /// <remarks>From (w·x + bias - mean) · scale + shift. The new bias is worked out in double, with the very scale that the weights get.</remarks>
    public (T Scale, T Bias) Folded(int c, T bias)
    {
        var (mean, scale, shift) = InUse(c);
        T factor = T.CreateTruncating(scale);
        return (factor, T.CreateTruncating((double.CreateTruncating(bias) - mean) * double.CreateTruncating(factor) + shift));
    }

    /// <summary>The same for all channels: what their weights are multiplied with, and their biases, changed in place.</summary>
    internal void Fold(Span<T> scales, Span<T> bias)
    {
        for (int c = 0; c < NumFeatures; c++) (scales[c], bias[c]) = Folded(c, bias[c]);
    }

    // What becomes of channel c outside training: (x - mean) · scale + shift.
    private (double Mean, double Scale, double Shift) InUse(int c)
    {
        double inverse = Inverse(Variance(double.CreateTruncating(_runningVariance.Span[c])));
        return (double.CreateTruncating(_runningMean.Span[c]), inverse * (_weight is null ? 1 : double.CreateTruncating(_weight.Value.Span[c])),
            _bias is null ? 0 : double.CreateTruncating(_bias.Value.Span[c]));
    }

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => 5 * NumFeatures;

    /// <inheritdoc/>
    public override void Gather<V>(in Pass<T> pass, Span<double> partial)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            ChannelNorm.Gather<V, T>(Images(pass.Input, pass), partial[..NumFeatures], partial.Slice(NumFeatures, NumFeatures));
            return;
        }
        var (first, count) = ChannelsOf(pass);
        Moments.OfLanes<V, T>(pass.Input[..pass.InputExtent.Numbers], pass.Images, partial.Slice(first, count),
            partial.Slice(NumFeatures + first, count));
    }

    /// <inheritdoc/>
    public override void RunningStatistics(Span<double> statistics)
    {
        statistics.Clear();
        for (int c = 0; c < NumFeatures; c++)
        {
            statistics[c] = double.CreateTruncating(_runningMean.Span[c]);
            statistics[NumFeatures + c] = Inverse(Variance(double.CreateTruncating(_runningVariance.Span[c])));
        }
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Maxima is not null)
        {
            ForwardMaxima<V>(pass);
            return;
        }
        if (pass.Layout == Layout.ChannelsLast)
        {
            ChannelNorm.Forward<V, T>(Images(pass.Input, pass), LinesOf(pass), Images(pass.Addend, pass), pass.Activation, Images(pass.Output, pass));
            return;
        }
        BatchNormLanes.Forward<V, T>(pass.Input, LinesOf(pass), pass.Addend, pass.Activation, pass.Output);
    }

    /// <summary>The sums of g and of g · (x - mean), where g is the gradient before the activation that the layer took on, if it did. Mostly that is
    /// made anew in <see cref="Backward"/>, and nobody else wants it; with an addend it is the addend's gradient, too, and is written over
    /// GradOutput.</summary>
    /// <inheritdoc/>
    public override void GatherGradient<V>(in Pass<T> pass, Span<double> partial)
    {
        Lines lines = LinesAt(pass);
        if (pass.Layout == Layout.ChannelsLast)
        {
            if (!TrySumsOfMaxima<V>(pass, partial))
            {
                ReadOnlySpan<T> gradient = pass.Maxima is null ? Images(pass.GradOutput, pass) : UnpoolAll<V>(pass);
                ChannelNorm.GatherGradient<V, T>(Images(pass.Input, pass), gradient, LinesOf(pass), pass.Activation,
                    pass.HasAddend ? Images(pass.Output, pass) : [], Images(pass.GradBefore, pass), partial[..NumFeatures],
                        partial.Slice(NumFeatures, NumFeatures));
            }
            for (int c = 0; c < NumFeatures; c++) partial[NumFeatures + c] += lines[c].Rest * partial[c];
            return;
        }
        Extent extent = pass.InputExtent;
        int first = pass.FirstPlane;
        if (pass.Maxima is null)
            Moments.ProductsOfLanes<V, T>(pass.Activation, pass.GradOutput, pass.Input, LinesOf(pass), pass.Images, pass.HasAddend ? pass.Output : [],
                pass.GradBefore, partial.Slice(first, extent.Planes), partial.Slice(NumFeatures + first, extent.Planes));
        for (int plane = 0, c = first; plane < extent.Planes; plane++, c++)
        {
            Line line = lines[c];
            if (pass.Maxima is not null) (partial[c], partial[NumFeatures + c]) = SumsOfMaxima<V>(pass, plane, line.Kernel);
            partial[NumFeatures + c] += line.Rest * partial[c];
        }
    }

    /// <inheritdoc/>
    public override void CombineGradient(in Pass<T> pass, int images, ReadOnlySpan<double> partials, Span<double> gradStatistics)
    {
        gradStatistics.Clear();
        for (int start = 0; start < partials.Length; start += gradStatistics.Length)
            TensorPrimitives.Add(gradStatistics[..(2 * NumFeatures)], partials.Slice(start, 2 * NumFeatures), gradStatistics[..(2 * NumFeatures)]);
        for (int c = 0; c < NumFeatures; c++)
        {
            AddParameterGradients(pass, c, gradStatistics[c], gradStatistics[NumFeatures + c]);
            var (perMean, perVariance) = ValuesPer(pass, images, c);
            gradStatistics[c] /= perMean;
            gradStatistics[NumFeatures + c] /= perVariance;
        }
    }

    /// <summary>
    /// With s = 1/sqrt(variance + eps), x̂ = (x - mean) · s and n values to a statistic: dx = weight · s · (dy - sum of dy / n - x̂ · sum of
    /// (dy · x̂) / n). The sums are over the batch; outside training mean and variance do not depend on x, and both terms fall away.
    /// </summary>
    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (!pass.Training) AddParameterGradients<V>(pass);
        if (pass.GradInput.IsEmpty) return;
        Activation<T> activation = pass.GradBefore.IsEmpty ? pass.Activation : default;        // else GradOutput has been taken back through it
        Lines lines = LinesAt(pass);
        var (first, count) = ChannelsOf(pass);
        Span<T> perDistance = pass.Scratch.Slice(3 * NumFeatures, count), constant = pass.Scratch.Slice(4 * NumFeatures, count);
        if (!HasLines(pass))
            for (int c = 0; c < count; c++) (perDistance[c], constant[c]) = FromStatistics(pass, first + c, lines[first + c]);
        if (pass.Maxima is not null)
            BackwardMaxima<V>(pass, perDistance, constant);
        else if (pass.Layout == Layout.ChannelsLast)
            ChannelNorm.Backward<V, T>(Images(pass.Input, pass), Images(pass.GradOutput, pass), LinesOf(pass), perDistance, constant, activation,
                Images(pass.GradInput, pass));
        else
            BatchNormLanes.Backward<V, T>(pass.Input, pass.GradOutput, LinesOf(pass), perDistance, constant, activation, pass.GradInput);
        if (pass.Layout == Layout.Lanes && pass.Images < Lanes.Count)        // the constant must not reach empty lanes
            for (int start = pass.Images; start < pass.GradInput.Length; start += Lanes.Count)
                pass.GradInput.Slice(start, Lanes.Count - pass.Images).Clear();
    }

    /// <summary>What the gradient by x gets because mean and variance depend on x: for every unit that x lies above the mean, and in any
    /// case.</summary>
    private (T PerDistance, T Constant) FromStatistics(in Pass<T> pass, int c, in Line line)
    {
        if (!pass.Training) return (T.Zero, T.Zero);
        double inverse = pass.Statistics[NumFeatures + c], perDistance = -line.Scale * inverse * inverse * pass.GradStatistics[NumFeatures + c];
        return (T.CreateTruncating(perDistance), T.CreateTruncating(perDistance * line.Rest - line.Scale * pass.GradStatistics[c]));
    }

    // The way back in use is for tests and for looking inside: nobody gathers, so the sums are taken here.
    private void AddParameterGradients<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        double[] sums = new double[2 * NumFeatures];
        GatherGradient<V>(pass, sums);
        for (int c = 0; c < NumFeatures; c++) AddParameterGradients(pass, c, sums[c], sums[NumFeatures + c]);
    }

    /// <summary>How many values of this batch's kind the mean, and the variance, of a channel are made of: one of them moves the mean by
    /// 1/n, and the variance by 2 · (x - mean) / n.</summary>
    private protected abstract (double Mean, double Variance) ValuesPer(in Pass<T> pass, int images, int c);

    /// <summary>The variance to normalise with, where the running one is this.</summary>
    private protected virtual double Variance(double running) => running;

    /// <summary>1/sqrt(variance + eps); 0 where both are 0, so that a channel without any deviation becomes its bias.</summary>
    private protected double Inverse(double variance) => variance + Eps == 0 ? 0 : 1 / Math.Sqrt(variance + Eps);

    /// <summary>weight += sum of dy · x̂, bias += sum of dy.</summary>
    private void AddParameterGradients(in Pass<T> pass, int c, double sum, double product)
    {
        if (pass.Wants(_weight)) pass.Gradient(_weight!)[c] += T.CreateTruncating(product * pass.Statistics[NumFeatures + c]);
        if (pass.Wants(_bias)) pass.Gradient(_bias!)[c] += T.CreateTruncating(sum);
    }

    /// <summary>What becomes of every x of a channel. The mean is as T can say it, Rest what that lies above the mean.</summary>
    /// <remarks>Where the mean is large against the deviation, the rest is a good part of the deviation: the shift makes up for it.</remarks>
    private readonly record struct Line(NormLine<T> Kernel, double Scale, double Rest);

    /// <summary>The lines of all channels: where the numbers lie that they are made of is found out once for a pass.</summary>
    private readonly ref struct Lines(ReadOnlySpan<double> means, ReadOnlySpan<double> inverses, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
    {
        private readonly ReadOnlySpan<double> _means = means, _inverses = inverses;
        private readonly ReadOnlySpan<T> _weight = weight, _bias = bias;

        public Line this[int c]
        {
            get
            {
                T about = T.CreateTruncating(_means[c]);
                double rest = double.CreateTruncating(about) - _means[c];
                double scale = _inverses[c] * (_weight.IsEmpty ? 1 : double.CreateTruncating(_weight[c]));
                double shift = _bias.IsEmpty ? 0 : double.CreateTruncating(_bias[c]);
                return new(new(about, T.CreateTruncating(scale), T.CreateTruncating(shift + rest * scale)), scale, rest);
            }
        }
    }

    private Lines LinesAt(in Pass<T> pass) =>
        new(pass.Statistics[..NumFeatures], pass.Statistics.Slice(NumFeatures, NumFeatures), _weight is null ? [] : pass.Values(_weight),
            _bias is null ? [] : pass.Values(_bias));

    // Of the channels that the pass has, in what is lent.
    private NormLines<T> LinesOf(in Pass<T> pass)
    {
        var (first, count) = ChannelsOf(pass);
        Span<T> mean = pass.Scratch[..count], scale = pass.Scratch.Slice(NumFeatures, count), shift = pass.Scratch.Slice(2 * NumFeatures, count);
        if (!HasLines(pass))
        {
            Lines lines = LinesAt(pass);
            for (int c = 0; c < count; c++) (mean[c], scale[c], shift[c]) = lines[first + c].Kernel;
        }
        return new(mean, scale, shift);
    }

    // Channels-last every piece has all channels. To work them out for each image took longer than small images themselves.
    private static bool HasLines(in Pass<T> pass) => pass.IsContinued && pass.Layout == Layout.ChannelsLast;

    // In lanes a block may be cut by channels.
    private (int First, int Count) ChannelsOf(in Pass<T> pass) =>
        pass.Layout == Layout.Lanes ? (pass.FirstPlane, pass.InputExtent.Planes) : (0, NumFeatures);

    private static ReadOnlySpan<T> Images(ReadOnlySpan<T> values, in Pass<T> pass) => values.IsEmpty ? []
        : values[..pass.InputExtent.Numbers];

    private static Span<T> Images(Span<T> values, in Pass<T> pass) => values.IsEmpty ? [] : values[..pass.InputExtent.Numbers];
}
