using NUnit.Framework;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Tests.Optimizers;

/// <summary>Options of optimisers and losses that are right as they are written, and nothing, one or infinite in float: refused, and taken in
/// double.</summary>
public sealed class OptionPrecisionTests
{
    private static readonly int[] _labels = [0, 1];
    private static readonly ParameterVector<float> Narrow = new Sequential<float>(new Linear<float>(3, 2)).ParameterVector;
    private static readonly ParameterVector<double> Wide = new Sequential<double>(new Linear<double>(3, 2)).ParameterVector;

    private static readonly TestCaseData[] Cases =
    [
        Case("Adam_Epsilon", () => new Adam<float>(Narrow, epsilon: 1e-46), () => new Adam<double>(Wide, epsilon: 1e-46), 1e-46),
        Case("AdamW_Epsilon", () => new AdamW<float>(Narrow, epsilon: 1e-46), () => new AdamW<double>(Wide, epsilon: 1e-46), 1e-46),
        Case("RmsProp_Epsilon", () => new RmsProp<float>(Narrow, epsilon: 1e-46), () => new RmsProp<double>(Wide, epsilon: 1e-46), 1e-46),
        Case("Adam_Beta1", () => new Adam<float>(Narrow, beta1: 1 - 1e-9), () => new Adam<double>(Wide, beta1: 1 - 1e-9), 1 - 1e-9),
        Case("Adam_Beta2", () => new Adam<float>(Narrow, beta2: 1 - 1e-9), () => new Adam<double>(Wide, beta2: 1 - 1e-9), 1 - 1e-9),
        Case("RmsProp_Alpha", () => new RmsProp<float>(Narrow, alpha: 1 - 1e-9), () => new RmsProp<double>(Wide, alpha: 1 - 1e-9), 1 - 1e-9),
        Case("Adam_LearningRate", () => new Adam<float>(Narrow, 1e39), () => new Adam<double>(Wide, 1e39), 1e39),
        Case("Sgd_WeightDecay", () => new Sgd<float>(Narrow, 1, weightDecay: 1e39), () => new Sgd<double>(Wide, 1, weightDecay: 1e39), 1e39),
        Case("Sgd_Momentum", () => new Sgd<float>(Narrow, 1, 1e39), () => new Sgd<double>(Wide, 1, 1e39), 1e39),
        Case("Sgd_Dampening", () => new Sgd<float>(Narrow, 1, 0.5, 1e39), () => new Sgd<double>(Wide, 1, 0.5, 1e39), 1e39),
        Case("RmsProp_Momentum", () => new RmsProp<float>(Narrow, momentum: 1e39), () => new RmsProp<double>(Wide, momentum: 1e39), 1e39),
        Case("Group_Decay", () => new ParameterGroup<float>([]) { WeightDecay = 1e39 }, () => new ParameterGroup<double>([]) { WeightDecay = 1e39 },
            1e39),
        Case("CrossEntropy_SmallWeight", () => new CrossEntropyLoss<float>([1, 1e-40]), () => new CrossEntropyLoss<double>([1, 1e-40]), 1e-40),
        Case("CrossEntropy_LargeWeight", () => new CrossEntropyLoss<float>([1, 1e39]), () => new CrossEntropyLoss<double>([1, 1e39]), 1e39),
        Case("CrossEntropy_Smoothing", () => new CrossEntropyLoss<float>(null, 1 - 1e-9), () => new CrossEntropyLoss<double>(null, 1 - 1e-9),
            1 - 1e-9),
        Case("Nll_SmallWeight", () => new NllLoss<float>([1e-40, 1]), () => new NllLoss<double>([1e-40, 1]), 1e-40),
        Case("Bce_LargeWeight", () => new BceWithLogitsLoss<float>([1e39]), () => new BceWithLogitsLoss<double>([1e39]), 1e39),
        Case("Huber_Delta", () => new HuberLoss<float>(1e-50), () => new HuberLoss<double>(1e-50), 1e-50),
        Case("SmoothL1_Beta", () => new SmoothL1Loss<float>(1e-50), () => new SmoothL1Loss<double>(1e-50), 1e-50),
        Case("SmoothL1_OneOverBeta", () => new SmoothL1Loss<float>(1e-40), () => new SmoothL1Loss<double>(1e-40), 1e40),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Constructor_RightOnlyInDouble_IsRefusedInFloat(Func<object> inFloat, Func<object> inDouble, double value)
    {
        ArgumentOutOfRangeException? exception = Assert.Throws<ArgumentOutOfRangeException>(() => inFloat());
        Assert.That((double)exception!.ActualValue!, Is.EqualTo(value).Within(1e-12).Percent);
        Assert.That(exception.Message, Does.Contain("Single"));
        Assert.That(() => inDouble(), Throws.Nothing);
    }

    [Test]
    public void Constructor_SaysWhatTheNumberIsThere() => Assert.That(() => new Adam<float>(Narrow, epsilon: 1e-46),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Adam: epsilon is 1E-46, which is 0 in Single; it must be finite and above 0 there too."));

    [Test]
    public void LearningRate_InfiniteInFloat_IsRefusedLater()
    {
        var optimizer = new Sgd<float>(Narrow, 1);
        Assert.That(() => optimizer.LearningRate = 1e39, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    // The smallest and largest weights that are taken, side by side: losses and gradients are numbers.
    [Test]
    public void ClassWeights_AtTheirEnds_GiveFiniteGradients([Values(1e-19, 1e19)] double weight, [Values] bool sum)
    {
        var loss = new CrossEntropyLoss<float>([weight, weight, 0]) { Reduction = sum ? Reduction.Sum : Reduction.Mean };
        var output = new Tensor<float>(new(2, 3), [1.5f, -40, 3, 0.25f, 2, 90]);
        var gradient = new Tensor<float>(output.Shape);
        Assert.That(double.IsFinite(loss.Compute(output, _labels, gradient)), Is.True);
        foreach (float g in gradient.Span) Assert.That(float.IsFinite(g), Is.True);
        if (!sum) Assert.That(gradient[0, 2], Is.EqualTo(0.5f * Math.Exp(3) / (Math.Exp(1.5) + Math.Exp(3))).Within(1e-5f));
    }

    private static TestCaseData Case(string name, Func<object> inFloat, Func<object> inDouble, double value) =>
        new TestCaseData(inFloat, inDouble, value).SetName($"Constructor_{name}_IsRefusedInFloat");
}
