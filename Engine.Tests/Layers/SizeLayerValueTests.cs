using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Layers that change sizes or move numbers, on images small enough to be worked out by hand, in each layout; several are the examples of
/// PyTorch's manual.</summary>
public sealed class SizeLayerValueTests
{
    private static readonly double[] Two = [1, 2, 3, 4], Nine = [0, 1, 2, 3, 4, 5, 6, 7, 8], Row = [0, 10, 20, 30], Twelve = [0, 1, 2, 3, 4, 5, 6, 7,
        8, 9, 10, 11];

    private static readonly TestCaseData[] Cases =
    [
        Case("MeanOfChannels", new Mean<double>(ImageAxes.Channels), new(2, 2, 3), Twelve, new(2, 3), [3, 4, 5, 6, 7, 8]),
        Case("MeanOfRows", new Mean<double>(ImageAxes.Rows), new(2, 2, 3), Twelve, new(2, 3), [1.5, 2.5, 3.5, 7.5, 8.5, 9.5]),
        Case("MeanOfColumns", new Mean<double>(ImageAxes.Columns), new(2, 2, 3), Twelve, new(2, 2), [1, 4, 7, 10]),
        Case("MeanOfPixelsKept", new Mean<double>(ImageAxes.Rows | ImageAxes.Columns, keepDim: true), new(2, 2, 3), Twelve, new(2, 1, 1), [2.5, 8.5]),
        Case("MeanOfChannelsAndColumns", new Mean<double>(ImageAxes.Channels | ImageAxes.Columns), new(2, 2, 3), Twelve, new(2), [4, 7]),
        Case("MeanOfAll", new Mean<double>(ImageAxes.Channels | ImageAxes.Rows | ImageAxes.Columns), new(2, 2, 3), Twelve, new(), [5.5]),
        Case("Nearest", new Upsample<double>(scaleFactor: 2), new(1, 2, 2), Two, new(1, 4, 4), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]),
        Case("NearestByAFactor", new Upsample<double>(scaleFactor: 1, scaleFactorWidth: 2.7), new(1, 1, 4), Row, new(1, 1, 10),
            [0, 0, 0, 10, 10, 10, 20, 20, 20, 30]),
        Case("NearestToASize", new Upsample<double>((1, 10)), new(1, 1, 4), Row, new(1, 1, 10), [0, 0, 0, 10, 10, 20, 20, 20, 30, 30]),
        Case("NearestSmaller", new Upsample<double>((1, 3)), new(1, 1, 4), Row, new(1, 1, 3), [0, 10, 20]),
        Case("Bilinear", new Upsample<double>(scaleFactor: 2, mode: UpsampleMode.Bilinear), new(1, 2, 2), Two, new(1, 4, 4),
            [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4]),
        Case("BilinearAligned", new Upsample<double>(scaleFactor: 2, mode: UpsampleMode.Bilinear, alignCorners: true), new(1, 2, 2), Two,
            new(1, 4, 4),
            [1, 4 / 3.0, 5 / 3.0, 2, 5 / 3.0, 2, 7 / 3.0, 8 / 3.0, 7 / 3.0, 8 / 3.0, 3, 10 / 3.0, 3, 10 / 3.0, 11 / 3.0, 4]),
        Case("BilinearAlignedToOne", new Upsample<double>((1, 1), mode: UpsampleMode.Bilinear, alignCorners: true), new(1, 2, 2), Two, new(1, 1, 1),
            [1]),
        Case("BilinearByAFactor", new Upsample<double>(scaleFactor: 1, mode: UpsampleMode.Bilinear, scaleFactorWidth: 1.25), new(1, 1, 4), Row,
            new(1, 1, 5), [0, 7, 15, 23, 30]),
        Case("BilinearByAFactorThatDoesNotFit", new Upsample<double>(scaleFactor: 1, mode: UpsampleMode.Bilinear, scaleFactorWidth: 1.6),
            new(1, 1, 4), Row, new(1, 1, 6),
            [0, 4.375, 10.625, 16.875, 23.125, 29.375]),
        Case("PadConstant", new Pad2d<double>((1, 0, 2, 1), value: 0.5), new(1, 1, 2), [7, 8], new(1, 4, 3), [.5, .5, .5, .5, .5, .5, .5, 7, 8, .5,
            .5, .5]),
        Case("PadReflect", new Pad2d<double>((1, 1, 2, 0), PaddingMode.Reflect), new(1, 3, 3), Nine, new(1, 5, 5),
            [7, 6, 7, 8, 7, 4, 3, 4, 5, 4, 1, 0, 1, 2, 1, 4, 3, 4, 5, 4, 7, 6, 7, 8, 7]),
        Case("PadReplicate", new Pad2d<double>((1, 1, 2, 0), PaddingMode.Replicate), new(1, 3, 3), Nine, new(1, 5, 5),
            [0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8]),
        Case("PadCircular", new Pad2d<double>((1, 1, 2, 0), PaddingMode.Circular), new(1, 3, 3), Nine, new(1, 5, 5),
            [5, 3, 4, 5, 3, 8, 6, 7, 8, 6, 2, 0, 1, 2, 0, 5, 3, 4, 5, 3, 8, 6, 7, 8, 6]),
        Case("Crop", new Crop2d<double>((1, 0, 0, 2)), new(1, 3, 3), Nine, new(1, 1, 2), [1, 2]),
        Case("ChannelShuffle", new ChannelShuffle<double>(3), new(6), [0, 1, 2, 3, 4, 5], new(6), [0, 2, 4, 1, 3, 5]),
        Case("ChannelShuffleOfImages", new ChannelShuffle<double>(2), new(4, 1, 2), [1, 2, 3, 4, 5, 6, 7, 8], new(4, 1, 2), [1, 2, 5, 6, 3, 4, 7, 8]),
        Case("PixelShuffle", new PixelShuffle<double>(2), new(4, 1, 2), [1, 2, 3, 4, 5, 6, 7, 8], new(1, 2, 4), [1, 3, 2, 4, 5, 7, 6, 8]),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Forward_SmallImage_IsWorkedOutByHand(Layer<double> layer, Shape image, double[] input, Shape outputShape, double[] expected)
    {
        foreach (Layout layout in (Layout[])[Layout.Lanes, Layout.ChannelsLast])
        {
            if (!layer.Knows(layout, [image])) continue;
            Tensor<double> output = new Sequential<double>(new InLayout<double>(layer, layout)).Forward(new(image.Prepend(1), input),
                training: false);
            TensorAssert.Close(output, new Tensor<double>(outputShape.Prepend(1), expected), 1e-12, 1e-12, $"{layout}");
        }
    }

    private static TestCaseData Case(string name, Layer<double> layer, Shape image, double[] input, Shape outputShape, double[] expected) =>
        new TestCaseData(layer, image, input, outputShape, expected).SetArgDisplayNames(name);
}
