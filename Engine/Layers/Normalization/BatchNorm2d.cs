using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Gives every channel mean 0 and variance 1 over the batch, then a learned scale and shift.</summary>
/// <remarks>
/// y = (x - mean) / sqrt(variance + eps) · weight + bias, for [C, H, W] images, each channel over all images and
/// pixels; weight and bias [C]. In training mean and (biased) variance are the batch's, and running ones follow: new
/// = (1 - momentum) · old + momentum · batch, with the unbiased variance. Outside training the running ones serve.
/// Source: Ioffe and Szegedy, "Batch normalization", 2015; the backward pass is the derivative of algorithm 1.
/// </remarks>
public sealed class BatchNorm2d<T> : BatchNormLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> _batchesTracked = new(new Shape());
    private double? _share;                                                  // of the next batch in the statistics, while they are made anew

    /// <summary>Batch normalisation in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no channel, eps is negative, not finite or too small for T, or momentum is not 0 to
    /// 1.</exception>
    public BatchNorm2d(int numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = true) : base(numFeatures, eps, momentum, affine) =>
        Buffers = [new("running_mean", RunningMean), new("running_var", RunningVariance), new("num_batches_tracked", _batchesTracked, IsCount: true)];

    /// <inheritdoc/>
    public override IReadOnlyList<StateBuffer<T>> Buffers { get; }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random)
    {
        base.Initialize(initialization, random);
        _batchesTracked.Fill(T.Zero);
    }

    /// <inheritdoc/>
    public override void Combine(Shape input, ReadOnlySpan<int> parts, ReadOnlySpan<double> partials, Span<double> statistics)
    {
        BeginCombine(input, SumOf(parts));
        CombineChannels(input, parts, partials, statistics, 0, NumFeatures);
    }

    internal override void RenewStatistics(int? seen)
    {
        _share = seen is { } batches ? 1.0 / (batches + 1) : null;
        if (seen == 0) _batchesTracked.Fill(T.Zero);
    }

    internal override int CombinedChannels => NumFeatures;

    internal override void BeginCombine(Shape input, int images)
    {
        if ((long)images * input[1] * input[2] < 2)
            ShapeGuard.WrongOrder(Who, $"training needs more than one value per channel, the batch of {images} image of {input} has one. Use a "
                + "larger batch; a single last one can be joined or dropped (LastBatch).");
        _batchesTracked.Span[0] += T.One;
    }

    internal override void CombineChannels(Shape input, ReadOnlySpan<int> parts, ReadOnlySpan<double> partials, Span<double> statistics, int first,
        int end)
    {
        int pixels = input[1] * input[2];
        double share = _share ?? Momentum;
        T momentum = T.CreateTruncating(share), rest = T.CreateTruncating(1 - share);
        for (int c = first; c < end; c++)
        {
            Moments all = default;
            for (int part = 0; part < parts.Length; part++)
            {
                ReadOnlySpan<double> partial = partials.Slice(part * 2 * NumFeatures, 2 * NumFeatures);
                all = all.With(new((double)parts[part] * pixels, partial[c], partial[NumFeatures + c]));
            }
            (statistics[c], statistics[NumFeatures + c]) = (all.Mean, Inverse(all.BiasedVariance));
            RunningMean.Span[c] = rest * RunningMean.Span[c] + momentum * T.CreateTruncating(all.Mean);
            RunningVariance.Span[c] = rest * RunningVariance.Span[c] + momentum * T.CreateTruncating(all.UnbiasedVariance);
        }
    }

    private protected override (double Mean, double Variance) ValuesPer(in Pass<T> pass, int images, int c)
    {
        double count = (double)images * pass.InputShape[1] * pass.InputShape[2];
        return (count, count);
    }
}
