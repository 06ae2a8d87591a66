using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>What is asked of a model works for one of several inputs, too: summary, plan, timing, first weights.</summary>
public sealed class SeveralInputsTests
{
    private static readonly Shape[] _inputs = [new(3, 7, 5), new(4)];
    private static readonly string[] _names = ["image", "numbers"], _layers = ["conv", "gate", "head"];

    [Test]
    public void Summary_TwoInputs_ShowsBothAndCountsAllLayers()
    {
        ModelSummary summary = ModelSummary.Of(Build(), 40, _inputs);
        Assert.Multiple(() =>
        {
            Assert.That(summary.Inputs, Is.EqualTo(_inputs));
            Assert.That(summary.Weights, Is.EqualTo(3 * 6 * 9 + 4 * 6 + 6 * 2));
            Assert.That(summary.MultiplyAdds, Is.EqualTo(3 * 6 * 9 * 35 + 4 * 6 + 6 * 2));
            Assert.That(summary.ToString(), Does.Contain("\ninput ").And.Contain(" 3x7x5\n").And.Match("\ninput +4\n"));
        });
    }

    [Test]
    public void ToString_ModelThatSawTwoInputs_IsTheirTable()
    {
        Model<double> model = Build();
        model.ForwardAll([.. Batch(3)]);
        Assert.That(ModelSummary.Of(model, 1, _inputs).ToString(), Does.StartWith($"{model}\nmemory"));
    }

    [Test]
    public void DescribePlan_TwoInputs_LoadsBoth([Values] bool training)
    {
        PlanDescription plan = Build().DescribePlan(40, training, _inputs);
        Assert.Multiple(() =>
        {
            Assert.That(plan.Inputs, Is.EqualTo(_inputs));
            Assert.That(plan.Steps.Where(step => step.Action == "load").SelectMany(step => step.Writes), Is.EquivalentTo(_names));
            Assert.That(plan.Scaling, Is.Not.Empty);
        });
    }

    [Test]
    public void DescribePlan_OneInputOfTwo_SaysSo() =>
        Assert.That(() => Build().DescribePlan(_inputs[0], 40, training: true), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("2"));

    [Test]
    public void Measure_TwoInputs_TimesEveryStep()
    {
        Tensor<double>[] inputs = Batch(5);
        int[] labels = [0, 1, 1, 0, 1];
        var batch = new JoinedBatch<double>([new TensorBatch<double>(inputs[0], labels), new TensorBatch<double>(inputs[1])]);
        PlanDescription plan = PlanTiming.Measure(Build(), batch, new CrossEntropyLoss<double>(), runs: 2);
        Assert.That(plan.Milliseconds, Has.Count.EqualTo(plan.Steps.Count));
        Assert.That(plan.Inputs, Is.EqualTo(_inputs));
    }

    [Test]
    public void Lsuv_TwoInputs_GivesEveryLayerMean0AndDeviation1()
    {
        Model<double> model = Build();
        IReadOnlyList<LsuvLayer> layers = Lsuv.Run(model, Batch(50));
        Assert.That(layers.Select(layer => layer.Path), Is.EqualTo(_layers));
        foreach (LsuvLayer layer in layers)
        {
            Assert.That(layer.Mean, Is.Zero.Within(0.05), layer.Path);
            Assert.That(layer.Deviation, Is.EqualTo(1).Within(0.05), layer.Path);
        }
    }

    // An image, whose channels are weighed by numbers beside it.
    private static Model<double> Build()
    {
        Value<double> image = new("image"), numbers = new("numbers");
        Value<double> pixels = new Conv2d<double>(3, 6, 3, padding: 1) { Path = "conv" }.Connect(image);
        Value<double> mean = new Flatten<double>().Connect(new AdaptiveAvgPool2d<double>(1).Connect(pixels));
        Value<double> weighed = mean * new Linear<double>(4, 6) { Path = "gate" }.Connect(numbers);
        var model = new Model<double>([image, numbers], [new Linear<double>(6, 2) { Path = "head" }.Connect(weighed)]);
        RandomModel.Fill(model, 3);
        return model;
    }

    private static Tensor<double>[] Batch(int images) =>
        [.. _inputs.Select((shape, i) => RandomTensors.Tensor<double>(shape.Prepend(images), 20 + i))];
}
