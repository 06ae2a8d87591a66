using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="LayerNorm{T}"/>, <see cref="GroupNorm{T}"/> and <see cref="InstanceNorm2d{T}"/> share:
/// each image is normalised by itself, part by part, in training and outside alike.</summary>
/// <remarks>
/// y = (x - mean) / sqrt(variance + eps) · weight + bias, with the mean and the (biased) variance of one part of one image. The derived layer says
/// what a part is and how many numbers in a row share a weight. Nothing is remembered from batch to batch.
/// </remarks>
public abstract class ImageNorm<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ImageNorm(Shape parameters, double eps, bool affine)
    {
        ShapeGuard.Epsilon<T>(TypeName, eps);
        Eps = eps;
        if (affine) (Weight, Bias) = (new("weight", new Tensor<T>(parameters).Fill(T.One)), new("bias", new Tensor<T>(parameters)));
        Parameters = affine ? [Weight!, Bias!] : [];
    }

    /// <summary>Added to the variance, so that a part without any does not divide by zero.</summary>
    public double Eps { get; }

    /// <summary>What the normalised numbers are multiplied by; none without affine.</summary>
    public Parameter<T>? Weight { get; }

    /// <summary>What is added then; none without affine.</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public sealed override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public sealed override void Initialize(Initialization initialization, RandomGenerator random)
    {
        Weight?.Value.Fill(T.One);
        Bias?.Value.Fill(T.Zero);
    }

    /// <inheritdoc/>
    public sealed override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public sealed override bool TakesActivation => true;

    /// <inheritdoc/>
    // On the way back images add to the same parameters' gradients, which threads must not do at once.
    public sealed override Division DivisionAt(LayerSite site) =>
        site.Layout == Layout.ChannelsLast && (!site.Backward || Parameters.Count == 0) ? Division.Planes : Division.None;

    internal sealed override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Layout == Layout.ChannelsLast ? NormChannels.ScratchLength<V, T>(PartsOf(site.Input))
            : site.Backward && Weight is not null ? 2 * SharedGradient<V, T>.ScratchLength(Weight.Value.Length, Sharing(site.Input)) : 0;

    /// <inheritdoc/>
    public sealed override int PreparedLength<V>(LayerSite site) =>
        Weight is not null && site.Layout == Layout.ChannelsLast && PartsOf(site.Input).Order == WeightOrder.PerNumber ? 2 * site.Input.Length : 0;

    /// <inheritdoc/>
    // A weight of each number, and a bias, in the order in which the numbers lie.
    public sealed override void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads)
    {
        int length = site.Input.Length, channels = site.Input[0];
        ChannelLayout.ToChannelsLast(Weight!.Value.Span, channels, length / channels, prepared[..length]);
        ChannelLayout.ToChannelsLast(Bias!.Value.Span, channels, length / channels, prepared[length..]);
    }

    /// <inheritdoc/>
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        T eps = T.CreateTruncating(Eps);
        ReadOnlySpan<T> weight = Values(Weight, pass, 0), bias = Values(Bias, pass, 1);
        Extent extent = pass.InputExtent;
        if (pass.Layout == Layout.ChannelsLast)
        {
            NormParts division = PartsOf(pass.InputShape);
            for (int start = 0; start < extent.Numbers; start += extent.PlaneLength)
            {
                NormChannels.Forward<V, T>(division, pass.Input.Slice(start, extent.PlaneLength), eps, weight, bias, pass.Scratch,
                    pass.Output.Slice(start, extent.PlaneLength));
                Activate<V>(pass, pass.Output.Slice(start, extent.PlaneLength));
            }
            return;
        }
        var (parts, repeat) = Divide(pass.InputShape);
        int size = extent.Numbers / parts;
        for (int part = 0; part < parts; part++)
        {
            NormLanes.Forward<V, T>(pass.Input.Slice(part * size, size), eps, Part(weight, part, size, repeat), Part(bias, part, size, repeat),
                repeat, pass.Output.Slice(part * size, size));
            Activate<V>(pass, pass.Output.Slice(part * size, size));
        }
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        T eps = T.CreateTruncating(Eps);
        ReadOnlySpan<T> weight = Values(Weight, pass, 0);
        Span<T> gradWeight = pass.Wants(Weight) ? pass.Gradient(Weight!) : [], gradBias = pass.Wants(Bias) ? pass.Gradient(Bias!) : [];
        Extent extent = pass.InputExtent;
        if (pass.Layout == Layout.ChannelsLast)
        {
            NormParts division = PartsOf(pass.InputShape);
            for (int start = 0; start < extent.Numbers; start += extent.PlaneLength)
            {
                ActivateBackward<V>(pass, start, extent.PlaneLength);
                NormChannels.Backward<V, T>(division, pass.Input.Slice(start, extent.PlaneLength),
                    pass.GradOutput.Slice(start, extent.PlaneLength), eps, weight, pass.Scratch,
                    pass.GradInput.IsEmpty ? [] : pass.GradInput.Slice(start, extent.PlaneLength), gradWeight, gradBias);
            }
            return;
        }
        var (parts, repeat) = Divide(pass.InputShape);
        int size = extent.Numbers / parts;
        long sharing = Sharing(pass.InputShape);
        SharedGradient<V, T> weights = new(gradWeight, pass.Scratch, sharing),
            biases = new(gradBias, pass.Scratch[SharedGradient<V, T>.ScratchLength(weight.Length, sharing)..], sharing);
        for (int part = 0; part < parts; part++)
        {
            ActivateBackward<V>(pass, part * size, size);
            NormLanes.Backward<V, T>(pass.Input.Slice(part * size, size), pass.GradOutput.Slice(part * size, size), eps,
                Part(weight, part, size, repeat), repeat,
                pass.GradInput.IsEmpty ? [] : pass.GradInput.Slice(part * size, size), Part(weights.Target, part, size, repeat),
                Part(biases.Target, part, size, repeat));
            weights.Next();
            biases.Next();
        }
        weights.End();
        biases.End();
    }

    // Part by part, while it is in the cache; and so a part's last numbers, fewer than a vector, do not depend on how threads share a block.
    private static void Activate<V>(in Pass<T> pass, Span<T> part) where V : unmanaged, IVector<V, T>
    {
        if (pass.Activation.IsSome) Elementwise.Activate<V, T>(pass.Activation, part, part);
    }

    private static void ActivateBackward<V>(in Pass<T> pass, int start, int length) where V : unmanaged, IVector<V, T>
    {
        if (!pass.Activation.IsSome) return;
        Span<T> part = pass.GradBefore.Slice(start, length);
        Elementwise.ActivateBackward<V, T>(pass.Activation, pass.Output.Slice(start, length), part, part);
    }

    /// <summary>Into how many equal parts an image falls, and how many numbers in a row share a weight.</summary>
    private protected abstract (int Parts, int Repeat) Divide(Shape input);

    // The same channels-last: a part is some whole channels, or a stretch of pixels of one.
    private NormParts PartsOf(Shape input)
    {
        var (parts, repeat) = Divide(input);
        int channels = input[0], pixels = input.Length / channels;
        WeightOrder order = repeat == pixels && parts <= channels ? WeightOrder.PerChannel : parts >= channels ? WeightOrder.PerPixel
            : WeightOrder.PerNumber;
        return new(channels, pixels, Math.Max(1, channels / parts), Math.Min(pixels, input.Length / parts), order);
    }

    // How many parts of an image in lanes add to the gradient of one weight.
    private long Sharing(Shape input) => Weight is null ? 0 : input.Length / Math.Max(1, (long)Weight.Value.Length * Divide(input).Repeat);

    private static ReadOnlySpan<T> Values(Parameter<T>? parameter, in Pass<T> pass, int which) => parameter is null ? []
        : pass.Prepared.IsEmpty ? pass.Values(parameter) : pass.Prepared.Slice(which * pass.InputShape.Length, pass.InputShape.Length);

    // The weights of a part: its own, or, if there are no more than one part takes, the same for all parts.
    private static ReadOnlySpan<T> Part(ReadOnlySpan<T> all, int part, int size, int repeat) =>
        all.IsEmpty ? [] : all.Slice(part * (size / Lanes.Count / repeat) % all.Length, size / Lanes.Count / repeat);

    private static Span<T> Part(Span<T> all, int part, int size, int repeat) =>
        all.IsEmpty ? [] : all.Slice(part * (size / Lanes.Count / repeat) % all.Length, size / Lanes.Count / repeat);
}
