using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The blocks that known networks are built of, in training: every parameter, gradient and running statistic under PyTorch's name.</summary>
internal static class BlockReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Block(Replay<T> replay)
    {
        VectorFile file = replay.File;
        file.Expect("bn_mode", "train");
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            (Model<T> model, IReadOnlyList<(string Name, Layer<T> Layer)> layers) = file.Text("block") switch
            {
                "resnet_basic" => ResNetBasic(replay, width),
                "mobilenet" => DepthwiseSeparable(replay, width),
                string other => throw new InvalidDataException($"{file.Name}: no replay for block '{other}'."),
            };
            foreach (var (name, layer) in layers)
            {
                foreach (Parameter<T> parameter in layer.Parameters) replay.Get($"{name}.{parameter.Name}").Span.CopyTo(parameter.Value.Span);
                foreach (StateBuffer<T> buffer in layer.Buffers.Where(buffer =>
                    !buffer.IsCount)) replay.Get($"{name}.{buffer.Name}").Span.CopyTo(buffer.Value.Span);
            }
            string by = $" ({width})";
            replay.Forward("y", model.Forward(replay.Get("x")), by);
            replay.Backward("dx", model.Backward(replay.Get("dy")), by);
            foreach (var (name, layer) in layers)
            {
                foreach (Parameter<T> parameter in layer.Parameters) replay.Backward($"grad.{name}.{parameter.Name}", parameter.Gradient, by);
                foreach (StateBuffer<T> buffer in layer.Buffers.Where(buffer => !buffer.IsCount)) replay.Forward($"new.{name}.{buffer.Name}",
                    buffer.Value, by);
            }
        }
    }

    // dw 3x3 - bn - relu - pw 1x1 - bn - relu.
    private static (Sequential<T>, IReadOnlyList<(string, Layer<T>)>) DepthwiseSeparable(Replay<T> replay, SimdWidth width)
    {
        int stride = replay.File.WholeNumber("stride"), from = replay.Get("pw.weight").Shape[1], to = replay.Get("pw.weight").Shape[0];
        var depthwise = new Conv2d<T>(from, from, 3, stride, 1, groups: from, bias: false);
        var pointwise = new Conv2d<T>(from, to, 1, bias: false);
        BatchNorm2d<T> first = Norm(replay, from), second = Norm(replay, to);
        return (new(depthwise, first, new Relu<T>(), pointwise, second, new Relu<T>()) { Width = width },
            [("dw", depthwise), ("bn1", first), ("pw", pointwise), ("bn2", second)]);
    }

    // relu(bn2(conv2(relu(bn1(conv1(x))))) + x), with a 1x1 convolution and bn on the shortcut of "downsample".
    private static (Sequential<T>, IReadOnlyList<(string, Layer<T>)>) ResNetBasic(Replay<T> replay, SimdWidth width)
    {
        int stride = replay.File.WholeNumber("stride"), from = replay.Get("conv1.weight").Shape[1], to = replay.Get("conv1.weight").Shape[0];
        var conv1 = new Conv2d<T>(from, to, 3, stride, 1, bias: false);
        var conv2 = new Conv2d<T>(to, to, 3, padding: 1, bias: false);
        BatchNorm2d<T> bn1 = Norm(replay, to), bn2 = Norm(replay, to);
        var body = new Sequential<T>(conv1, bn1, new Relu<T>(), conv2, bn2);
        List<(string, Layer<T>)> layers = [("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2)];
        Sequential<T>? shortcut = null;
        if (replay.File.Flag("downsample"))
        {
            var conv = new Conv2d<T>(from, to, 1, stride, bias: false);
            BatchNorm2d<T> norm = Norm(replay, to);
            shortcut = new(conv, norm);
            layers.AddRange([("downsample.0", conv), ("downsample.1", norm)]);
        }
        return (new(new Residual<T>(body, shortcut), new Relu<T>()) { Width = width }, layers);
    }

    private static BatchNorm2d<T> Norm(Replay<T> replay, int channels) => new(channels, replay.File.Number("bn_eps"),
        replay.File.Number("bn_momentum"));
}
