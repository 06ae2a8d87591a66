using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

// The lesson's network and what the course makes of it.
public static partial class ModelCatalog
{
    // fast.ai 2019, lesson 10, get_cnn_model: channels 8, 16, 32, 32, every convolution halves the image.
    private static Model<T> Lesson<T>(int inChannels, int classes, bool grouped) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Conv2d<T> Convolution(int from, int to, int kernelSize) =>
            new(from, to, kernelSize, stride: 2, padding: kernelSize / 2, groups: grouped ? from : 1, bias: !grouped);
        return new Sequential<T>(
            Convolution(inChannels, 8, 5), new Relu<T>(),
            Convolution(8, 16, 3), new Relu<T>(),
            Convolution(16, 32, 3), new Relu<T>(),
            Convolution(32, 32, 3), new Relu<T>(),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(),
            new Linear<T>(32, classes, bias: !grouped));
    }

    private static Model<T> LessonWithBatchNorm<T>(int inChannels, int classes, Func<int, Layer<T>> norm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize) =>
            [new Conv2d<T>(from, to, kernelSize, stride: 2, padding: kernelSize / 2, bias: false), norm(to), new LeakyRelu<T>(0.1)];
        return new Sequential<T>([
            .. Stage(inChannels, 8, 5), .. Stage(8, 16, 3), .. Stage(16, 32, 3), .. Stage(32, 32, 3),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(32, classes)]);
    }

    private static Model<T> LessonGeneral<T>(int inChannels, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T>[] Stage(int from, int to, int kernelSize) =>
            [new Conv2d<T>(from, to, kernelSize, stride: 2, padding: kernelSize / 2), new GeneralRelu<T>(leak: 0.1, sub: 0.4, maxValue: 6)];
        return new Sequential<T>([
            .. Stage(inChannels, 8, 5), .. Stage(8, 16, 3), .. Stage(16, 32, 3), .. Stage(32, 32, 3),
            new AdaptiveAvgPool2d<T>(1), new Flatten<T>(), new Linear<T>(32, classes)]);
    }
}
