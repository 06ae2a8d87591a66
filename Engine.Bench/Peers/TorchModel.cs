using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Scratch.Bench.Peers;

/// <summary>libtorch's twin of a model: the same layers with the same weights.</summary>
internal sealed class TorchModel
{
    private readonly Model<float> _twin;
    private readonly Module<Tensor, Tensor> _model;

    public TorchModel(Model<float> twin, int threads)
    {
        set_num_threads(threads);
        _twin = twin;
        _model = Sequential([.. twin.Layers.Select(Module)]);
        using var _ = no_grad();
        foreach (var (theirs, ours) in _model.parameters().Zip(twin.ParameterVector.Parameters)) theirs.copy_(Torch.Of(ours.Value));
    }

    /// <summary>Outputs of a batch.</summary>
    public Variant Infer(Tensor<float> images)
    {
        Tensor input = Torch.Of(images);
        _model.eval();
        Shape shape = _twin.OutputShape(images.Shape.Tail()).Prepend(images.Shape[0]);
        return new(() =>
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            _model.forward(input);
        }, () => Torch.ToScratch(_model.forward(input), shape));
    }

    /// <summary>A step whose result are the gradients, parameter after parameter.</summary>
    public Variant TrainStep(Tensor<float> images, ReadOnlySpan<int> labels)
    {
        Tensor input = Torch.Of(images), classes = tensor([.. labels.ToArray().Select(label => (long)label)]);
        var optimizer = optim.SGD(_model.parameters(), learningRate: 0, momentum: 0.9);
        var loss = CrossEntropyLoss();
        _model.train();
        return new(() =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss.forward(_model.forward(input), classes).backward();
            optimizer.step();
        }, () => Torch.ToScratch(cat([.. _model.parameters().Select(parameter => parameter.grad!.flatten())]),
            new((int)_twin.ParameterVector.ParameterCount)));
    }

    /// <summary>The twin of one layer, with weights of its own.</summary>
    public static Module<Tensor, Tensor> Module(Layer<float> layer) => layer switch
    {
        Conv2d<float> c => Conv2d(c.InChannels, c.OutChannels, Pair(c.KernelSize), Pair(c.Stride), Pair(c.Padding), Pair(c.Dilation),
            groups: c.Groups, bias: c.Bias is not null),
        BatchNorm2d<float> norm => BatchNorm2d(norm.NumFeatures, norm.Eps, norm.Momentum),
        Relu<float> => ReLU(),
        LeakyRelu<float> leaky => LeakyReLU(leaky.NegativeSlope),
        MaxPool2d<float> pool => MaxPool2d(Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), Pair(pool.Dilation), pool.CeilMode),
        AdaptiveAvgPool2d<float> pool => AdaptiveAvgPool2d(Pair(pool.OutputSize)),
        AvgPool2d<float> pool => AvgPool2d(Pair(pool.KernelSize), Pair(pool.Stride), Pair(pool.Padding), pool.CeilMode, pool.CountIncludePad),
        GlobalAvgPool<float> => Sequential(AdaptiveAvgPool2d(1), Flatten()),
        Softmax<float> softmax => Softmax(softmax.Dim),
        LogSoftmax<float> softmax => LogSoftmax(softmax.Dim),
        ConvTranspose2d<float> c => ConvTranspose2d(c.InChannels, c.OutChannels, Pair(c.KernelSize), Pair(c.Stride), Pair(c.Padding),
            Pair(c.OutputPadding), Pair(c.Dilation), groups: c.Groups, bias: c.Bias is not null),
        Flatten<float> => Flatten(),
        Linear<float> linear => Linear(linear.InFeatures, linear.OutFeatures, linear.Bias is not null),
        _ => throw new NotSupportedException($"libtorch's twin of {layer.TypeName} is not known here."),
    };

    private static (long, long) Pair(Kernels.Size2 size) => (size.Height, size.Width);

    private static (long, long) Pair(Kernels.Edges padding) => padding.Left == padding.Right && padding.Top == padding.Bottom
        ? (padding.Top, padding.Left)
        : throw new NotSupportedException($"libtorch's twin of padding of {padding} is not known here.");
}
