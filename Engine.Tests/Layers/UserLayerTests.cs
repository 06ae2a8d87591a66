using System.Numerics;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Layers;

/// <summary>What a user does with a layer of their own: check its gradient, compare precisions, train it inside a model.</summary>
public sealed class UserLayerTests
{
    [Test]
    public void ScaledTanh_AtEveryWidth_HasCorrectGradient([Values] SimdWidth width)
    {
        Model<double> model = RandomModel.Of<double>(1, [new ScaledTanh<double>()], width: width);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(3, 2, 5, 3), 2)));
    }

    [Test]
    public void ScaledTanh_InsideAModelOfSeveralBlocks_HasCorrectGradient()
    {
        Model<double> model = RandomModel.Of<double>(3,
            [new Conv2d<double>(1, 3, (3, 2), bias: false), new BatchNorm2d<double>(3), new ScaledTanh<double>(), new Relu<double>(),
                new Flatten<double>(), new Linear<double>(18, 3)]);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(35, 1, 5, 3), 4), new() { Sample = 50 }));
    }

    [Test]
    public void ScaledTanhOfTensors_InsideAModel_HasCorrectGradient()
    {
        Model<double> model = RandomModel.Of<double>(5, [new Conv2d<double>(1, 3, (3, 2)), new ScaledTanhOfTensors<double>(1.7), new Relu<double>(),
            new Flatten<double>()]);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(3, 1, 5, 3), 6)));
    }

    [TestCase(0.0, 0.0)]
    [TestCase(1000.0, 1.7)]
    [TestCase(-1000.0, -1.7)]
    public void ScaledTanh_AtItsEnds_IsExact(double x, double expected)
    {
        var layer = new ScaledTanh<float>();
        var model = new Sequential<float>(layer);
        layer.Scale.Value.Span[0] = 1.7f;
        Assert.That(model.Infer(new(new(1, 1), [(float)x])).Span[0], Is.EqualTo((float)expected));
    }

    [Test]
    public void ScaledTanh_BothFaces_GiveTheSame()
    {
        var layer = new ScaledTanh<double>();
        var lanes = new Sequential<double>(layer);
        layer.Scale.Value.Span[0] = 1.7;
        var tensors = new Sequential<double>(new ScaledTanhOfTensors<double>(1.7));
        Tensor<double> input = RandomTensors.Tensor<double>(new(35, 2, 3), 7), gradOutput = RandomTensors.Tensor<double>(new(35, 2, 3), 8);
        TensorAssert.Close(lanes.Forward(input), tensors.Forward(input), 1e-14, 1e-15, "output");
        TensorAssert.Close(lanes.Backward(gradOutput), tensors.Backward(gradOutput), 1e-13, 1e-15, "gradInput");
    }

    [Test]
    public void ScaledTanh_InFloat_AgreesWithDouble()
    {
        Tensor<float> input = RandomTensors.Tensor<float>(new(35, 2, 3), 9), gradOutput = RandomTensors.Tensor<float>(new(35, 2, 3), 10);
        Model<float> single = RandomModel.Of<float>(11, [new ScaledTanh<float>()]);
        Model<double> twice = RandomModel.Of<double>(11, [new ScaledTanh<double>()]);
        TensorAssert.CloseToLargest(single.Forward(input).Cast<double>(), twice.Forward(input.Cast<double>()), 1e-6, "output");
        TensorAssert.CloseToLargest(single.Backward(gradOutput).Cast<double>(), twice.Backward(gradOutput.Cast<double>()), 1e-6, "gradInput");
        TensorAssert.CloseToLargest(single.ParameterVector.Gradients.Cast<double>(), twice.ParameterVector.Gradients, 1e-6, "gradScale");
    }

    [Test]
    public void ScaledTanh_TrainedInsideAModel_LearnsItsScale()
    {
        LearnsItsScale<float>();
        LearnsItsScale<double>();
    }

    private static void LearnsItsScale<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tanh = new ScaledTanh<T>();
        var model = new Sequential<T>(new Flatten<T>(), new Linear<T>(16, 12), tanh, new Linear<T>(12, 3));
        Dataset data = SyntheticData.Images(64, new(1, 4, 4), classes: 3, seed: 12);
        var recorder = new Recorder<T>(new Accuracy<T>());
        var learner = new Learner<T>(model, new CrossEntropyLoss<T>(), new Sgd<T>(model.ParameterVector, 0.3), SyntheticData.Batches<T>(data, 16,
            shuffleSeed: 13), callbacks: recorder);
        learner.Fit(40);
        Assert.That(recorder.Epochs[^1].TrainLoss, Is.LessThan(0.1 * recorder.Epochs[0].TrainLoss));
        Assert.That(double.CreateChecked(tanh.Scale.Value.Span[0]), Is.GreaterThan(1.2), "the scale has grown");
    }
}
