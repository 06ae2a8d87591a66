using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Layers that go together through an image, band by band, give the bits that they give one after the other, whoever makes a band; and what
/// lies between them takes the memory of a few rows.</summary>
[Category("Slow")]
public sealed class BandsTests
{
    private static readonly Shape Image = new(3, 131, 117);

    private static IEnumerable<TestCaseData> Models()
    {
        TestCaseData Case(string name, int layers, Func<Module<double>[]> make) => new TestCaseData(make, layers).SetArgDisplayNames(name);

        yield return Case("expand, depthwise, project", 3, () => [Conv(3, 17, 1), new Relu6<double>(), Depthwise(17, 3), new Relu<double>(),
            Conv(17, 5, 1)]);
        yield return Case("strides, padding and dilation apart", 3, () =>
        [
            new Conv2d<double>(3, 18, (4, 3), (1, 1), new Edges(2, 1, 0, 2)) { Algorithm = ConvolutionAlgorithm.Channels }, new Gelu<double>(),
            new Conv2d<double>(18, 18, (3, 5), (2, 1), (4, 2), (3, 1), 18) { Algorithm = ConvolutionAlgorithm.Channels }, new LeakyRelu<double>(0.2),
            new Conv2d<double>(18, 7, (2, 3), (3, 2), 1) { Algorithm = ConvolutionAlgorithm.Channels },
        ]);
        yield return Case("windows apart", 2, () => [Conv(3, 16, 1), new Conv2d<double>(16, 9, 2, 3) { Algorithm = ConvolutionAlgorithm.Channels }]);
        yield return Case("pooling at the end", 2, () => [Conv(3, 17, 1), new Relu<double>(), new MaxPool2d<double>(3, 2, 1)]);
        yield return Case("pooling between, dilated, the last window hangs over", 3, () => [Conv(3, 19, 1),
            new MaxPool2d<double>((2, 3), (2, 1), (1, 0), dilation: (2, 1), ceilMode: true), Conv(19, 4, 1)]);
        yield return Case("average pooling between, which leaves the padding out", 3, () => [Conv(3, 19, 1),
            new AvgPool2d<double>((2, 3), (2, 1), (1, 0), ceilMode: true, countIncludePad: false), Conv(19, 4, 1)]);
        yield return Case("groups", 2, () => [Conv(3, 18, 1),
            new Conv2d<double>(18, 27, 3, padding: 1, groups: 3) { Algorithm = ConvolutionAlgorithm.Channels }]);
        yield return Case("a shortcut is added at last", 3, () => [new Residual<double>(new Sequential<double>(Conv(3, 20, 1), new Relu<double>(),
            Depthwise(20, 5), new Relu6<double>(), Conv(20, 3, 1))), new Relu<double>()]);
    }

    [TestCaseSource(nameof(Models))]
    public void Forward_BandByBand_GivesTheBitsOfWholeValues(Func<Module<double>[]> make, int layers)
    {
        Model<double> model = RandomModel.Of(1, make());
        Assert.That(Joined(model), Is.EqualTo(layers));
        foreach (int images in new[] { 1, 3 })
        {
            double[] whole = Outputs(RandomModel.Of(1, make()), images, looks: true);
            foreach (int threads in new[] { 1, 2, 3, 8 })
                Assert.That(Outputs(RandomModel.Of(1, make(), threads), images, looks: false), Is.EqualTo(whole),
                    $"{images} images, {threads} threads");
        }
    }

    [Test]
    public void Forward_MoreBlocksThanThreads_GivesTheBitsOfOneThread()
    {
        Module<double>[] make() => [Conv(3, 17, 1), new Relu6<double>(), Depthwise(17, 3), new AdaptiveAvgPool2d<double>(2)];
        double[] one = Outputs(RandomModel.Of(1, make()), 70, looks: false);
        Assert.That(Outputs(RandomModel.Of(1, make(), 2), 70, looks: false), Is.EqualTo(one));
    }

    [Test]
    public void Plan_BandByBand_KeepsAFewRowsOfWhatLiesBetween()
    {
        Model<double> model = RandomModel.Of(1, [Conv(3, 17, 1), new Relu6<double>(), Depthwise(17, 3), Conv(17, 5, 1)]);
        Plan<double> plan = model.RunnerFor(Image).PlanFor(PlanGoal.Infer(1));
        Bands<double> bands = plan.Steps.First(step => step.Bands is not null).Bands!;
        PlanValue<double>[] between = [.. bands.Steps.SkipLast(1).Select(step => step.Output!)],
            whole = [bands.Steps[0].Inputs[0], bands.Steps[^1].Output!];
        Assert.That(between.Sum(value => value.Length(1)), Is.LessThan(between.Sum(value => value.Shape.Length) / 2));
        PlanValue<double>[] all = [.. between, .. whole];
        foreach (PlanValue<double> a in all)
            foreach (PlanValue<double> b in all.Where(b => b != a))
                Assert.That(a.Offset + a.Length(1) <= b.Offset || b.Offset + b.Length(1) <= a.Offset, $"{a} and {b} lie in one place");
    }

    [Test]
    public void Plan_SmallValuesOrWhatIsReadTwice_GoesLayerByLayer()
    {
        Assert.That(Joined(RandomModel.Of(1, [Conv(3, 4, 1), Depthwise(4, 3)])), Is.Zero, "small");
        Assert.That(Joined(RandomModel.Of(1, [Conv(3, 17, 1), new Residual<double>(Depthwise(17, 3))])), Is.Zero, "read twice");
        Module<double> reflects = new Conv2d<double>(17, 4, 3, padding: 1, paddingMode: PaddingMode.Reflect)
        {
            Algorithm = ConvolutionAlgorithm.Channels,
        };
        Assert.That(Joined(RandomModel.Of(1, [Conv(3, 17, 1), reflects])), Is.Zero, "rows from elsewhere");
    }

    [Test]
    public void Infer_WarmBandByBand_AllocatesNothing()
    {
        Model<double> model = RandomModel.Of(1, [Conv(3, 17, 1), Depthwise(17, 3), new AdaptiveAvgPool2d<double>(1)]);
        Assert.That(Joined(model), Is.EqualTo(2));
        var predictor = new Predictor<double>(model, Image);
        double[] pixels = RandomTensors.Values<double>(Image.Length, 5), output = new double[17];
        long before = 0;
        for (int i = 0; i < 40; i++)
        {
            if (i == 35) before = GC.GetAllocatedBytesForCurrentThread();
            predictor.Infer(pixels, output);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static Conv2d<double> Conv(int from, int to, int kernel) => new(from, to, kernel) { Algorithm = ConvolutionAlgorithm.Channels };

    private static Conv2d<double> Depthwise(int channels, int kernel) =>
        new(channels, channels, kernel, padding: kernel / 2, groups: channels) { Algorithm = ConvolutionAlgorithm.Channels };

    /// <summary>The most layers that go together.</summary>
    private static int Joined(Model<double> model) => model.RunnerFor(Image).PlanFor(PlanGoal.Infer(1)).MostBands;

    private static double[] Outputs(Model<double> model, int images, bool looks)
    {
        if (looks) model.Observers.Add(new Looker<double>());
        return [.. model.Forward(RandomTensors.Tensor<double>(Image.Prepend(images), 2)).Span];
    }
}
