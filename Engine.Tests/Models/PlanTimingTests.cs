using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

public sealed class PlanTimingTests
{
    private static readonly Shape Image = new(2, 9, 7);

    [Test]
    public void Measure_TrainingOrUse_TimesEveryStepAndLeavesTheParameters([Values] bool training, [Values(1, 2)] int threads)
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(2, 5, 3), new BatchNorm2d<float>(5), new Relu<float>(),
            new GlobalAvgPool<float>()], threads);
        float[] before = [.. model.ParameterVector.Values.Span];
        var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(Image.Prepend(70), 2), Enumerable.Range(0, 70).Select(n => n % 5).ToArray());
        PlanDescription plan = PlanTiming.Measure(model, batch, training ? (Losses<float>)new CrossEntropyLoss<float>() : null, runs: 2);
        Assert.That(plan.Steps.Select(step => step.Action), Is.EqualTo(model.DescribePlan(Image, 70, training).Steps.Select(step => step.Action)));
        Assert.That(plan.Milliseconds, Has.Count.EqualTo(plan.Steps.Count).And.All.GreaterThanOrEqualTo(0));
        Assert.That(plan.Milliseconds!.Sum(), Is.Positive);
        Assert.That(model.ParameterVector.Values.Span.ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void Measure_NoRun_IsRefused()
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(2, 5, 3)]);
        Assert.That(() => PlanTiming.Measure(model, new TensorBatch<float>(new(Image.Prepend(1))), null, 0),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
