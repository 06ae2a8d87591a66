using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Where <see cref="Lsuv"/> looks at a layer's values.</summary>
public enum LsuvPlace
{
    /// <summary>At what the layer itself puts out, as the paper does.</summary>
    BeforeActivation,

    /// <summary>At what the activation after it puts out, as the course does; where none follows directly, at the layer's own.</summary>
    AfterActivation,
}

/// <summary>How to go about it.</summary>
public sealed record LsuvOptions
{
    /// <summary>Where to look.</summary>
    public LsuvPlace Place { get; init; }

    /// <summary>How far the mean may stay from 0 and the standard deviation from 1.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>How many times a layer is changed at most.</summary>
    public int MaxTries { get; init; } = 50;
}

/// <summary>What came of one layer.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Type">What it is called.</param>
/// <param name="MeanBefore">The mean of its values at the start.</param>
/// <param name="DeviationBefore">Their standard deviation.</param>
/// <param name="Mean">The mean in the end.</param>
/// <param name="Deviation">The standard deviation in the end.</param>
/// <param name="Tries">How many times it was changed.</param>
/// <param name="Converged">Whether what could be reached is within the tolerance.</param>
public sealed record LsuvLayer(string Path, string Type, double MeanBefore, double DeviationBefore, double Mean, double Deviation, int Tries,
    bool Converged);

/// <summary>Layer-sequential unit variance: from the first layer with weights to the last, brings the values of a real batch to mean 0 and standard
/// deviation 1.</summary>
/// <remarks>
/// The weights of a convolution, a linear layer or whatever else is <see cref="Layer{T}.Affine"/> are divided by the deviation; its bias is moved so
/// that the mean goes away. Where there is no bias the mean stays, and so it does where the values, seen after the activation, are never negative: a
/// ReLU's outputs have mean 0 only if all are 0. What the layer learned or drew first stays, up to these two numbers; call it after
/// <see cref="Model{T}.Initialize(Initialization, long)"/>. Running statistics are put back. Every change costs a forward pass. Source: Mishkin and
/// Matas, "All you need is a good init", 2016, without its orthonormal start, and without biases; fast.ai 2019, notebook 07a_lsuv, which moves the
/// mean by GeneralRelu's sub instead of the bias.
/// </remarks>
public static class Lsuv
{
    /// <summary>Changes a model's weights and biases.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">[N, ...] a batch as training will bring it.</param>
    /// <param name="options">How.</param>
    /// <returns>Layer by layer what came of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is not above 0, or fewer than one try is allowed.</exception>
    public static IReadOnlyList<LsuvLayer> Run<T>(Model<T> model, Tensor<T> input, LsuvOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run(model, [input], options);

    /// <summary>Changes the weights and biases of a model of several inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">[N, ...] a batch as training will bring it, for each input.</param>
    /// <param name="options">How.</param>
    /// <returns>Layer by layer what came of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is not above 0, or fewer than one try is allowed.</exception>
    public static IReadOnlyList<LsuvLayer> Run<T>(Model<T> model, IReadOnlyList<Tensor<T>> inputs, LsuvOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new();
        ShapeGuard.Above(nameof(Lsuv), options.Tolerance, 0, nameof(options.Tolerance));
        ShapeGuard.Positive(nameof(Lsuv), options.MaxTries, nameof(options.MaxTries));
        List<(Tensor<T> Value, Tensor<T> Old)> buffers = [.. model.Layers.SelectMany(layer => layer.Buffers).Select(buffer =>
            (buffer.Value, buffer.Value.Clone()))];
        var observer = new OutputMoments<T>();
        model.Observers.Add(observer);
        try
        {
            List<LsuvLayer> layers = [];
            for (int i = 0; i < model.Layers.Count; i++)
                if (model.Layers[i].Affine is var (weight, bias)) layers.Add(Adjust(i, weight, bias));
            return layers;
        }
        finally
        {
            model.Observers.Remove(observer);
            PutBuffersBack();
        }

        LsuvLayer Adjust(int i, Parameter<T> weight, Parameter<T>? bias)
        {
            observer.Layer = options.Place == LsuvPlace.AfterActivation ? ActivationOf(model.Graph, i) ?? i : i;
            var (first, least) = Look();
            bool movesMean = bias is not null && least < 0;
            Moments now = first;
            int tries = 0;
            for (; !IsThere(now) && tries < options.MaxTries; tries++)
            {
                double deviation = Math.Sqrt(now.UnbiasedVariance);
                if (!(double.IsFinite(deviation) && deviation > 0)) break;   // dead, or not a number: no factor helps
                T scale = T.CreateTruncating(1 / deviation), shift = T.CreateTruncating(movesMean ? -now.Mean / deviation : 0);
                foreach (ref T value in weight.Value.Span) value *= scale;
                if (bias is not null)
                    foreach (ref T value in bias.Value.Span) value = value * scale + shift;
                (now, _) = Look();
            }
            return new(model.Layers[i].Path, model.Layers[i].TypeName, first.Mean, Math.Sqrt(first.UnbiasedVariance), now.Mean,
                Math.Sqrt(now.UnbiasedVariance),
                tries, IsThere(now));

            bool IsThere(in Moments moments) => Math.Abs(Math.Sqrt(moments.UnbiasedVariance) - 1) <= options.Tolerance
                && (!movesMean || Math.Abs(moments.Mean) <= options.Tolerance);
        }

        (Moments Moments, double Least) Look()
        {
            PutBuffersBack();                                                // each look is a first batch
            model.ForwardAll([.. inputs]);
            return (observer.Moments, observer.Least);
        }

        void PutBuffersBack()
        {
            foreach (var (value, old) in buffers) old.Span.CopyTo(value.Span);
        }
    }

    private static int? ActivationOf<T>(LayerGraph<T> graph, int layer) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = layer + 1; i < graph.Layers.Count; i++)
            if (graph.InputOf(i) == graph.OutputOf(layer) && graph.Layers[i].IsActivation) return i;
        return null;
    }
}
