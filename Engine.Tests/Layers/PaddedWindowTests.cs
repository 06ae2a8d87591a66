using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Windows whose padding differs at each side, over rows, and transposed, against layers and loops that say the same in other
/// words.</summary>
public sealed class PaddedWindowTests
{
    private static readonly Tensor<double> Images = RandomTensors.Tensor<double>(new(2, 3, 7, 5), 1);

    [Test]
    public void Conv2d_PaddingAtEachSide_IsPad2dAndAConvolutionWithout([Values] PaddingMode mode, [Values] Layout layout)
    {
        Edges sides = (1, 4, 3, 0);
        var padded = new Conv2d<double>(3, 4, (3, 2), (2, 1), sides, (1, 2), paddingMode: mode);
        var plain = new Conv2d<double>(3, 4, (3, 2), (2, 1), 0, (1, 2));
        Tensor<double> expected = RandomModel.Of(2, [new Pad2d<double>(sides, mode), plain]).Forward(Images, training: false);
        TensorAssert.Close(RandomModel.Of(2, [new InLayout<double>(padded, layout)]).Forward(Images, training: false), expected, 1e-12, 1e-12);
    }

    [Test]
    public void Conv2d_TensorFlowsSame_GivesCeilOfInputByStride()
    {
        // 7 rows, window 3, stride 2: (4 - 1)·2 + 3 - 7 = 2 pixels, one at each end; 5 columns, window 4: (3 - 1)·2 + 4 - 5 = 3, one and two.
        var layer = new Conv2d<double>(3, 4, (3, 4), 2, (1, 2, 1, 1));
        Assert.That(layer.OutputShape(new(3, 7, 5)), Is.EqualTo(new Shape(4, 4, 3)));
    }

    [Test]
    public void MaxPool2d_PaddingAtTheEnd_NeverWins()
    {
        var row = new Tensor<double>(new(1, 1, 1, 5), [-3, -1, -4, -1.5, -9]);
        Tensor<double> output = new Sequential<double>(new MaxPool2d<double>((1, 2), (1, 2), (0, 1, 0, 0))).Forward(row);
        TensorAssert.Equal(output, new Tensor<double>(new(1, 1, 1, 3), [-1, -1.5, -9]));
    }

    [TestCase(true, new[] { 1.5, 3.5, 2.5 })]
    [TestCase(false, new[] { 1.5, 3.5, 5 })]
    public void AvgPool2d_PaddingAtTheEnd_CountsAsItIsTold(bool counts, double[] expected)
    {
        var row = new Tensor<double>(new(1, 1, 1, 5), [1, 2, 3, 4, 5]);
        Tensor<double> output = new Sequential<double>(new AvgPool2d<double>((1, 2), (1, 2), (0, 1, 0, 0), countIncludePad: counts)).Forward(row);
        TensorAssert.Close(output, new Tensor<double>(new(1, 1, 1, 3), expected), 1e-12, 0);
    }

    private static IEnumerable<TestCaseData> Rows()
    {
        yield return Case("Conv1d", new Conv1d<double>(3, 4, 3, 2, 2, 2, 1, true, PaddingMode.Reflect, 1), new Conv2d<double>(3, 4, (1, 3), (1, 2),
            (2, 1, 0, 0), (1, 2), paddingMode: PaddingMode.Reflect));
        yield return Case("MaxPool1d", new MaxPool1d<double>(3, 2, 1, 2, true, 0), new MaxPool2d<double>((1, 3), (1, 2), (1, 0, 0, 0), (1, 2), true));
        yield return Case("AvgPool1d", new AvgPool1d<double>(4, 3, 2, true, false, 1), new AvgPool2d<double>((1, 4), (1, 3), (2, 1, 0, 0), true,
            false));

        static TestCaseData Case(string name, Layer<double> row, Layer<double> image) => new TestCaseData(row, image).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Rows))]
    public void Forward_OverARow_IsThatOverAnImageOfHeight1(Layer<double> row, Layer<double> image)
    {
        Tensor<double> rows = RandomTensors.Tensor<double>(new(3, 3, 13), 3), images = new(new Shape(3, 3, 1, 13), rows.Span.ToArray());
        Tensor<double> output = RandomModel.Of(4, [row]).Forward(rows), twin = RandomModel.Of(4, [image]).Forward(images);
        Assert.That(output.Shape, Is.EqualTo(new Shape(twin.Shape[0], twin.Shape[1], twin.Shape[3])));
        TensorAssert.Equal(output, new Tensor<double>(output.Shape, twin.Span.ToArray()));
    }

    [Test]
    public void Conv1d_Weight_HasPyTorchsNameAndShape()
    {
        var model = new Sequential<float>(new Conv1d<float>(6, 9, 4, groups: 3));
        Assert.That(model.ParameterVector.Parameters.Select(parameter => (parameter.Name, parameter.Value.Shape)),
            Is.EqualTo(new[] { ("weight", new Shape(9, 2, 4)), ("bias", new Shape(9)) }));
    }

    [Test]
    public void Conv1d_FarFromTheStart_SeesOnlyWhatCameBefore()
    {
        Sequential<double> model = RandomModel.Of(5, [new Conv1d<double>(2, 3, 3, padding: 4, dilation: 2, endPadding: 0)]);
        Tensor<double> rows = RandomTensors.Tensor<double>(new(1, 2, 9), 6), before = model.Forward(rows, training: false);
        rows.Span[5] += 1;                                                   // the first channel's sixth number
        Tensor<double> after = model.Forward(rows, training: false);
        Assert.That(after.Shape, Is.EqualTo(new Shape(1, 3, 9)));
        Assert.That(Enumerable.Range(0, 27).Where(i => after.Span[i] != before.Span[i]).Select(i => i % 9).Distinct(), Is.EqualTo([5, 7]));
    }

    [Test]
    public void Summary_OfARow_NamesOneFormula() => Assert.That(
        ModelSummary.Of(new Sequential<float>(new Conv1d<float>(2, 3, 3, 2, 1)), new(2, 9), 1).Layers[0].SizeFormula,
            Is.EqualTo("(9 + 2·1 - 3)//2 + 1 = 5"));

    // Stride, padding (left, right, top, bottom), output padding, dilation; the output padding is below the stride, or only below the dilation.
    [Test]
    public void ConvTranspose2d_OutputPaddingBelowStrideOrDilation_SpreadsEveryInput([Values(0, 1, 2, 3)] int which, [Values] Layout layout)
    {
        (Size2 stride, Edges padding, Size2 more, Size2 dilation) = which switch
        {
            0 => ((Size2)(2, 3), (Edges)(1, 0, 0, 2), (Size2)(1, 2), (Size2)(1, 1)),
            1 => ((1, 2), 0, (2, 3), (3, 4)),
            2 => ((2, 1), (1, 2, 2, 1), (2, 1), (3, 2)),
            _ => ((1, 1), (0, 1, 1, 0), (0, 1), (1, 2)),
        };
        var layer = new ConvTranspose2d<double>(3, 4, (3, 2), stride, padding, more, dilation: dilation);
        Tensor<double> output = RandomModel.Of(7, [new InLayout<double>(layer, layout)]).Forward(Images, training: false);
        TensorAssert.Close(output, Spread(layer, Images), 1e-12, 1e-12);
    }

    // output[oc, h·strideH - top + kh·dilationH, ...] += weight[ic, oc, kh, kw] · input[ic, h, w].
    private static Tensor<double> Spread(ConvTranspose2d<double> layer, Tensor<double> input)
    {
        int height = (input.Shape[2] - 1) * layer.Stride.Height - layer.Padding.Top - layer.Padding.Bottom
            + layer.Dilation.Height * (layer.KernelSize.Height - 1) + layer.OutputPadding.Height + 1;
        int width = (input.Shape[3] - 1) * layer.Stride.Width - layer.Padding.Left - layer.Padding.Right
            + layer.Dilation.Width * (layer.KernelSize.Width - 1) + layer.OutputPadding.Width + 1;
        var output = new Tensor<double>(new(input.Shape[0], layer.OutChannels, height, width));
        for (int i = 0; i < output.Length; i++) output.Span[i] = layer.Bias!.Value.Span[i / (height * width) % layer.OutChannels];
        for (int i = 0; i < input.Length; i++)
            for (int j = 0; j < layer.Weight.Value.Length / layer.InChannels; j++)
            {
                int w = i % input.Shape[3], h = i / input.Shape[3] % input.Shape[2], ic = i / (input.Shape[2] * input.Shape[3]) % layer.InChannels,
                    n = i / input.Shape.Tail().Length;
                int kw = j % layer.KernelSize.Width, kh = j / layer.KernelSize.Width % layer.KernelSize.Height, oc =
                    j / (layer.KernelSize.Width * layer.KernelSize.Height);
                int oh = h * layer.Stride.Height - layer.Padding.Top + kh * layer.Dilation.Height, ow = w * layer.Stride.Width - layer.Padding.Left
                    + kw * layer.Dilation.Width;
                if (oh >= 0 && oh < height && ow >= 0 && ow < width)
                    output.Span[((n * layer.OutChannels + oc) * height + oh) * width
                        + ow] += layer.Weight.Value.Span[ic * layer.Weight.Value.Length / layer.InChannels + j] * input.Span[i];
            }
        return output;
    }
}
