using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>A training step has no steps back for what does not learn.</summary>
public sealed class FrozenStepTests
{
    private static Sequential<float> Model => RandomModel.Of<float>(1, [new Conv2d<float>(1, 3, (3, 2)), new BatchNorm2d<float>(3),
        new Relu<float>(), new Conv2d<float>(3, 5, (2, 3)), new BatchNorm2d<float>(5), new Flatten<float>(), new Linear<float>(60, 4)]);

    [Test]
    public void Plan_OnlyTheLastLayerLearns_GoesBackThroughNoOther()
    {
        Sequential<float> model = Model;
        model.Freeze("0.*", "1.*", "3.*", "4.*");
        Assert.That(Back(model), Is.EqualTo(["loss ", "backward Linear 6", "reduce "]));
    }

    [Test]
    public void Plan_ALayerBetweenIsFrozen_HandsTheGradientOn()
    {
        Sequential<float> model = Model;
        model.Freeze("0.*", "3.*", "4.*", "6.*");
        Assert.That(Back(model), Is.EqualTo(["loss ", "backward Linear 6", "gather gradient BatchNorm2d 4", "combine gradient BatchNorm2d 4",
            "backward BatchNorm2d 4", "backward Conv2d 3", "gather gradient BatchNorm2d 1", "combine gradient BatchNorm2d 1",
            "backward BatchNorm2d 1, Relu", "reduce "]));
    }

    // What is between layouts, or made again, follows from the width of vectors.
    private static IEnumerable<string> Back(Sequential<float> model) => model.DescribePlan(new(1, 7, 6), 3, training: true).Steps
        .SkipWhile(step => step.Action != "loss")
        .Where(step => !step.IsView && step.Action != "repeat" && !step.Layer.StartsWith("Convert", StringComparison.Ordinal))
        .Select(step => $"{step.Action} {step.Layer}");
}
