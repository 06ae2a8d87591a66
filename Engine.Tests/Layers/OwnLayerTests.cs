using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.OwnLayers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Layers;

/// <summary>The layers of docs/own-layers, an assembly that sees nothing but the public API, and functions with parameters: they are layers like any
/// other.</summary>
public sealed class OwnLayerTests
{
    [Test]
    public void WeightedSum_OfThreeBranches_IsTheGradient([Values(2, 35)] int images, [Values] SimdWidth width)
    {
        Model<double> model = Pyramid<double>(width);
        RandomModel.Fill(model, 1);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 3, 5, 3), 2), new() { Sample = 60 }));
    }

    [Test]
    public void WeightedSum_BesideChannelsLast_LetsFillingNotCount()
    {
        foreach (Layout layout in Enum.GetValues<Layout>()) Assert.That(new WeightedSum<float>(2).Knows(layout, [new(3, 5, 3), new(3, 5, 3)]));
        Model<float> single = Pyramid<float>(Processor.Widest);
        Model<double> twice = Pyramid<double>(Processor.Widest);
        RandomModel.Fill(single, 3);
        RandomModel.Fill(twice, 3);
        Tensor<float> output = single.Forward(RandomTensors.Tensor<float>(new(1, 3, 5, 3), 4));
        TensorAssert.CloseToLargest(output.Cast<double>(), twice.Forward(RandomTensors.Tensor<double>(new(1, 3, 5, 3), 4)), 1e-5, "output");
        single.Backward(RandomTensors.Tensor<float>(output.Shape, 5));
        twice.Backward(RandomTensors.Tensor<double>(output.Shape, 5));
        TensorAssert.CloseToLargest(single.ParameterVector.Gradients.Cast<double>(), twice.ParameterVector.Gradients, 1e-5, "gradients");
    }

    [Test]
    public void WeightedSum_WrongValues_SaysBothNumbers()
    {
        Assert.That(() => new WeightedSum<float>(3).OutputShapeFor([new(2), new(2)]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("WeightedSum: 2 values are connected, weight takes 3."));
        Assert.That(() => new WeightedSum<float>(2).OutputShapeFor([new(2), new(3)]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.StartsWith("WeightedSum: the values are [2] and [3]."));
    }

    [Test]
    public void ChannelGain_InsideAModel_IsTheGradient([Values(2, 35)] int images)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(2, 3, (3, 2)), new ChannelGain<double>(3), new Relu<double>(),
            new Flatten<double>(), new Linear<double>(18, 2)]);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 5, 3), 2), new() { Sample = 40 }));
        Assert.That(model.NamedParameters().Select(named => named.Name), Does.Contain("1.gain"));
    }

    [Test]
    public void Predictor_OfAModelThatLearnsOn_KeepsTheNumbersItWasMadeWith([Values(false, true)] bool byFunctions)
    {
        Layer<float> gain = byFunctions ? Gain<float>(1.5f) : new ChannelGain<float>(2);
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 2, 3), gain, new Flatten<float>(), new Linear<float>(18, 2)]);
        Tensor<float> image = RandomTensors.Tensor<float>(new(1, 1, 5, 5), 2), before = model.Infer(image);
        var predictor = new Predictor<float>(model, new(1, 5, 5));
        gain.Parameters[0].Value.Scale(3);
        var output = new float[2];
        predictor.Infer(image.Span, output);
        TensorAssert.CloseToLargest(new Tensor<float>(new(1, 2), output), before, 1e-5);
    }

    [Test]
    public void Lambda_WithAParameter_IsTheGradient([Values(1, 3, 35)] int images)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(2, 3, 1), Gain(0.7), new Tanh<double>(), Gain(-0.4)]);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 3, 2), 2), new() { Sample = 60 }));
        Assert.That(model.NamedParameters().Select(named => named.Name), Is.EqualTo(["0.weight", "0.bias", "1.gain", "3.gain"]));
    }

    [Test]
    public void Lambda_Frozen_AddsNothing()
    {
        Lambda<double> gain = Gain(0.7);
        Model<double> model = RandomModel.Of<double>(1, [new Linear<double>(3, 2), gain]);
        gain.Parameters[0].Frozen = true;
        model.Backward(model.Forward(RandomTensors.Tensor<double>(new(3, 3), 2)));
        Assert.That((gain.Parameters[0].Gradient.Span[0], model.ParameterVector.Gradients.MaxMagnitude() > 0), Is.EqualTo((0.0, true)));
    }

    [Test]
    public void Initialize_LambdaThatHasLearned_StartsAsItWasMade()
    {
        Lambda<float> gain = Gain(0.7f);
        var model = new Sequential<float>(gain);
        gain.Parameters[0].Value.Fill(5);
        model.Initialize(Initialization.Default, 1);
        Assert.That(gain.Parameters[0].Value.Span[0], Is.EqualTo(0.7f));
    }

    [Test]
    public void Lambda_ParameterThatItDidNotName_SaysSo()
    {
        var stranger = new Parameter<float>("stranger", new(new Shape(1)));
        var layer = new Lambda<float>("Wrong", [], (x, p) => x.Clone().Scale(p.Values(stranger).Span[0]), (x, dy, _) => dy, shape => shape);
        Assert.That(() => new Sequential<float>(layer).Infer(new(new(1, 2))),
            Throws.InvalidOperationException.With.Message.EqualTo("parameter 'stranger': it is not one of the layer's 0 Parameters. Name it among "
                + "them."));
    }

    [Test]
    public void Fit_LambdaWithAParameter_Learns()
    {
        Lambda<float> gain = Gain(0.1f);
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(16, 12), new Tanh<float>(), gain,
            new Linear<float>(12, 3)) { Threads = 2 };
        Dataset data = SyntheticData.Images(64, new(1, 4, 4), classes: 3, seed: 12);
        var recorder = new Recorder<float>(new Accuracy<float>());
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.3), SyntheticData.Batches<float>(data, 16,
            shuffleSeed: 13), callbacks: recorder).Fit(40);
        Assert.That(recorder.Epochs[^1].TrainLoss, Is.LessThan(0.3 * recorder.Epochs[0].TrainLoss));
        Assert.That(Math.Abs(gain.Parameters[0].Value.Span[0]), Is.GreaterThan(0.5f));
    }

    private static Lambda<T> Gain<T>(T first) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var gain = new Parameter<T>("gain", new Tensor<T>(new Shape(1), [first]));
        return new("Gain", [gain], (x, p) => x.Clone().Scale(p.Values(gain).Span[0]), (x, dy, p) =>
        {
            if (p.Wants(gain)) p.Gradient(gain).Span[0] += x.Dot(dy);
            return dy.Clone().Scale(p.Values(gain).Span[0]);
        });
    }

    private static Model<T> Pyramid<T>(SimdWidth width) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var x = new Value<T>();
        Value<T> a = new Conv2d<T>(3, 7, 1).Connect(x), b = new Tanh<T>().Connect(a), c = new Conv2d<T>(3, 7, 3, padding: 1).Connect(x);
        return new(x, new Conv2d<T>(7, 2, 1).Connect(new WeightedSum<T>(3).Connect(a, b, c))) { Width = width };
    }
}
