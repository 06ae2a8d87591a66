using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What <see cref="LayerNorm{T}"/>, <see cref="GroupNorm{T}"/> and <see cref="InstanceNorm2d{T}"/> share:
/// each image is normalised by itself, part by part, in training and outside alike.</summary>
/// <remarks>
/// y = (x - mean) / sqrt(variance + eps) · weight + bias, with the mean and the (biased) variance of one part of one image. The derived layer says what
/// a part is and how many numbers in a row share a weight. Nothing is remembered from batch to batch.
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
    public sealed override void Forward<V>(in Pass<T> pass)
    {
        var (parts, repeat) = Divide(pass.InputShape);
        T eps = T.CreateTruncating(Eps);
        int size = pass.Input.Length / parts;
        for (int part = 0; part < parts; part++)
            NormLanes.Forward<V, T>(pass.Input.Slice(part * size, size), eps, Values(Weight, part, size, repeat), Values(Bias, part, size, repeat), repeat,
                pass.Output.Slice(part * size, size));
    }

    /// <inheritdoc/>
    public sealed override void Backward<V>(in Pass<T> pass)
    {
        var (parts, repeat) = Divide(pass.InputShape);
        T eps = T.CreateTruncating(Eps);
        int size = pass.Input.Length / parts;
        for (int part = 0; part < parts; part++)
            NormLanes.Backward<V, T>(pass.Input.Slice(part * size, size), pass.GradOutput.Slice(part * size, size), eps, Values(Weight, part, size, repeat),
                repeat, pass.GradInput.IsEmpty ? [] : pass.GradInput.Slice(part * size, size), Gradient(pass, Weight, part, size, repeat),
                Gradient(pass, Bias, part, size, repeat));
    }

    /// <summary>Into how many equal parts an image falls, and how many numbers in a row share a weight.</summary>
    private protected abstract (int Parts, int Repeat) Divide(Shape input);

    private static ReadOnlySpan<T> Values(Parameter<T>? parameter, int part, int size, int repeat) =>
        parameter is null ? [] : Part<T>(parameter.Value.Span, part, size, repeat);

    private static Span<T> Gradient(in Pass<T> pass, Parameter<T>? parameter, int part, int size, int repeat) =>
        parameter is null ? [] : Part(pass.Gradient(parameter), part, size, repeat);

    // The weights of a part: its own, or, if there are no more than one part takes, the same for all parts.
    private static Span<TNumber> Part<TNumber>(Span<TNumber> all, int part, int size, int repeat)
    {
        int count = size / Lanes.Count / repeat;
        return all.Slice(part * count % all.Length, count);
    }
}
