using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class FittedTextTests
{
    [TestCase("layer1.0.conv1 Conv2d", 40, "layer1.0.conv1 Conv2d")]
    [TestCase("layer1.0.conv1 Conv2d", 16, "layer1.0.conv1|    Conv2d")]
    [TestCase("layer1.0.downsample.1", 12, "layer1.0.|    downsamp|    le.1")]
    [TestCase("layer1.0.downsample.1", 16, "layer1.0.|    downsample.1")]
    [TestCase("Conv2d", 6, "Conv2d")]
    [TestCase("", 6, "")]
    public void Folded_Name_BreaksAtASpaceElseAfterADot(string name, int room, string expected) =>
        Assert.That(string.Join('|', FittedText.Folded(name, room)), Is.EqualTo(expected));

    [TestCase("forward", 7, "forward", "forward")]
    [TestCase("forward", 4, "for…", "…ard")]
    public void Short_Name_KeepsItsBeginningAPathItsEnd(string name, int room, string beginning, string end)
    {
        Assert.That(FittedText.Short(name, room), Is.EqualTo(beginning));
        Assert.That(FittedText.ShortPath(name, room), Is.EqualTo(end));
    }

    [TestCase(0.5, "0.5000")]
    [TestCase(3.1e19, "3.100E+19")]
    [TestCase(double.NaN, "NaN")]
    public void Loss_OfADivergingTraining_IsShort(double loss, string expected) => Assert.That(LossText.Of(loss), Is.EqualTo(expected));
}
