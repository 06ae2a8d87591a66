using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Measuring;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>What more threads bring, on paper: no step of a named model is left to one thread while fifteen others wait for long.</summary>
public sealed class ScalingTests
{
    private static IEnumerable<string> Small => NamedModels.Small.Append("resnet9-wide");

    [TestCaseSource(nameof(Small))]
    public void DescribePlan_AsManyBlocksAsThreads_NoStepIsLeftToOneThread(string name) => Check(name, new(1, 28, 28), 16 * Lanes.Count);

    [TestCase("wide")]
    [TestCase("deep")]
    [TestCase("resnet9")]
    [TestCase("resnet9-wide")]
    [TestCase("densenet-mini")]
    [TestCase("unet-mini")]
    public void DescribePlan_FourBlocks_NoStepIsLeftToOneThread(string name) => Check(name, new(1, 28, 28), 4 * Lanes.Count);

    [TestCase("resnet18", 32)]
    [TestCase("resnet18", 224)]
    [TestCase("resnet34", 224)]
    [TestCase("resnet50", 224)]
    [TestCase("mobilenet-v2", 224)]
    [TestCase("squeezenet1_1", 224)]
    [TestCase("vgg11", 224)]
    [TestCase("unet-mini", 224)]
    public void DescribePlan_OneBlock_NoStepIsLeftToOneThread(string name, int size) => Check(name, new(3, size, size), Lanes.Count);

    [TestCase(1, false)]
    [TestCase(8, true)]
    public void DescribePlan_FewLargeImages_NoStepIsLeftToOneThread(int images, bool training)
    {
        PlanScaling sixteen = PixelNetwork.Build(21).DescribePlan(new(3, 256, 256), images, training).Scaling.Single(with => with.Threads == 16);
        Assert.That(sixteen.Share, Is.LessThan(0.01), $"{sixteen.Step}: {sixteen.Share:P1} of the time; {sixteen.Speedup:F1} times one thread");
    }

    [Test]
    public void DescribePlan_OneImage_SaysWhichStepsOneThreadDoes()
    {
        PlanScaling with = Model("lesson").DescribePlan(new(1, 28, 28), 1, training: true).Scaling[^1];
        Assert.That(with.Speedup, Is.LessThan(2));
        Assert.That(with.Share, Is.GreaterThan(0).And.LessThanOrEqualTo(with.Alone));
        Assert.That(with.Step, Does.Match("^(forward|backward) Conv2d [0-9]"));
    }

    private static void Check(string name, Shape image, int batch)
    {
        IReadOnlyList<PlanScaling> scaling = Model(name, image).DescribePlan(image, batch, training: true).Scaling;
        PlanScaling two = scaling.Single(with => with.Threads == 2), sixteen = scaling.Single(with => with.Threads == 16);
        Assert.That(two.Speedup, Is.InRange(1.9, 2.0 + 1e-9));
        Assert.That(sixteen.Share, Is.LessThan(0.01), $"{sixteen.Step}: {sixteen.Share:P1} of the time; {sixteen.Speedup:F1} times one thread");
    }

    private static Model<float> Model(string name, Shape? image = null) => ModelCatalog.Build<float>(name, image ?? new(1, 28, 28), 10);
}
