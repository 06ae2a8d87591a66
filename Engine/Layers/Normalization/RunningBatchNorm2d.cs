using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Batch normalisation by running statistics in training too, so that small batches do: the lesson's <c>RunningBatchNorm</c>.</summary>
/// <remarks>
/// Sums, sums of squares and counts are averaged exponentially, new = (1 - m) · old + m · batch, where m = 1 - (1 - momentum) / sqrt(N - 1) grows
/// with the batch of N images (N = 1 counts as 2; the lesson divides by zero). mean = sums / counts, so that dividing all by the debiasing
/// 1 - (1 - m)ᵗ would change nothing; below 20 images a variance counts as at least 0.01. Gradients flow through this batch's share of the
/// statistics, the past is constant: in two places of a model, to each use whatever the uses before it left, in this step too. Kept are mean and
/// variance, from which sums and squares follow: the same formula without their difference, which loses every digit where the mean is large against
/// the deviation. Outside training weight and bias act as they are now (the lesson's simplified layer lags by a step). Source: fast.ai 2019, lesson
/// 10, notebook 07_batchnorm.
/// </remarks>
public sealed class RunningBatchNorm2d<T> : BatchNormLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FewImages = 20;                                        // below which
    private const double LeastVariance = 0.01;

    private readonly Tensor<T> _count = new(new Shape()), _imagesTracked = new(new Shape());

    /// <summary>Running batch normalisation in the lesson's defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no channel, eps is negative, not finite or too small for T, or momentum is not above 0
    /// and at most 1.</exception>
    public RunningBatchNorm2d(int numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = true) : base(numFeatures, eps, momentum,
        affine)
    {
        if (momentum is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"{TypeName}: momentum is {momentum}, must be above 0 and at most 1.");
        Buffers = [new("running_mean", RunningMean), new("running_var", RunningVariance), new("count", _count),
            new("num_images_tracked", _imagesTracked, IsCount: true)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StateBuffer<T>> Buffers { get; }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random)
    {
        base.Initialize(initialization, random);
        _count.Fill(T.Zero);
        _imagesTracked.Fill(T.Zero);
    }

    internal override void RenewStatistics(int? seen)
    {
        if (seen != 0) return;
        _count.Fill(T.Zero);
        _imagesTracked.Fill(T.Zero);
    }

    /// <summary>Beside the means and 1/sqrt(variance + eps), for the way back: how many values make up each variance, and the mean.</summary>
    public override int StatisticsLength(Shape input) => 3 * NumFeatures + 1;

    /// <inheritdoc/>
    public override void Combine(Shape input, ReadOnlySpan<int> parts, ReadOnlySpan<double> partials, Span<double> statistics)
    {
        int images = SumOf(parts);
        double pixels = input[1] * input[2], share = 1 - (1 - Momentum) / Math.Sqrt(Math.Max(1, images - 1));
        double past = (1 - share) * double.CreateTruncating(_count.Span[0]), count = past + share * images * pixels, values = count / share;
        _imagesTracked.Span[0] += T.CreateTruncating(images);
        for (int c = 0; c < NumFeatures; c++)
        {
            Moments batch = default;
            for (int part = 0; part < parts.Length; part++)
            {
                int at = part * statistics.Length + c;
                batch = batch.With(new(parts[part] * pixels, partials[at], partials[at + NumFeatures]));
            }
            var all = new Moments(past, double.CreateTruncating(RunningMean.Span[c]), past * double.CreateTruncating(RunningVariance.Span[c]))
                .With(batch with { Count = share * batch.Count, SquaredDistances = share * batch.SquaredDistances });
            double variance = Variance(all.BiasedVariance);
            (statistics[c], statistics[NumFeatures + c]) = (all.Mean, Inverse(variance));
            // the least variance is a constant
            statistics[2 * NumFeatures + c] = variance > all.BiasedVariance ? double.PositiveInfinity : values;
            (RunningMean.Span[c], RunningVariance.Span[c]) = (T.CreateTruncating(all.Mean), T.CreateTruncating(all.BiasedVariance));
        }
        statistics[3 * NumFeatures] = values;
        _count.Span[0] = T.CreateTruncating(count);
    }

    private protected override (double Mean, double Variance) ValuesPer(in Pass<T> pass, int images, int c) =>
        (pass.Statistics[3 * NumFeatures], pass.Statistics[2 * NumFeatures + c]);

    private protected override double Variance(double running) =>
        _imagesTracked.Span[0] < T.CreateTruncating(FewImages) ? Math.Max(running, LeastVariance) : running;
}
