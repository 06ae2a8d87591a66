using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>What one output sees of the image, against what changes it: one row or column of the image at a time is lit, all weights are
/// positive.</summary>
public sealed class ReceptiveFieldTests
{
    private const int Side = 37;

    private static Conv2d<double> Conv(Size2 kernel, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        (int In, int Out)? channels = null) =>
        new(channels?.In ?? 1, channels?.Out ?? 1, kernel, stride, padding, dilation, bias: false);

    private static Upsample<double> Blended(double rows, double columns) =>
        new(scaleFactor: rows, scaleFactorWidth: columns, mode: UpsampleMode.Bilinear);

    private static ConvTranspose2d<double> Up(Size2 kernel, Size2? stride = null, Size2 padding = default, Size2 outputPadding = default,
        Size2? dilation = null) =>
        new(1, 1, kernel, stride, padding, outputPadding, bias: false, dilation: dilation);

    private static IEnumerable<TestCaseData> Cases()
    {
        TestCaseData Case(string name, (int H, int W)? jump, params Module<double>[] modules) => new TestCaseData(jump is var (h, w) ? new Size2(h, w)
            : (Size2?)null, modules).SetArgDisplayNames(name);
        yield return Case("down", (4, 3), Conv((5, 3), (2, 1), 1), Conv((2, 4), (2, 3), 0, (3, 1)));
        yield return Case("up", null, Up((3, 5), (2, 3)));
        yield return Case("up with one stride", (1, 1), Up((3, 2), 1, 1));
        yield return Case("up that leaves gaps", null, Up(2, 3));
        yield return Case("up, dilated", null, Up((3, 2), (2, 3), 1, (1, 2), (1, 2)));
        yield return Case("down and up", (1, 1), Conv(3, 2, 1), Up(3, 2, 1, 1));
        yield return Case("two down, two up", (1, 1), Conv(3, 2, 1), Conv(3, 2, 1), Up(2, 2), Up(3, 2, 1, 1), Conv(3));
        yield return Case("up, then windows", null, Up((2, 3), 2), Conv((2, 3)), Conv(2));
        yield return Case("up, then down", (3, 1), Up(2, 2), Conv((3, 2), (6, 2)));
        yield return Case("up twice", null, Up(3, 2), Up(2, (3, 2), 1), Conv(3));
        yield return Case("enlarged", null, Conv(3), new Upsample<double>(scaleFactor: 2, scaleFactorWidth: 3));
        yield return Case("down and enlarged", (1, 1), Conv((4, 3), (2, 3)), new Upsample<double>(scaleFactor: 2, scaleFactorWidth: 3), Conv(3));
        yield return Case("down and blended", (2, 2), Conv(3, (4, 6)), Blended(2, 3), Conv((2, 3)));
        yield return Case("blended to a size", null, Conv(2), new Upsample<double>(size: (144, 180), mode: UpsampleMode.Bilinear), Conv((3, 2)));
        yield return Case("padded and cropped", (2, 1), Conv((3, 2)), new Pad2d<double>((1, 0, 3, 2)), Conv((3, 4), (2, 1)),
            new Crop2d<double>((2, 1, 0, 3)), new Pad2d<double>((0, 1, 2, 0), PaddingMode.Replicate));
        yield return Case("pixels shuffled", (1, 3), Conv(3, (3, 9), channels: (1, 18)), new PixelShuffle<double>(3), Conv((1, 2), channels: (2, 1)));
        yield return Case("channels shuffled and averaged", (2, 3), Conv((3, 4), (2, 3), channels: (1, 6)), new ChannelShuffle<double>(2),
            new Mean<double>(ImageAxes.Channels, keepDim: true), Conv((2, 1)));
        yield return Case("shortcut", null, new Residual<double>(new Sequential<double>(Up(4, 2, 1), Conv(3, 1, 1)), Up(2, 2)), Conv(2));
        yield return Case("shortcut that sees less", (2, 2), new Residual<double>(Conv((4, 3), 2, 1), Conv((2, 1), 2)));
    }

    [TestCaseSource(nameof(Cases))]
    public void Of_Model_IsWhatChangesAnOutput(Size2? jump, Module<double>[] modules)
    {
        var model = new Sequential<double>(modules);
        RandomTensors.Values<double>(model.ParameterVector.Values.Length, 1, 0.2, 1).CopyTo(model.ParameterVector.Values.Span);
        LayerSummary last = ModelSummary.Of(model, new(1, Side, Side), 1).Layers[^1];
        Assert.That(last.ReceptiveField, Is.EqualTo(new Size2(Seen(model, rows: true), Seen(model, rows: false))));
        Assert.That(last.Jump, Is.EqualTo(jump));
    }

    [Test]
    public void Of_WindowsThatSlide_SaysWhereEachOutputBeginsToSee()
    {
        var model = new Sequential<double>(Conv((5, 3), (2, 1), (1, 2)), new Relu<double>(), Conv((2, 4), (2, 3), (0, 1), (3, 1)));
        RandomTensors.Values<double>(model.ParameterVector.Values.Length, 1, 0.2, 1).CopyTo(model.ParameterVector.Values.Span);
        LayerSummary last = ModelSummary.Of(model, new(1, Side, Side), 1).Layers[^1];
        var (startY, startX) = last.ReceptiveStart!.Value;
        var (jumpY, jumpX) = last.Jump!.Value;
        for (int y = 0; y < last.OutputShape[1]; y++)
            Assert.That(FirstSeen(model, rows: true, y), Is.EqualTo(Math.Max(0, startY + y * jumpY)), $"row {y}");
        for (int x = 0; x < last.OutputShape[2]; x++)
            Assert.That(FirstSeen(model, rows: false, x), Is.EqualTo(Math.Max(0, startX + x * jumpX)), $"column {x}");
        Assert.That((startY, startX), Is.EqualTo((-1, -3)), "1 row of padding; 2 columns, and 1 of the layer behind");
    }

    [Test]
    public void Of_PaddedAndCropped_MovesWhereOutputsBeginToSee()
    {
        var model = new Sequential<double>(Conv(3, 2), new Pad2d<double>((1, 0, 3, 2)), new Crop2d<double>((4, 1, 1, 0)), new Relu<double>());
        IReadOnlyList<LayerSummary> layers = ModelSummary.Of(model, new(1, Side, Side), 1).Layers;
        Assert.That(layers.Select(layer => layer.ReceptiveStart), Is.EqualTo(new Size2?[] { 0, (-6, -2), (-4, 6), null }));
        Assert.That(layers.Select(layer => layer.ReceptiveField), Is.EqualTo(new Size2?[] { 3, 3, 3, null }));
        Assert.That(layers.Select(layer => layer.Jump), Is.EqualTo(new Size2?[] { 2, 2, 2, null }));
    }

    private static readonly Module<double>[] _unsaid =
    [
        new Upsample<double>(scaleFactor: 1.5), new Upsample<double>(size: 50), new Upsample<double>(scaleFactor: 0.5),
        new Upsample<double>(scaleFactor: 2, mode: UpsampleMode.Bilinear, alignCorners: true), new Mean<double>(ImageAxes.Rows, keepDim: true),
        new Reshape<double>(1, 7, 175),
    ];

    [TestCaseSource(nameof(_unsaid))]
    public void Of_PixelsThatLieElsewhere_SaysNothing(Module<double> layer) => Assert.That(
        ModelSummary.Of(new Sequential<double>(Conv(3), layer, Conv(1)), new(1, Side, Side), 1).Layers.Select(one => one.ReceptiveField),
        Is.EqualTo(new Size2?[] { 3, null, null }));

    [Test]
    public void Of_OutputsThatSeeDifferently_SaysNoStart() =>
        Assert.That(ModelSummary.Of(new Sequential<double>(Up(3, 2)), new(1, Side, Side), 1).Layers[0].ReceptiveStart, Is.Null);

    [Test]
    public void Of_ConvTranspose_SaysItsSizeAndKeepsItAcrossActivations()
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 2, 3, 2, 1), new ConvTranspose2d<float>(2, 3, 4, 2, 1, 1, dilation: 2),
            new Relu<float>(), new Conv2d<float>(3, 1, 3));
        IReadOnlyList<LayerSummary> layers = ModelSummary.Of(model, new(1, 9, 9), 1).Layers;
        Assert.That(layers[1].SizeFormula, Is.EqualTo("(5 - 1)·2 - 2·1 + 2·(4 - 1) + 1 + 1 = 14"));
        Assert.That(layers.Select(layer => layer.ReceptiveField), Is.EqualTo(new Size2?[] { 3, 9, null, 11 }));
        Assert.That(layers.Select(layer => layer.Jump), Is.EqualTo(new Size2?[] { 2, 1, null, 1 }));
    }

    // The first row or column on which the outputs of a row or column depend.
    private static int FirstSeen(Sequential<double> model, bool rows, int at)
    {
        Tensor<double> output = model.Infer(LitOneByOne(rows));
        int height = output.Shape[2], width = output.Shape[3];
        return Enumerable.Range(0, Side).First(n => Enumerable.Range(0, rows ? width : height).Any(i =>
            output[n, 0, rows ? at : i, rows ? i : at] != 0));
    }

    // An image for each row or column, in which it alone is lit.
    private static Tensor<double> LitOneByOne(bool rows)
    {
        var images = new Tensor<double>(new(Side, 1, Side, Side));
        for (int n = 0; n < Side; n++)
            for (int i = 0; i < Side; i++) images[n, 0, rows ? n : i, rows ? i : n] = 1;
        return images;
    }

    // The most rows or columns from the first to the last on which one output depends.
    private static int Seen(Sequential<double> model, bool rows)
    {
        Tensor<double> output = model.Infer(LitOneByOne(rows));
        int most = 0, pixels = output.Length / Side;
        for (int p = 0; p < pixels; p++)
        {
            int[] lit = [.. Enumerable.Range(0, Side).Where(n => output.Span[n * pixels + p] != 0)];
            if (lit.Length > 0) most = Math.Max(most, lit[^1] - lit[0] + 1);
        }
        return most;
    }
}
