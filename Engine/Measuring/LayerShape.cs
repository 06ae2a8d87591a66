using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A layer other than a convolution, and the batch that it is measured with.</summary>
/// <param name="Name">For example <c>layer/maxpool/2x2</c>.</param>
/// <param name="Create">Makes the layer.</param>
/// <param name="Batch">Images.</param>
/// <param name="Image">[C, H, W] of one, or [classes].</param>
internal sealed record LayerShape(string Name, Func<Layer<float>> Create, int Batch, Shape Image)
{
    /// <summary>Those of the table "Layers beside convolution" in docs/performance.md.</summary>
    public static IReadOnlyList<LayerShape> All { get; } =
    [
        new("layer/softmax/512x1000", () => new Softmax<float>(), 512, new(1000)),
        new("layer/softmax/512x10", () => new Softmax<float>(), 512, new(10)),
        new("layer/log-softmax-pixels", () => new LogSoftmax<float>(), 32, new(21, 64, 64)),
        new("layer/conv-transpose/2x2", () => new ConvTranspose2d<float>(64, 64, 2, stride: 2), 8, new(64, 56, 56)),
        new("layer/conv-transpose/4x4", () => new ConvTranspose2d<float>(64, 32, 4, stride: 2, padding: 1), 8, new(64, 28, 28)),
        new("layer/maxpool/2x2", () => new MaxPool2d<float>(2), 32, new(64, 56, 56)),
        new("layer/maxpool/3x3", () => new MaxPool2d<float>(3, stride: 2, padding: 1), 32, new(64, 56, 56)),
        new("layer/avgpool/2x2", () => new AvgPool2d<float>(2), 32, new(64, 56, 56)),
        new("layer/avgpool-global", () => new GlobalAvgPool<float>(), 32, new(512, 14, 14)),
        new("layer/adaptive-avgpool/1x1", () => new AdaptiveAvgPool2d<float>(1), 32, new(512, 14, 14)),
        new("layer/adaptive-avgpool/6x6", () => new AdaptiveAvgPool2d<float>(6), 32, new(512, 14, 14)),      // bins overlap
    ];

    /// <summary>What a case of one direction is called.</summary>
    public string CaseName(bool backward) => $"{Name}/{(backward ? "backward" : "forward")}";
}
