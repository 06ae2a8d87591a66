using System.Numerics;
using Scratch.Kernels;
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
    // On the way back images, or parts of one, may add to the same parameters' gradients: only where a weight is a channel's these can be told apart.
    public sealed override Division DivisionAt(LayerSite site) => site.Backward && Parameters.Count > 0
        && (site.Layout == Layout.ChannelsLast ? PartsOf(site.Input).Order != WeightOrder.PerChannel : Sharing(site.Input) > 1)
        ? Division.None : Division.ByItself;

    internal sealed override int ScratchLength<V>(LayerSite site, int threads) =>
        site.Layout == Layout.ChannelsLast ? NormChannels.ScratchLength<V, T>(PartsOf(site.Input), site.Images, threads)
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
        ReadOnlySpan<T> input = pass.Input[..pass.InputExtent.Numbers], weight = Values(Weight, pass, 0), bias = Values(Bias, pass, 1);
        Span<T> output = pass.Output[..input.Length];
        var (parts, repeat) = Divide(pass.InputShape);
        if (pass.Layout == Layout.Lanes) NormLanes.Forward<V, T>(parts, input, eps, weight, bias, repeat, pass.Activation, output, pass.Threads);
        else NormChannels.Forward<V, T>(PartsOf(pass.InputShape), input, eps, weight, bias, pass.Scratch, output, pass.Activation, pass.Threads);
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        T eps = T.CreateTruncating(Eps);
        int length = pass.InputExtent.Numbers;
        ReadOnlySpan<T> input = pass.Input[..length], gradOutput = pass.GradOutput[..length], weight = Values(Weight, pass, 0);
        ReadOnlySpan<T> output = pass.Activation.IsSome ? pass.Output[..length] : [];
        Span<T> gradBefore = pass.Activation.IsSome ? pass.GradBefore[..length] : [], gradInput = pass.GradInput.IsEmpty ? []
            : pass.GradInput[..length];
        Span<T> gradWeight = pass.Wants(Weight) ? pass.Gradient(Weight!) : [], gradBias = pass.Wants(Bias) ? pass.Gradient(Bias!) : [];
        var (parts, repeat) = Divide(pass.InputShape);
        if (pass.Layout == Layout.Lanes)
            NormLanes.Backward<V, T>(parts, input, gradOutput, eps, weight, repeat, pass.Activation, output, gradBefore, gradInput, gradWeight,
                gradBias, Sharing(pass.InputShape), pass.Scratch, pass.Threads);
        else
            NormChannels.Backward<V, T>(PartsOf(pass.InputShape), input, gradOutput, eps, weight, pass.Scratch, gradInput, gradWeight, gradBias,
                pass.Activation, output, gradBefore, pass.Threads);
    }

    /// <summary>Into how many equal parts an image falls, and how many numbers in a row share a weight.</summary>
    private protected abstract (int Parts, int Repeat) Divide(Shape input);

    // The same channels-last: a part is some whole channels, or a stretch of pixels of one.
    private NormParts PartsOf(Shape input)
    {
        var (parts, repeat) = Divide(input);
        int channels = input[0], pixels = input.Length / channels;
        WeightOrder order = Weight is null || repeat == pixels && parts <= channels ? WeightOrder.PerChannel
            : parts >= channels ? WeightOrder.PerPixel : WeightOrder.PerNumber;
        return new(channels, pixels, Math.Max(1, channels / parts), Math.Min(pixels, input.Length / parts), order);
    }

    // How many parts of an image in lanes add to the gradient of one weight.
    private long Sharing(Shape input) => Weight is null ? 0 : input.Length / Math.Max(1, (long)Weight.Value.Length * Divide(input).Repeat);

    private static ReadOnlySpan<T> Values(Parameter<T>? parameter, in Pass<T> pass, int which) => parameter is null ? []
        : pass.PreparedOr(pass.Values(parameter), which * pass.InputShape.Length, pass.InputShape.Length);
}
