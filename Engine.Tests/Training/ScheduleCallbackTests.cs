using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Schedules;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Schedules and clipping in the loop, and training with targets.</summary>
public sealed class ScheduleCallbackTests
{
    private const int Count = 37, Labels = 4;

    // A label is there if its quarter of the pixels is bright: something to learn, several at once.
    private static Dataset ManyLabels()
    {
        var random = new RandomGenerator(1);
        byte[] pixels = new byte[Count * 64];
        var targets = new Tensor<float>(new(Count, Labels));
        for (int n = 0; n < Count; n++)
            for (int label = 0; label < Labels; label++)
            {
                targets[n, label] = random.NextInt(2);
                for (int p = 0; p < 16; p++) pixels[n * 64 + label * 16 + p] = (byte)(random.NextInt(100) + 120 * targets[n, label]);
            }
        return new(new(Count, 8, 8), pixels, targets);
    }

    private static Learner<double> Make(Func<ParameterVector<double>, Optimizer<double>> optimizer, int threads, params Callback<double>[] callbacks)
    {
        Model<double> model = RandomModel.Of<double>(2, [new Flatten<double>(), new Linear<double>(64, Labels)], threads);
        return new(model, new BceWithLogitsLoss<double>(), optimizer(model.ParameterVector), SyntheticData.Batches<double>(ManyLabels(), 10,
            shuffleSeed: 3), callbacks: callbacks);
    }

    private static Sgd<double> Sgd(ParameterVector<double> vector) => new(vector, 0.1, 0.9);

    [Test]
    public void Fit_ManyLabels_AreLearntAndAnyThreadsGiveTheSameBits([Values("Adam", "AdamW", "RmsProp")] string name,
        [Values(1, 2, 3, 8)] int threads)
    {
        var recorder = new Recorder<double>();
        var cycle = new OneCycle(0.05);
        Learner<double> learner = Make(vector => name switch
        {
            "Adam" => new Adam<double>(vector) { Threads = threads },
            "AdamW" => new AdamW<double>(vector) { Threads = threads },
            _ => new RmsProp<double>(vector) { Threads = threads },
        }, threads, recorder, new ScheduleCallback<double>(cycle.LearningRate, name == "RmsProp" ? null : cycle.Momentum),
            new GradientClipping<double>(norm: 1));
        learner.Fit(30);
        Assert.That(recorder.Epochs[^1].TrainLoss, Is.LessThan(0.05));
        string hash = learner.Model.Hash();
        Assert.That(Hashes.GetOrAdd(name, hash), Is.EqualTo(hash), "other bits than with another number of threads");
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Hashes = [];

    [Test]
    public void BeginBatch_EveryFit_GoesThroughTheScheduleAnew()
    {
        var recorder = new Recorder<double>();
        Learner<double> learner = Make(Sgd, 1, recorder, new ScheduleCallback<double>((step, steps) => step + 100 * steps, (step, _) => step / 10.0));
        learner.Fit(2);
        Assert.That(recorder.LearningRates, Is.EqualTo(Enumerable.Range(800, 8)));
        Assert.That(learner.Optimizer.Momentum, Is.EqualTo(0.7));
        learner.Fit(1);
        Assert.That(recorder.LearningRates.Skip(8), Is.EqualTo(Enumerable.Range(400, 4)));
    }

    [Test]
    public void BeginBatch_PerEpoch_StaysForAnEpoch()
    {
        var recorder = new Recorder<double>();
        Make(Sgd, 1, recorder, new ScheduleCallback<double>((step, steps) => step + 10 * steps) { PerEpoch = true }).Fit(3);
        Assert.That(recorder.LearningRates, Is.EqualTo([30.0, 30, 30, 30, 31, 31, 31, 31, 32, 32, 32, 32]));
    }

    [Test]
    public void Clipping_Norm_IsThatOfAllGradientsThatMove([Values(0.5, 100)] double longest)
    {
        ParameterVector<double> vector = RandomModel.Of<double>(1, [new Linear<double>(23, 19), new Linear<double>(19, 3)]).ParameterVector;
        RandomTensors.Values<double>(vector.Gradients.Length, 3).CopyTo(vector.Gradients.Span);
        vector.Parameters[1].Frozen = true;
        double[][] before = [.. vector.Parameters.Select(parameter => parameter.Gradient.Span.ToArray())];
        double norm = Math.Sqrt(before.Where((_, i) => i != 1).Sum(values => values.Sum(value => value * value)));
        Assert.That(vector.ClipGradientNorm(longest), Is.EqualTo(norm).Within(1e-12));
        double factor = norm > longest ? longest / (norm + 1e-6) : 1;
        for (int i = 0; i < before.Length; i++)
            TensorAssert.Close(vector.Parameters[i].Gradient.Span, [.. before[i].Select(value => value * (i == 1 ? 1 : factor))],
                new(before[i].Length), 1e-14, 0);
    }

    [Test]
    public void Clipping_LengthsThatFloatCannotSquare_AreShrunk()
    {
        var parameter = new Parameter<float>("weight", new(new(2)));
        var vector = new ParameterVector<float>([parameter]);
        parameter.Gradient.Fill(3e30f);
        Assert.That(vector.ClipGradientNorm(1), Is.EqualTo(3e30 * Math.Sqrt(2)).Within(1e-4).Percent);
        Assert.That(parameter.Gradient.Span.ToArray(), Is.All.EqualTo(Math.Sqrt(0.5)).Within(1e-4));
        parameter.Gradient.Span[0] = float.NaN;
        Assert.That(vector.ClipGradientNorm(0.1), Is.NaN);
        Assert.That(parameter.Gradient.Span[1], Is.EqualTo(Math.Sqrt(0.5)).Within(1e-4), "left as it is");
    }

    [Test]
    public void Clipping_Value_CutsBothWays()
    {
        Parameter<double> parameter = new("weight", new(new(4))), frozen = new("bias", new(new(4))) { Frozen = true };
        var vector = new ParameterVector<double>([parameter, frozen]);
        foreach (Parameter<double> each in vector.Parameters) new double[] { -3, 0.5, 2, -0.1 }.CopyTo(each.Gradient.Span);
        vector.ClipGradientValue(1);
        Assert.That(parameter.Gradient.Span.ToArray(), Is.EqualTo([-1, 0.5, 1, -0.1]));
        Assert.That(frozen.Gradient.Span.ToArray(), Is.EqualTo([-3, 0.5, 2, -0.1]));
        Assert.That(() => vector.ClipGradientValue(-1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("ParameterVector: largest is -1"));
        Assert.That(() => vector.ClipGradientNorm(double.NaN),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("ParameterVector: longest is NaN"));
    }

    [Test]
    public void GradientClipping_InTheLoop_BoundsEveryStep()
    {
        var clipping = new GradientClipping<double>(norm: 1e-3);
        Learner<double> learner = Make(vector => new Sgd<double>(vector, 1), 1, clipping);
        double[] before = learner.Model.ParameterVector.Values.Span.ToArray();
        learner.Fit(1);
        double moved = Math.Sqrt(before.Zip(learner.Model.ParameterVector.Values.Span.ToArray(), (a, b) => (a - b) * (a - b)).Sum());
        Assert.That(moved, Is.GreaterThan(1e-3).And.LessThan(4e-3 + 1e-12));
        Assert.That(clipping.LastNorm, Is.GreaterThan(1e-3));
    }
}
