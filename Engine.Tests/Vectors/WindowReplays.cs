using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The operations that slide a window: convolution, unfolding, pooling.</summary>
internal static class WindowReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The layer, by every algorithm, and the definition's own four routines on whole batches.</summary>
    public static void Conv2d(Replay<T> replay)
    {
        VectorFile file = replay.File;
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy"), weight = replay.Get("weight");
        Tensor<T>? bias = replay.GetIfThere("bias");
        Size2 kernelSize = (weight.Shape[2], weight.Shape[3]), stride = file.Pair("stride"), padding = file.Pair("padding"), dilation =
            file.Pair("dilation");
        int groups = file.WholeNumber("groups");
        foreach (ConvolutionAlgorithm algorithm in Enum.GetValues<ConvolutionAlgorithm>())
        {
            if (algorithm == ConvolutionAlgorithm.Winograd && file.IsExact) continue;            // its fractions round where whole numbers would not
            string by = $" ({algorithm})";
            var layer = new Conv2d<T>(x.Shape[1], weight.Shape[0], kernelSize, stride, padding, dilation, groups, bias is not null) { Algorithm =
                algorithm };
            var model = new Sequential<T>(layer);
            weight.Span.CopyTo(layer.Weight.Value.Span);
            bias?.Span.CopyTo(layer.Bias!.Value.Span);
            replay.Forward("y", model.Forward(x), by);
            replay.Backward("dx", model.Backward(dy), by);
            replay.Backward("dweight", layer.Weight.Gradient, by);
            if (layer.Bias is not null) replay.Backward("dbias", layer.Bias.Gradient, by);
            if (algorithm == ConvolutionAlgorithm.Naive) Conv2dByDefinition(replay, layer.Geometry(x.Shape.Tail()), x, weight, bias, dy);
        }
    }

    private static void Conv2dByDefinition(Replay<T> replay, Conv2dGeometry g, Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, Tensor<T> dy)
    {
        const string by = " (Conv2dNaive)";
        Tensor<T> y = Nan(g.OutputShape.Prepend(x.Shape[0])), dx = Nan(x.Shape), dweight = new(g.WeightShape);
        Conv2dNaive.Forward<T>(g, x.Span, weight.Span, bias is null ? [] : bias.Span, y.Span);
        Conv2dNaive.BackwardInput<T>(g, dy.Span, weight.Span, dx.Span);
        Conv2dNaive.BackwardWeight<T>(g, x.Span, dy.Span, dweight.Span);
        replay.Forward("y", y, by);
        replay.Backward("dx", dx, by);
        replay.Backward("dweight", dweight, by);
        if (bias is null) return;
        var dbias = new Tensor<T>(bias.Shape);
        Conv2dNaive.BackwardBias<T>(g, dy.Span, dbias.Span);
        replay.Backward("dbias", dbias, by);
    }

    /// <summary>The layer, and the definition of the convolution the other way, whose way back it is.</summary>
    public static void ConvTranspose2d(Replay<T> replay)
    {
        VectorFile file = replay.File;
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy"), weight = replay.Get("weight");
        Tensor<T>? bias = replay.GetIfThere("bias");
        Size2 kernelSize = (weight.Shape[2], weight.Shape[3]), stride = file.Pair("stride"), padding = file.Pair("padding"), dilation =
            file.Pair("dilation");
        int groups = file.WholeNumber("groups");
        var layer = new ConvTranspose2d<T>(x.Shape[1], weight.Shape[1] * groups, kernelSize, stride, padding, file.Pair("output_padding"), groups,
            bias is not null, dilation);
        var model = new Sequential<T>(layer);
        weight.Span.CopyTo(layer.Weight.Value.Span);
        bias?.Span.CopyTo(layer.Bias!.Value.Span);
        replay.Forward("y", model.Forward(x));
        replay.Backward("dx", model.Backward(dy));
        replay.Backward("dweight", layer.Weight.Gradient);
        if (layer.Bias is not null) replay.Backward("dbias", layer.Bias.Gradient);

        const string by = " (Conv2dNaive)";
        var mirror = new Conv2dGeometry(layer.OutChannels, layer.InChannels, new WindowAxis(dy.Shape[2], kernelSize.Height, stride.Height,
            padding.Height, dilation.Height),
            new WindowAxis(dy.Shape[3], kernelSize.Width, stride.Width, padding.Width, dilation.Width), groups);
        Tensor<T> y = Nan(dy.Shape), dx = Nan(x.Shape), dweight = new(weight.Shape);
        Conv2dNaive.BackwardInput<T>(mirror, x.Span, weight.Span, y.Span);
        for (int i = 0; bias is not null && i < y.Length; i++) y.Span[i] += bias.Span[i / mirror.InputPlane % bias.Length];
        Conv2dNaive.Forward<T>(mirror, dy.Span, weight.Span, [], dx.Span);
        Conv2dNaive.BackwardWeight<T>(mirror, dy.Span, x.Span, dweight.Span);
        replay.Forward("y", y, by);
        replay.Backward("dx", dx, by);
        replay.Backward("dweight", dweight, by);
    }

    /// <summary>Images to columns; the gradient goes back by Fold.</summary>
    public static void Unfold(Replay<T> replay)
    {
        Tensor<T> x = replay.Get("x");
        Size2 image = (x.Shape[2], x.Shape[3]);
        var (kernelSize, stride, padding, dilation) = Window(replay.File);
        replay.Forward("y", Functional.Unfold(x, kernelSize, dilation, padding, stride));
        replay.Backward("dx", Functional.Fold(replay.Get("dy"), image, kernelSize, dilation, padding, stride));
    }

    /// <summary>Columns to images; the gradient goes back by Unfold.</summary>
    public static void Fold(Replay<T> replay)
    {
        var (kernelSize, stride, padding, dilation) = Window(replay.File);
        replay.Forward("y", Functional.Fold(replay.Get("x"), replay.File.Pair("output_size"), kernelSize, dilation, padding, stride));
        replay.Backward("dx", Functional.Unfold(replay.Get("dy"), kernelSize, dilation, padding, stride));
    }

    /// <summary>The layer, and the definition with its indices.</summary>
    public static void MaxPool2d(Replay<T> replay)
    {
        VectorFile file = replay.File;
        file.LeaveOut("data");                                               // says what kind of numbers x holds
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy");
        var layer = new MaxPool2d<T>(file.Pair("kernel"), file.Pair("stride"), file.Pair("padding"), file.Pair("dilation"), file.Flag("ceil_mode"));
        Layer(replay, layer, x, dy);
        var (rows, columns) = layer.Window(x.Shape.Tail())!.Value;
        Tensor<T> y = Nan(dy.Shape), dx = Nan(x.Shape);
        int[] indices = new int[y.Length];
        Pool2dNaive.Max<T>(rows, columns, x.Span, y.Span, indices);
        Pool2dNaive.MaxBackward<T>(rows.Input * columns.Input, rows.Output * columns.Output, indices, dy.Span, dx.Span);
        replay.Forward("y", y, " (Pool2dNaive)");
        replay.Backward("dx", dx, " (Pool2dNaive)");
        replay.Integers("indices", indices, " (Pool2dNaive)");
    }

    /// <summary>The layer, and the definition with its indices.</summary>
    public static void AdaptiveMaxPool2d(Replay<T> replay)
    {
        replay.File.LeaveOut("data");                                        // says what kind of numbers x holds
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy"), y = Nan(dy.Shape), dx = Nan(x.Shape);
        Size2 outputSize = replay.File.Pair("output_size");
        Layer(replay, new AdaptiveMaxPool2d<T>(outputSize), x, dy);
        int[] indices = new int[y.Length];
        Pool2dNaive.AdaptiveMax<T>(x.Shape[2], x.Shape[3], outputSize.Height, outputSize.Width, x.Span, y.Span, indices);
        Pool2dNaive.MaxBackward<T>(x.Shape[2] * x.Shape[3], outputSize.Height * outputSize.Width, indices, dy.Span, dx.Span);
        replay.Forward("y", y, " (Pool2dNaive)");
        replay.Backward("dx", dx, " (Pool2dNaive)");
        replay.Integers("indices", indices, " (Pool2dNaive)");
    }

    /// <summary>The layer, and the definition.</summary>
    public static void AvgPool2d(Replay<T> replay)
    {
        VectorFile file = replay.File;
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy");
        bool countIncludePad = file.Flag("count_include_pad");
        var layer = new AvgPool2d<T>(file.Pair("kernel"), file.Pair("stride"), file.Pair("padding"), file.Flag("ceil_mode"), countIncludePad);
        Layer(replay, layer, x, dy);
        var (rows, columns) = layer.Window(x.Shape.Tail())!.Value;
        Tensor<T> y = Nan(dy.Shape), dx = Nan(x.Shape);
        Pool2dNaive.Average<T>(rows, columns, countIncludePad, x.Span, y.Span);
        Pool2dNaive.AverageBackward<T>(rows, columns, countIncludePad, dy.Span, dx.Span);
        replay.Forward("y", y, " (Pool2dNaive)");
        replay.Backward("dx", dx, " (Pool2dNaive)");
    }

    /// <summary>The layer, and the definition, which goes forward only.</summary>
    public static void AdaptiveAvgPool2d(Replay<T> replay)
    {
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy"), y = Nan(dy.Shape);
        Size2 outputSize = replay.File.Pair("output_size");
        Layer(replay, new AdaptiveAvgPool2d<T>(outputSize), x, dy);
        Pool2dNaive.AdaptiveAverage<T>(x.Shape[2], x.Shape[3], outputSize.Height, outputSize.Width, x.Span, y.Span);
        replay.Forward("y", y, " (Pool2dNaive)");
    }

    private static void Layer(Replay<T> replay, Layer<T> layer, Tensor<T> x, Tensor<T> dy)
    {
        var model = new Sequential<T>(layer);
        replay.Forward("y", model.Forward(x));
        replay.Backward("dx", model.Backward(dy));
    }

    private static (Size2 KernelSize, Size2 Stride, Size2 Padding, Size2 Dilation) Window(VectorFile file) =>
        (file.Pair("kernel"), file.Pair("stride"), file.Pair("padding"), file.Pair("dilation"));

    // What is overwritten starts as NaN: what is forgotten shows.
    private static Tensor<T> Nan(Shape shape) => new Tensor<T>(shape).Fill(T.NaN);
}
