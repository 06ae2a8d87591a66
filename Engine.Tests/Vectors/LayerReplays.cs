using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The layers without a window: rectifiers, linear, batch normalisation.</summary>
internal static class LayerReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Relu(Replay<T> replay) => Layer(replay, new Relu<T>());

    public static void LeakyRelu(Replay<T> replay) => Layer(replay, new LeakyRelu<T>(replay.File.Number("negative_slope")));

    public static void Sigmoid(Replay<T> replay) => Layer(replay, new Sigmoid<T>());

    public static void Tanh(Replay<T> replay) => Layer(replay, new Tanh<T>());

    public static void Silu(Replay<T> replay) => Layer(replay, new Silu<T>());

    public static void Gelu(Replay<T> replay) => Layer(replay, new Gelu<T>(replay.File.Text("approximate") switch
    {
        "none" => GeluApproximation.None,
        "tanh" => GeluApproximation.Tanh,
        string other => throw new InvalidDataException($"{replay.File.Name}: approximate '{other}' is neither none nor tanh."),
    }));

    public static void Softmax(Replay<T> replay) => AlongAxis(replay, dim => new Softmax<T>(dim));

    public static void LogSoftmax(Replay<T> replay) => AlongAxis(replay, dim => new LogSoftmax<T>(dim));

    // With vectors of every width. A layer cannot work along the batch: there rows and columns of the file are exchanged before and after.
    private static void AlongAxis(Replay<T> replay, Func<int, Layer<T>> make)
    {
        int dim = replay.File.WholeNumber("dim");
        Func<Tensor<T>, Tensor<T>> turn = dim == 0 ? Transposed : tensor => tensor;
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            var model = new Sequential<T>(make(dim == 0 ? 1 : dim)) { Width = width };
            replay.Forward("y", turn(model.Forward(turn(replay.Get("x")))), $" ({width})");
            replay.Backward("dx", turn(model.Backward(turn(replay.Get("dy")))), $" ({width})");
        }
    }

    private static Tensor<T> Transposed(Tensor<T> matrix)
    {
        var result = new Tensor<T>(new Shape(matrix.Shape[1], matrix.Shape[0]));
        for (int i = 0; i < matrix.Shape[0]; i++)
            for (int j = 0; j < matrix.Shape[1]; j++) result[j, i] = matrix[i, j];
        return result;
    }

    public static void Linear(Replay<T> replay)
    {
        Tensor<T> weight = replay.Get("weight");
        Tensor<T>? bias = replay.GetIfThere("bias");
        var layer = new Linear<T>(weight.Shape[1], weight.Shape[0], bias is not null);
        var model = new Sequential<T>(layer);
        weight.Span.CopyTo(layer.Weight.Value.Span);
        bias?.Span.CopyTo(layer.Bias!.Value.Span);
        replay.Forward("y", model.Forward(replay.Get("x")));
        replay.Backward("dx", model.Backward(replay.Get("dy")));
        replay.Backward("dweight", layer.Weight.Gradient);
        if (layer.Bias is not null) replay.Backward("dbias", layer.Bias.Gradient);
    }

    public static void BatchNorm2d(Replay<T> replay)
    {
        VectorFile file = replay.File;
        Tensor<T> x = replay.Get("x"), dy = replay.Get("dy");
        Tensor<T>? gamma = replay.GetIfThere("gamma"), beta = replay.GetIfThere("beta");
        var layer = new BatchNorm2d<T>(x.Shape[1], file.Number("eps"), file.Number("momentum"), affine: gamma is not null);
        var model = new Sequential<T>(layer);
        gamma?.Span.CopyTo(layer.Weight!.Value.Span);
        beta?.Span.CopyTo(layer.Bias!.Value.Span);
        replay.Get("running_mean").Span.CopyTo(layer.RunningMean.Span);
        replay.Get("running_var").Span.CopyTo(layer.RunningVariance.Span);
        switch (file.Text("mode"))
        {
            case "train":
                replay.Forward("y", model.Forward(x));
                replay.Forward("new_running_mean", layer.RunningMean);
                replay.Forward("new_running_var", layer.RunningVariance);
                replay.Backward("dx", model.Backward(dy));
                break;
            case "eval":
                replay.Forward("y", model.Forward(x, training: false));
                replay.Backward("dx", BackwardOutsideTraining(model, layer, x, dy));
                break;
            case string other:
                throw new InvalidDataException($"{file.Name}: mode '{other}' is neither train nor eval.");
        }
        if (layer.Weight is null) return;
        replay.Backward("dgamma", layer.Weight.Gradient);
        replay.Backward("dbeta", layer.Bias!.Gradient);
    }

    // A model goes back only after training: outside it the layer is asked itself, with one block of images.
    private static Tensor<T> BackwardOutsideTraining(Model<T> model, BatchNorm2d<T> layer, Tensor<T> x, Tensor<T> dy)
    {
        Shape image = x.Shape.Tail();
        double[] statistics = new double[layer.StatisticsLength(image)];
        layer.RunningStatistics(statistics);
        Tensor<T> input = Block(x), gradOutput = Block(dy), gradInput = new(input.Shape), dx = new(x.Shape);
        layer.Backward<SimdPortable<T>>(new Pass<T>
        {
            Images = x.Shape[0],
            Training = false,
            InputShape = image,
            OutputShape = image,
            Statistics = statistics,
            Input = input.Span,
            GradOutput = gradOutput.Span,
            GradInput = gradInput.Span,
            Scratch = new T[layer.ScratchLength<SimdPortable<T>>(image)],
            Gradients = model.ParameterVector.Gradients.Span,
        });
        Lanes.Deinterleave<T>(gradInput.Span, image.Length, dx.Span);
        return dx;
    }

    private static Tensor<T> Block(Tensor<T> images)
    {
        int size = images.Shape.Tail().Length;
        var block = new Tensor<T>(new Shape(size * Lanes.Count));
        Lanes.Interleave<T>(images.Span, size, block.Span);
        return block;
    }

    private static void Layer(Replay<T> replay, Layer<T> layer)
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            var model = new Sequential<T>(layer) { Width = width };
            replay.Forward("y", model.Forward(replay.Get("x")), $" ({width})");
            replay.Backward("dx", model.Backward(replay.Get("dy")), $" ({width})");
        }
    }
}
