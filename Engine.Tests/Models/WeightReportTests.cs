using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Models;

public sealed class WeightReportTests
{
    [Test]
    public void Of_Model_ListsWeightsWithTheirFans()
    {
        var model = new Sequential<float>(new Conv2d<float>(6, 8, (3, 2), groups: 2), new BatchNorm2d<float>(8), new ConvTranspose2d<float>(8, 4, 2),
            new Flatten<float>(), new Linear<float>(16, 5));
        Assert.That(WeightReport.Of(model).Select(row => (row.Name, row.Type, row.Fans)), Is.EqualTo(new[]
        {
            ("0.weight", "Conv2d", new Fans(3 * 3 * 2, 8 * 3 * 2)), ("2.weight", "ConvTranspose2d", new Fans(4 * 2 * 2, 8 * 2 * 2)),
                ("4.weight", "Linear", new Fans(16, 5)),
        }));
    }

    [Test]
    public void ExpectedDeviation_EveryRecipe_IsWhatInitializeDraws([Values] Initialization initialization)
    {
        var model = new Sequential<float>(new Conv2d<float>(16, 64, 3), new ConvTranspose2d<float>(64, 16, (3, 5)), new Flatten<float>(),
            new Linear<float>(400, 30));
        model.Initialize(initialization, seed: 3);
        foreach (WeightReport row in WeightReport.Of(model)) Assert.That(row.Deviation,
            Is.EqualTo(row.ExpectedDeviation(initialization)).Within(3).Percent, row.Name);
    }

    [Test]
    public void Initialize_Recipes_LeaveNoBiasButPyTorchs([Values] Initialization initialization)
    {
        var layer = new ConvTranspose2d<float>(4, 3, 3);
        new Sequential<float>(layer).Initialize(initialization, seed: 3);
        Assert.That(layer.Bias!.Value.MaxMagnitude() == 0, Is.EqualTo(initialization != Initialization.Default));
    }

    [Test]
    public void Fans_OneAxis_Throws()
    {
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => Fans.Of(new(3)));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(0, 0), new Shape(3))));
    }
}
