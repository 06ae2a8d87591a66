using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="BatchNorm2d{T}"/> and <see cref="RunningBatchNorm2d{T}"/> share: each channel is normalised by one mean and one
/// variance, then scaled and shifted. They differ in whose mean and variance that is in training.</summary>
/// <remarks>y = (x - mean) / sqrt(variance + eps) · weight + bias, for [C, H, W] images; weight and bias [C]. Outside training the running
/// mean and variance serve.</remarks>
public abstract class BatchNormLayer<T> : BatchLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>? _weight, _bias;
    private readonly Tensor<T> _runningMean, _runningVariance;

    private protected BatchNormLayer(int numFeatures, double eps, double momentum, bool affine)
    {
        ShapeGuard.Positive(TypeName, numFeatures);
        ShapeGuard.Finite(TypeName, eps, 0);
        ShapeGuard.Finite(TypeName, momentum, 0);
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

    internal override bool TakesActivation => true;

    internal override bool IsCheap => true;

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

    // Outside training the way back adds the parameters' gradients, which threads must not do at once.
    internal override Division DivisionAt(LayerSite site) => site.Layout == Layout.ChannelsLast && (site.Training || !site.Backward) ? Division.Planes : Division.None;

    internal override bool ActivationReadsOutput => false;

    /// <summary>What becomes of channel c outside training: (x - mean) · scale + shift.</summary>
    internal (T Mean, T Scale, T Shift) InUse(int c)
    {
        double inverse = 1 / Math.Sqrt(Variance(double.CreateTruncating(_runningVariance.Span[c])) + Eps);
        return (_runningMean.Span[c], T.CreateTruncating(inverse * (_weight is null ? 1 : double.CreateTruncating(_weight.Value.Span[c]))),
            _bias is null ? T.Zero : _bias.Value.Span[c]);
    }

    /// <inheritdoc/>
    public override int ScratchLength<V>(Shape input) => 4 * NumFeatures;

    /// <inheritdoc/>
    public override void Gather<V>(in Pass<T> pass, Span<double> partial)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            ChannelNorm.Gather<V, T>(Images(pass.Input, pass), partial[..NumFeatures], partial.Slice(NumFeatures, NumFeatures));
            return;
        }
        for (int c = 0; c < NumFeatures; c++)
        {
            Moments moments = Moments.OfLanes<V, T>(Channel(pass.Input, c), pass.Images);
            (partial[c], partial[NumFeatures + c]) = (moments.Mean, moments.SquaredDistances);
        }
    }

    /// <inheritdoc/>
    public override void RunningStatistics(Span<double> statistics)
    {
        statistics.Clear();
        for (int c = 0; c < NumFeatures; c++)
        {
            statistics[c] = double.CreateTruncating(_runningMean.Span[c]);
            statistics[NumFeatures + c] = 1 / Math.Sqrt(Variance(double.CreateTruncating(_runningVariance.Span[c])) + Eps);
        }
    }

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            Factors factors = FactorsOf(pass);
            ChannelNorm.Forward<V, T>(Images(pass.Input, pass), factors.Mean, factors.Scale, factors.Shift, pass.Activation, Images(pass.Output, pass));
            return;
        }
        for (int c = 0; c < NumFeatures; c++)
            BatchNormLanes.Forward<V, T>(Channel(pass.Input, c), T.CreateTruncating(pass.Statistics[c]),
                T.CreateTruncating(Scale(pass, c)), Shift(pass, c), Channel(pass.Output, c), pass.Activation);
    }

    /// <inheritdoc/>
    public override void GatherGradient<V>(in Pass<T> pass, Span<double> partial)
    {
        if (pass.Layout == Layout.ChannelsLast)
        {
            Factors factors = FactorsOf(pass);
            ChannelNorm.GatherGradient<V, T>(Images(pass.Input, pass), Images(pass.GradOutput, pass), factors.Mean, factors.Scale, factors.Shift, pass.Activation,
                pass.Activation.IsSome ? Images(pass.GradBefore, pass) : [], partial[..NumFeatures], partial.Slice(NumFeatures, NumFeatures));
            return;
        }
        for (int c = 0; c < NumFeatures; c++)
            (partial[c], partial[NumFeatures + c]) = SumGradient<V>(pass, c);
    }

    /// <summary>The sums of dy and of dy · (x - mean) of one channel; if the layer took on an activation, with dy the gradient before that,
    /// which is written in the same pass. Whether x was let through is worked out anew: that is faster than to read the output.</summary>
    private (double Sum, double Product) SumGradient<V>(in Pass<T> pass, int c) where V : unmanaged, IVector<V, T>
    {
        ReadOnlySpan<T> input = Channel(pass.Input, c), gradOutput = Channel(pass.GradOutput, c);
        T mean = T.CreateTruncating(pass.Statistics[c]);
        return pass.Activation.IsSome
            ? Moments.ProductOfLanes<V, T>(pass.Activation, gradOutput, input, mean, T.CreateTruncating(Scale(pass, c)), Shift(pass, c),
                pass.Images, Channel(pass.GradBefore, c))
            : Moments.ProductOfLanes<V, T>(gradOutput, input, mean, pass.Images);
    }

    /// <inheritdoc/>
    public override void CombineGradient(in Pass<T> pass, int images, ReadOnlySpan<double> partials, Span<double> gradStatistics)
    {
        gradStatistics.Clear();
        for (int start = 0; start < partials.Length; start += gradStatistics.Length)
            for (int i = 0; i < 2 * NumFeatures; i++) gradStatistics[i] += partials[start + i];
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
        if (pass.Layout == Layout.ChannelsLast)
        {
            BackwardChannelsLast<V>(pass);
            return;
        }
        for (int c = 0; c < NumFeatures; c++)
        {
            ReadOnlySpan<T> input = Channel(pass.Input, c), gradOutput = Channel(pass.GradOutput, c);
            double scale = Scale(pass, c), inverse = pass.Statistics[NumFeatures + c], perDistance = 0, constant = 0;
            T mean = T.CreateTruncating(pass.Statistics[c]);
            if (pass.Training)
            {
                perDistance = -scale * inverse * inverse * pass.GradStatistics[NumFeatures + c];
                constant = -scale * pass.GradStatistics[c];
            }
            else
            {
                var (sum, product) = SumGradient<V>(pass, c);         // an activation's gradient goes back in place, over GradOutput
                AddParameterGradients(pass, c, sum, product);
            }
            if (!pass.GradInput.IsEmpty)
                BatchNormLanes.Backward<V, T>(input, gradOutput, mean, T.CreateTruncating(scale), T.CreateTruncating(perDistance),
                    T.CreateTruncating(constant), Channel(pass.GradInput, c));
        }
        if (pass.Images < Lanes.Count)                                       // the constant must not reach empty lanes
            for (int start = pass.Images; start < pass.GradInput.Length; start += Lanes.Count)
                pass.GradInput.Slice(start, Lanes.Count - pass.Images).Clear();
    }

    /// <summary>How many values of this batch's kind the mean, and the variance, of a channel are made of: one of them moves the mean by
    /// 1/n, and the variance by 2 · (x - mean) / n.</summary>
    private protected abstract (double Mean, double Variance) ValuesPer(in Pass<T> pass, int images, int c);

    /// <summary>The variance to normalise with, where the running one is this.</summary>
    private protected virtual double Variance(double running) => running;

    /// <summary>weight += sum of dy · x̂, bias += sum of dy.</summary>
    private void AddParameterGradients(in Pass<T> pass, int c, double sum, double product)
    {
        if (pass.Wants(_weight)) pass.Gradient(_weight!)[c] += T.CreateTruncating(product * pass.Statistics[NumFeatures + c]);
        if (pass.Wants(_bias)) pass.Gradient(_bias!)[c] += T.CreateTruncating(sum);
    }

    private double Scale(in Pass<T> pass, int c) =>
        pass.Statistics[NumFeatures + c] * (_weight is null ? 1 : double.CreateTruncating(pass.Values(_weight)[c]));

    private T Shift(in Pass<T> pass, int c) => _bias is null ? T.Zero : pass.Values(_bias)[c];

    /// <summary>For each channel what to subtract, multiply with and add, side by side as vectors want them.</summary>
    private ref struct Factors
    {
        public Span<T> Mean, Scale, Shift;
    }

    private Factors FactorsOf(in Pass<T> pass)
    {
        var factors = new Factors { Mean = pass.Scratch[..NumFeatures], Scale = pass.Scratch.Slice(NumFeatures, NumFeatures), Shift = pass.Scratch.Slice(2 * NumFeatures, NumFeatures) };
        for (int c = 0; c < NumFeatures; c++)
            (factors.Mean[c], factors.Scale[c], factors.Shift[c]) = (T.CreateTruncating(pass.Statistics[c]), T.CreateTruncating(Scale(pass, c)), Shift(pass, c));
        return factors;
    }

    private void BackwardChannelsLast<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        Factors factors = FactorsOf(pass);
        if (!pass.Training)
        {
            double[] sums = new double[2 * NumFeatures];                     // the way back in use is for tests and for looking inside
            ChannelNorm.GatherGradient<V, T>(Images(pass.Input, pass), Images(pass.GradOutput, pass), factors.Mean, factors.Scale, factors.Shift, pass.Activation,
                pass.Activation.IsSome ? Images(pass.GradBefore, pass) : [], sums.AsSpan(0, NumFeatures), sums.AsSpan(NumFeatures));
            for (int c = 0; c < NumFeatures; c++) AddParameterGradients(pass, c, sums[c], sums[NumFeatures + c]);
        }
        if (pass.GradInput.IsEmpty) return;
        Span<T> perDistance = pass.Scratch.Slice(2 * NumFeatures, NumFeatures), constant = pass.Scratch.Slice(3 * NumFeatures, NumFeatures);
        for (int c = 0; c < NumFeatures; c++)
        {
            double scale = Scale(pass, c), inverse = pass.Statistics[NumFeatures + c];
            perDistance[c] = pass.Training ? T.CreateTruncating(-scale * inverse * inverse * pass.GradStatistics[NumFeatures + c]) : T.Zero;
            constant[c] = pass.Training ? T.CreateTruncating(-scale * pass.GradStatistics[c]) : T.Zero;
        }
        ChannelNorm.Backward<V, T>(Images(pass.Input, pass), Images(pass.GradOutput, pass), factors.Mean, factors.Scale, perDistance, constant,
            Images(pass.GradInput, pass));
    }

    private static ReadOnlySpan<T> Images(ReadOnlySpan<T> values, in Pass<T> pass) => values[..(pass.Images * pass.InputShape.Length)];

    private static Span<T> Images(Span<T> values, in Pass<T> pass) => values[..(pass.Images * pass.InputShape.Length)];

    private ReadOnlySpan<T> Channel(ReadOnlySpan<T> block, int c) => block.Slice(c * (block.Length / NumFeatures), block.Length / NumFeatures);

    private Span<T> Channel(Span<T> block, int c) => block.Slice(c * (block.Length / NumFeatures), block.Length / NumFeatures);
}
