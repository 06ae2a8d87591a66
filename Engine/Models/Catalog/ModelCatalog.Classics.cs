using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

// Networks that others know.
public static partial class ModelCatalog
{
    // 36 times the lesson's multiplications: what a processor makes of many channels.
    private static Model<T> Wide<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to) => [new Conv2d<T>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        return new Sequential<T>([
            .. Stage(inChannels, 32), new MaxPool2d<T>(2), .. Stage(32, 64), new MaxPool2d<T>(2), .. Stage(64, 128),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(128, classes)]);
    }

    // Outputs of the last stage see 40 pixels: a whole digit. The largest value says that something is somewhere, however large the image.
    private static Model<T> Deep<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize) =>
            [new Conv2d<T>(from, to, kernelSize, padding: kernelSize / 2, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        return new Sequential<T>([
            .. Stage(inChannels, 32, 5), new MaxPool2d<T>(2), .. Stage(32, 64, 3), new MaxPool2d<T>(2), .. Stage(64, 128, 3), new MaxPool2d<T>(2),
                .. Stage(128, 128, 3),
            new AdaptiveMaxPool2d<T>(1), new Flatten<T>(), new Linear<T>(128, classes)]);
    }

    // LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998: C1, S2, C3, S4, C5 (a convolution over
    // all that is left, as a linear layer), F6 and the output. The original fed 32x32 pixels, which is the padding here, pooled by a trained
    // average, squashed with tanh, left some connections of C3 out and ended in radial basis functions.
    private static Model<T> LeNet5<T>(Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] features = [
            new Conv2d<T>(input[0], 6, 5, padding: 2), new Relu<T>(), new MaxPool2d<T>(2),
            new Conv2d<T>(6, 16, 5), new Relu<T>(), new MaxPool2d<T>(2), new Flatten<T>()];
        foreach (Module<T> module in features) input = module.OutputShape(input);
        return new Sequential<T>([.. features, new Linear<T>(input[0], 120), new Relu<T>(), new Linear<T>(120, 84), new Relu<T>(),
            new Linear<T>(84, classes)]);
    }

    // LeNet-5's convolutions with what came later, for few epochs: normalised, and where pooling has left a quarter to be normalised.
    private static Model<T> LeNetWithBatchNorm<T>(Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to) => [new Conv2d<T>(from, to, 5, bias: false), new MaxPool2d<T>(2), new BatchNorm2d<T>(to), new Relu<T>()];
        Module<T>[] features = [.. Stage(input[0], 8), .. Stage(8, 16)];
        foreach (Module<T> module in features) input = module.OutputShape(input);
        return new Sequential<T>([
            .. features, new Conv2d<T>(16, 64, new(input[1], input[2]), bias: false), new BatchNorm2d<T>(64), new Relu<T>(), new Flatten<T>(),
            new Linear<T>(64, classes)]);
    }

    // After Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision applications", 2017, section 3.1: a window for
    // each channel by itself, then a 1x1 convolution that mixes them.
    private static Model<T> MobileNetMini<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize, int stride = 1, int groups = 1) => [
            new Conv2d<T>(from, to, kernelSize, stride, padding: kernelSize / 2, groups: groups, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        Module<T>[] Separable(int from, int to, int stride) => [.. Stage(from, from, 3, stride, groups: from), .. Stage(from, to, 1)];
        return new Sequential<T>([
            .. Stage(inChannels, 16, 3, stride: 2), .. Separable(16, 32, 1), .. Separable(32, 64, 2), .. Separable(64, 64, 1),
                .. Separable(64, 128, 2),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(128, classes)]);
    }

    // D. Page, "How to train your ResNet", 2018: 64 to 512 channels there, an eighth or a quarter of them here, for images that are simpler.
    private static Model<T> ResNet9<T>(int inChannels, int classes, int width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Convolution(int from, int to) => [new Conv2d<T>(from, to, 3, padding: 1, bias: false), new BatchNorm2d<T>(to), new Relu<T>()];
        Residual<T> Pair(int channels) => new(new Sequential<T>([.. Convolution(channels, channels), .. Convolution(channels, channels)]));
        return new Sequential<T>([
            .. Convolution(inChannels, width),
            .. Convolution(width, 2 * width), new MaxPool2d<T>(2), Pair(2 * width),
            .. Convolution(2 * width, 4 * width), new MaxPool2d<T>(2),
            .. Convolution(4 * width, 8 * width), new MaxPool2d<T>(2), Pair(8 * width),
            new AdaptiveMaxPool2d<T>(1), new Flatten<T>(), new Linear<T>(8 * width, classes)]);
    }
}
