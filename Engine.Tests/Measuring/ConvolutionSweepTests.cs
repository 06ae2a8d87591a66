using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Tests.Measuring;

[Category("Slow")]
public sealed class ConvolutionSweepTests
{
    [Test]
    public void Run_ThreeShapes_TimesEveryAlgorithmBothWays()
    {
        List<SweepResult> results = [.. ConvolutionSweep.Run(count: 3, seed: 5, seconds: 0)];
        Assert.That(results.Select(result => result.Direction), Is.EqualTo(["forward", "backward", "forward", "backward", "forward", "backward"]));
        foreach (SweepResult result in results)
        {
            Assert.That(result.Seconds.Keys, Is.SupersetOf(new[] { ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels,
                ConvolutionAlgorithm.Im2Col }));
            Assert.That(result.Seconds.Values, Has.All.Positive);
            Assert.That(result.Chosen, Is.Not.Empty.And.SubsetOf(result.Seconds.Keys));
            if (result.Chosen.Count == 1) Assert.That(result.ChosenSeconds, Is.EqualTo(result.Seconds[result.Chosen[0]]).Within(1e-9).Percent);
            Assert.That(result.Ratio, Is.EqualTo(result.ChosenSeconds / result.Seconds.Values.Min()));
        }
    }

    [Test]
    public void Draw_SameSeed_IsTheSameShapes()
    {
        RandomGenerator one = new(7), other = new(7);
        for (int i = 0; i < 20; i++) Assert.That(ConvolutionSweep.Draw(one), Is.EqualTo(ConvolutionSweep.Draw(other)));
    }

    [Test]
    public void Draw_ManyShapes_AreValidAndOfEveryKind()
    {
        var random = new RandomGenerator(1);
        List<SweepShape> shapes = [.. Enumerable.Range(0, 500).Select(_ => ConvolutionSweep.Draw(random))];
        foreach (SweepShape shape in shapes)
        {
            Conv2dGeometry g = shape.Geometry;
            Assert.That(() => new Conv2d<float>(shape.InChannels, shape.OutChannels, shape.Kernel, shape.Stride, shape.Padding, shape.Dilation,
                shape.Groups).Geometry(g.InputShape), Throws.Nothing);
            Assert.That(shape.Batch * g.MultiplyAdds, Is.LessThanOrEqualTo(200_000_000));
        }
        Assert.That(shapes.Select(shape => shape.Kernel).Distinct(), Is.EquivalentTo(Enumerable.Range(1, 7)));
        Assert.That(shapes.Select(shape => shape.Stride).Distinct(), Is.EquivalentTo(Enumerable.Range(1, 3)));
        Assert.That(shapes.Select(shape => shape.Dilation).Distinct(), Is.EquivalentTo(Enumerable.Range(1, 3)));
        Assert.That(shapes.Count(shape => shape.Groups > 1 && shape.Groups == shape.InChannels), Is.GreaterThan(20));
        Assert.That(shapes.Count(shape => shape.Groups > 1 && shape.Groups < shape.InChannels), Is.GreaterThan(20));
        Assert.That(shapes.Min(shape => shape.Batch), Is.EqualTo(1));
        Assert.That(shapes.Max(shape => shape.Batch), Is.InRange(100, 128));
    }

    [Test]
    public void ToString_OfAShape_LeavesOutWhatIsUsual()
    {
        Assert.That($"{new SweepShape(8, 64, 128, 28, 30, 3, 2, 1, 2, 4)}", Is.EqualTo("n8 64→128 28x30 k3 s2 p1 d2 g4"));
        Assert.That($"{new SweepShape(1, 1, 2, 3, 3, 1, 1, 0, 1, 1)}", Is.EqualTo("n1 1→2 3x3 k1"));
    }
}
