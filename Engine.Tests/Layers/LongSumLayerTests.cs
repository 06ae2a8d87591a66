using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Layers in which very many equal numbers meet in one: in float what it is in double, where a plain sum would drift by more.</summary>
public sealed class LongSumLayerTests
{
    private const int Many = 2500;
    private const double Most = 1e-5;

    private static readonly string[] _names =
    [
        "max pool", "avg pool", "adaptive max pool", "adaptive avg pool", "pad rows", "pad columns", "upsample nearest", "upsample bilinear",
        "layer norm of rows", "layer norm of channels' rows", "softmax", "log softmax", "response norm", "mean of channels",
    ];

    [Test]
    [Category("Slow")]
    public void BothWays_ManyEqualNumbers_AreThoseOfDouble([ValueSource(nameof(_names))] string name, [Values] Layout layout,
        [Values(1, 3)] int images)
    {
        LayoutResult<float> narrow = Run<float>(name, layout, images);
        LayoutResult<double> wide = Run<double>(name, layout, images);
        TensorAssert.CloseToLargest(narrow.Output.Cast<double>(), wide.Output, Most);
        TensorAssert.CloseToLargest(narrow.GradInput.Cast<double>(), wide.GradInput, Most);
        for (int i = 0; i < wide.Gradients.Length; i++) TensorAssert.CloseToLargest(narrow.Gradients[i].Cast<double>(), wide.Gradients[i], Most);
    }

    // The gradient by one number for each channel is the sum over all pixels.
    [Test]
    public void Multiply_ByOneNumberAChannel_IsThatOfDouble([Values(1, 40)] int channels)
    {
        Tensor<float> narrow = Scaled<float>(channels);
        Tensor<double> wide = Scaled<double>(channels);
        TensorAssert.CloseToLargest(narrow.Cast<double>(), wide, Most);
    }

    private static Tensor<T> Scaled<T>(int channels) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factors = new Linear<T>(channels, channels);
        var model = new Sequential<T>(new Joined<T>((image, factor) => image * factor, new GlobalAvgPool<T>(), factors));
        var input = new Tensor<T>(new(1, channels, 400, 400)).Fill(T.One);
        model.Forward(input);
        model.Backward(new Tensor<T>(input.Shape).Fill(T.CreateChecked(0.1f)));
        return factors.Bias!.Gradient;
    }

    private static LayoutResult<T> Run<T>(string name, Layout layout, int images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (layer, image) = Of<T>(name);
        if (layer.Parameters.Count > 0) _ = new Sequential<T>(layer);
        Tensor<T> input = Filled<T>(image.Prepend(images)), gradient = Filled<T>(layer.OutputShape(image).Prepend(images));
        if (name.Contains("max", StringComparison.Ordinal))                  // one pixel is the largest under every window that has it
            for (int i = 0; i < images; i++) input.Span[i * image.Length + image.Length / 2] = T.One;
        if (name.Contains("softmax", StringComparison.Ordinal))              // one is ten times as likely; of equal gradients nothing is left
        {
            for (int i = 0; i < input.Length; i += image.Length) input.Span[i] += T.Log(T.CreateChecked(10));
            for (int i = 0; i < gradient.Length / 2; i++) gradient.Span[i] = T.Zero;
        }
        if (name.Contains("norm of", StringComparison.Ordinal))              // all rows are alike, but not the numbers of a row
            for (int i = 0; i < input.Length; i += 3) (input.Span[i], gradient.Span[i + 1]) = (-input.Span[i], -gradient.Span[i + 1]);
        return ForVector.Widest(new LayoutRun<T>(layer, layout, input, gradient, training: true));
    }

    private static (Layer<T> Layer, Shape Image) Of<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "max pool" => (new MaxPool2d<T>((1, Many), 1), new(1, 1, 2 * Many)),
        "avg pool" => (new AvgPool2d<T>((Many, 1), 1), new(2, 2 * Many, 1)),
        "adaptive max pool" => (new AdaptiveMaxPool2d<T>((60, 50)), new(1, 1, 1)),
        "adaptive avg pool" => (new AdaptiveAvgPool2d<T>((60, 50)), new(2, 1, 3)),
        "pad rows" => (new Pad2d<T>(new(0, 0, Many - 1, 3), PaddingMode.Replicate), new(1, 2, 3)),
        "pad columns" => (new Pad2d<T>(new(5, Many - 1, 0, 0), PaddingMode.Replicate), new(2, 3, 2)),
        "upsample nearest" => (new Upsample<T>((2, Many)), new(1, 2, 1)),
        "upsample bilinear" => (new Upsample<T>((2 * Many, 3), mode: UpsampleMode.Bilinear), new(3, 2, 3)),
        "layer norm of rows" => (new LayerNorm<T>(new(3)), new(5, Many, 3)),
        "layer norm of channels' rows" => (new LayerNorm<T>(new(3)), new(Many, 2, 3)),
        "softmax" => (new Softmax<T>(), new(16 * Many)),
        "log softmax" => (new LogSoftmax<T>(), new(16 * Many)),
        "response norm" => (new LocalResponseNorm<T>(Many - 1, alpha: 1), new(Many, 1, 1)),
        "mean of channels" => (new Mean<T>(ImageAxes.Channels), new(16 * Many, 1, 2)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such case"),
    };

    private static Tensor<T> Filled<T>(Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new Tensor<T>(shape).Fill(T.CreateChecked(0.1f));
}
