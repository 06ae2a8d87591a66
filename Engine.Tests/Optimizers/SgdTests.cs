using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Optimizers;

public sealed class SgdTests
{
    private static Model<double> Model() => RandomModel.Of<double>(1, [new Linear<double>(23, 19), new BatchNorm2d<double>(3, affine: false),
        new Linear<double>(2, 3)]);

    [TestCase(0.3, 0, 0, 0, false)]
    [TestCase(0.3, 0, 0, 0.2, false)]
    [TestCase(0.3, 0.9, 0, 0, false)]
    [TestCase(0.3, 0.9, 0.4, 0, false)]
    [TestCase(0.3, 0.9, 0.4, 0.2, false)]
    [TestCase(0.3, 0.9, 0, 0.2, true)]
    public void Step_FiveTimes_EqualsTheScalarLoop(double rate, double momentum, double dampening, double decay, bool nesterov)
    {
        Model<double> model = Model();
        var optimizer = new Sgd<double>(model.ParameterVector, rate, momentum, dampening, decay, nesterov);
        double[] w = model.ParameterVector.Values.Span.ToArray(), v = new double[w.Length];
        for (int step = 0; step < 5; step++)
        {
            optimizer.LearningRate = rate / (1 + step);
            double[] gradient = Gradients(model, step);
            for (int i = 0; i < w.Length; i++)
            {
                double g = gradient[i] + decay * w[i];
                v[i] = step == 0 ? g : momentum * v[i] + (1 - dampening) * g;
                w[i] -= rate / (1 + step) * (momentum == 0 ? g : nesterov ? g + momentum * v[i] : v[i]);
            }
            optimizer.Step();
            TensorAssert.Close(model.ParameterVector.Values.Span, w, new(w.Length), 1e-13, 1e-14, $"step {step}");
        }
        Assert.That(optimizer.StepCount, Is.EqualTo(5));
        if (momentum > 0) TensorAssert.Close(optimizer.Velocity!.Span, v, new(w.Length), 1e-13, 1e-14, "velocity");
    }

    [Test]
    public void Step_ParametersLargerThanAPiece_SameBitsForAnyThreads([Values(1, 2, 3)] int threads)
    {
        Model<double> model = RandomModel.Of<double>(2, [new Linear<double>(401, 211)]), one = RandomModel.Of<double>(2,
            [new Linear<double>(401, 211)]);
        foreach (var (own, count) in new[] { (model, threads), (one, 1) })
        {
            var optimizer = new Sgd<double>(own.ParameterVector, 0.1, 0.9, weightDecay: 0.01) { Threads = count };
            for (int step = 0; step < 3; step++)
            {
                Gradients(own, step);
                optimizer.Step();
            }
        }
        Assert.That(model.Hash(), Is.EqualTo(one.Hash()));
    }

    [Test]
    public void Step_FrozenParameter_IsLeftAloneDecayIncluded()
    {
        Model<double> model = Model();
        Parameter<double>[] parameters = [.. model.ParameterVector.Parameters];
        parameters[1].Frozen = true;
        double[][] before = [.. parameters.Select(parameter => parameter.Value.Span.ToArray())];
        var optimizer = new Sgd<double>(model.ParameterVector, 0.1, 0.9, weightDecay: 0.2);
        Gradients(model, 1);
        optimizer.Step();
        Assert.That(parameters.Select((parameter, i) => parameter.Value.Span.SequenceEqual(before[i])), Is.EqualTo([false, true, false, false]));
    }

    [Test]
    public void Momentum_SetLater_IsUsed()
    {
        Model<double> model = Model(), other = Model();
        Sgd<double> late = new(model.ParameterVector, 0.1), early = new(other.ParameterVector, 0.1, momentum: 0.5);
        late.Momentum = 0.5;
        for (int step = 0; step < 2; step++)
        {
            Gradients(model, step);
            Gradients(other, step);
            late.Step();
            early.Step();
        }
        Assert.That(model.Hash(), Is.EqualTo(other.Hash()));
    }

    [Test]
    public void Momentum_SetAfterSteps_BeginsUndamped()
    {
        Model<double> model = Model();
        var optimizer = new Sgd<double>(model.ParameterVector, 0.1, dampening: 0.5);
        Gradients(model, 0);
        optimizer.Step();
        optimizer.Momentum = 0.5;
        double[] gradients = Gradients(model, 1);
        optimizer.Step();
        Assert.That(optimizer.Velocity!.Span.ToArray(), Is.EqualTo(gradients));
    }

    [TestCase(-0.1, 0, 0, 0, "LearningRate")]
    [TestCase(double.NaN, 0, 0, 0, "LearningRate")]
    [TestCase(double.PositiveInfinity, 0, 0, 0, "LearningRate")]
    [TestCase(0.1, -0.9, 0, 0, "momentum")]
    [TestCase(0.1, 0, double.NaN, 0, "dampening")]
    [TestCase(0.1, 0, 0, -1e-4, "weightDecay")]
    public void Constructor_WrongNumber_Throws(double rate, double momentum, double dampening, double decay, string name)
    {
        ArgumentOutOfRangeException? exception = Assert.Throws<ArgumentOutOfRangeException>(() =>
            { _ = new Sgd<double>(Model().ParameterVector, rate, momentum, dampening, decay); });
        Assert.That(exception!.ParamName, Is.EqualTo(name));
    }

    [Test]
    public void Properties_WrongNumber_ThrowAndKeepTheOldOne()
    {
        var optimizer = new Sgd<double>(Model().ParameterVector, 0.1, 0.9, weightDecay: 0.2);
        Assert.That(() => optimizer.LearningRate = double.NaN,
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Sgd: LearningRate is NaN, must be a finite number of at least 0."));
        Assert.That(() => optimizer.Momentum = -1, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => optimizer.WeightDecay = double.NaN, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((optimizer.LearningRate, optimizer.Momentum, optimizer.WeightDecay), Is.EqualTo((0.1, 0.9, 0.2)));
    }

    [TestCase(0, 0)]
    [TestCase(0.9, 0.1)]
    public void Constructor_NesterovWithoutMomentumOrWithDampening_Throws(double momentum, double dampening) =>
        Assert.That(() => new Sgd<double>(Model().ParameterVector, 0.1, momentum, dampening, nesterov: true),
            Throws.ArgumentException.With.Message.StartsWith("Sgd: Nesterov's momentum needs"));

    private static double[] Gradients(Model<double> model, int seed)
    {
        foreach (Parameter<double> parameter in model.ParameterVector.Parameters) RandomTensors.Values<double>(parameter.Gradient.Length, 100
            + seed++).CopyTo(parameter.Gradient.Span);
        return model.ParameterVector.Gradients.Span.ToArray();
    }
}
