using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>The part of <see cref="LayerCases"/> whose layers change sizes, or move numbers: each alone, so that it can be tried in either
/// layout.</summary>
public static class SizeCases
{
    private static readonly Shape Image = new(2, 3, 4, 5), Nine = new(2, 3, 9, 5);
    private static readonly Size2 Kernel = (3, 2);

    /// <summary>The names that <see cref="Of"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "mean channels", "mean rows", "mean columns", "mean pixels", "mean pixels kept", "mean channels kept", "mean channels rows",
            "mean channels columns kept", "mean all",
        "mean all kept", "mean sequence", "mean sequence channels", "mean features", "mean many channels",
        "upsample nearest", "upsample nearest size", "upsample nearest smaller", "upsample bilinear", "upsample bilinear size",
            "upsample bilinear smaller",
        "upsample bilinear corners", "upsample bilinear corners size", "upsample bilinear corners one",
        "pad constant", "pad reflect", "pad replicate", "pad circular", "pad one side", "crop", "crop one side", "channel shuffle",
            "channel shuffle features", "channel shuffle wide",
        "pixel shuffle", "pixel shuffle to one", "pixel shuffle wide",
        "conv uneven", "conv uneven reflect", "conv uneven replicate groups", "conv uneven circular", "conv uneven naive", "conv uneven im2col",
            "conv uneven 1x1", "max pool uneven",
        "max pool uneven ceil", "avg pool uneven", "avg pool uneven without padding",
        "conv row", "conv row causal", "conv row groups circular", "max pool row", "avg pool row", "avg pool row uneven",
        "transposed uneven", "transposed output padding", "transposed output padding groups", "transposed few channels", "transposed many channels",
            "transposed depthwise again",
    ];

    /// <summary>A fresh case; its parameters have no values yet.</summary>
    public static LayerCase<T> Of<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "mean channels" => new(Image, new Mean<T>(ImageAxes.Channels)),
        "mean rows" => new(Image, new Mean<T>(ImageAxes.Rows)),
        "mean columns" => new(Image, new Mean<T>(ImageAxes.Columns)),
        "mean pixels" => new(Image, new Mean<T>(ImageAxes.Rows | ImageAxes.Columns)),
        "mean pixels kept" => new(Image, new Mean<T>(ImageAxes.Rows | ImageAxes.Columns, keepDim: true)),
        "mean channels kept" => new(Image, new Mean<T>(ImageAxes.Channels, keepDim: true)),
        "mean channels rows" => new(Image, new Mean<T>(ImageAxes.Channels | ImageAxes.Rows)),
        "mean channels columns kept" => new(Image, new Mean<T>(ImageAxes.Channels | ImageAxes.Columns, keepDim: true)),
        "mean all" => new(Image, new Mean<T>(ImageAxes.Channels | ImageAxes.Rows | ImageAxes.Columns)),
        "mean all kept" => new(Image, new Mean<T>(ImageAxes.Channels | ImageAxes.Rows | ImageAxes.Columns, keepDim: true)),
        "mean sequence" => new(new(2, 3, 5), new Mean<T>(ImageAxes.Columns, keepDim: true)),
        "mean sequence channels" => new(new(2, 3, 5), new Mean<T>(ImageAxes.Channels)),
        "mean features" => new(new(3, 7), new Mean<T>(ImageAxes.Channels, keepDim: true)),
        "mean many channels" => new(new(1, 37, 2, 1), new Mean<T>(ImageAxes.Channels, keepDim: true)),
        "upsample nearest" => new(Image, new Upsample<T>(scaleFactor: 2, scaleFactorWidth: 2.5)),
        "upsample nearest size" => new(Image, new Upsample<T>((7, 13))),
        "upsample nearest smaller" => new(Image, new Upsample<T>(scaleFactor: 0.7)),
        "upsample bilinear" => new(Image, new Upsample<T>(scaleFactor: 2.5, mode: UpsampleMode.Bilinear, scaleFactorWidth: 1.7)),
        "upsample bilinear size" => new(Image, new Upsample<T>((7, 13), mode: UpsampleMode.Bilinear)),
        "upsample bilinear smaller" => new(Image, new Upsample<T>((2, 3), mode: UpsampleMode.Bilinear)),
        "upsample bilinear corners" => new(Image, new Upsample<T>(scaleFactor: 2, mode: UpsampleMode.Bilinear, alignCorners: true)),
        "upsample bilinear corners size" => new(new(2, 33, 4, 5), new Upsample<T>((7, 3), mode: UpsampleMode.Bilinear, alignCorners: true)),
        "upsample bilinear corners one" => new(Image, new Upsample<T>((1, 8), mode: UpsampleMode.Bilinear, alignCorners: true)),
        "pad constant" => new(Image, new Pad2d<T>((1, 2, 3, 0), value: 0.7)),
        "pad reflect" => new(Image, new Pad2d<T>((4, 2, 1, 3), PaddingMode.Reflect)),
        "pad replicate" => new(Image, new Pad2d<T>((1, 7, 0, 5), PaddingMode.Replicate)),
        "pad circular" => new(Image, new Pad2d<T>((5, 2, 3, 4), PaddingMode.Circular)),
        "pad one side" => new(new(2, 33, 2, 3), new Pad2d<T>((0, 0, 0, 1))),
        "crop" => new(new(2, 3, 9, 8), new Crop2d<T>((1, 3, 2, 4))),
        "crop one side" => new(Image, new Crop2d<T>((0, 2, 0, 0))),
        "channel shuffle" => new(new(2, 6, 2, 3), new ChannelShuffle<T>(3)),
        "channel shuffle features" => new(new(3, 10), new ChannelShuffle<T>(2)),
        "channel shuffle wide" => new(new(2, 36, 1, 3), new ChannelShuffle<T>(4)),
        "pixel shuffle" => new(new(2, 8, 3, 4), new PixelShuffle<T>(2)),
        "pixel shuffle to one" => new(new(2, 9, 2, 4), new PixelShuffle<T>(3)),
        "pixel shuffle wide" => new(new(1, 4 * 34, 1, 2), new PixelShuffle<T>(2)),
        "conv uneven" => new(Nine, new Conv2d<T>(3, 4, Kernel, 2, (1, 2, 0, 3), 2)),
        "conv uneven reflect" => new(Nine, new Conv2d<T>(3, 4, Kernel, (2, 1), (0, 3, 4, 1), paddingMode: PaddingMode.Reflect)),
        "conv uneven replicate groups" => new(new(2, 6, 7, 5), new Conv2d<T>(6, 9, Kernel, 1, (2, 0, 1, 5), groups: 3, bias: false,
            paddingMode: PaddingMode.Replicate)),
        "conv uneven circular" => new(Nine, new Conv2d<T>(3, 4, Kernel, (3, 1), (4, 1, 2, 3), (1, 2), paddingMode: PaddingMode.Circular)),
        "conv uneven naive" => new(Nine, new Conv2d<T>(3, 4, Kernel, 2, (1, 2, 0, 3), 2) { Algorithm = ConvolutionAlgorithm.Naive }),
        "conv uneven im2col" => new(Nine, new Conv2d<T>(3, 4, Kernel, 2, (1, 2, 0, 3), 2) { Algorithm = ConvolutionAlgorithm.Im2Col }),
        "conv uneven 1x1" => new(Nine, new Conv2d<T>(3, 5, 1, 1, (0, 1, 2, 0))),
        "max pool uneven" => new(Nine, new MaxPool2d<T>((4, 3), (2, 1), (1, 0, 0, 2))),
        "max pool uneven ceil" => new(Nine, new MaxPool2d<T>((3, 2), (2, 3), (0, 1, 1, 2), (2, 1), ceilMode: true)),
        "avg pool uneven" => new(Nine, new AvgPool2d<T>((4, 3), (2, 1), (1, 0, 0, 2))),
        "avg pool uneven without padding" => new(Nine, new AvgPool2d<T>((4, 3), (3, 2), (0, 1, 2, 1), true, false)),
        "conv row" => new(new(2, 3, 11), new Conv1d<T>(3, 4, 3, 2, 1, 2)),
        "conv row causal" => new(new(2, 3, 7), new Conv1d<T>(3, 4, 3, padding: 4, dilation: 2, endPadding: 0)),
        "conv row groups circular" => new(new(2, 6, 7), new Conv1d<T>(6, 9, 2, 3, 2, 3, 3, false, PaddingMode.Circular, 1)),
        "max pool row" => new(new(2, 3, 11), new MaxPool1d<T>(3, 2, 1, 2, ceilMode: true, endPadding: 0)),
        "avg pool row" => new(new(2, 3, 11), new AvgPool1d<T>(3)),
        "avg pool row uneven" => new(new(2, 3, 11), new AvgPool1d<T>(4, 3, 1, true, false, 2)),
        "transposed uneven" => new(Image, new ConvTranspose2d<T>(3, 4, Kernel, (3, 2), (1, 0, 2, 1), (2, 0))),
        "transposed output padding" => new(Image, new ConvTranspose2d<T>(3, 4, Kernel, (1, 2), 1, (1, 2), dilation: (2, 3))),
        "transposed output padding groups" => new(new(2, 6, 3, 4), new ConvTranspose2d<T>(6, 9, Kernel, (2, 1), (0, 1, 1, 0), (2, 1), 3, false,
            (3, 2))),
        "transposed few channels" => new(Image, new ConvTranspose2d<T>(3, 2, (5, 4), 2, (2, 1), 1)),
        "transposed many channels" => new(new(2, 37, 3, 2), new ConvTranspose2d<T>(37, 35, (2, 3), 2, (0, 1))),
        "transposed depthwise again" => new(new(2, 35, 3, 4), new ConvTranspose2d<T>(35, 35, Kernel, 2, 1, 1, 35)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such case."),
    };
}
