using NUnit.Framework;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>Models are evaluated while another trains, on the same pool of workers: each gives the bits that it gives alone.</summary>
[NonParallelizable]
public sealed class TrainingBesideTests
{
    private const int Images = 70, Steps = 6, LeastRounds = 2;

    [TestCase("lesson-bn", "mobilenet-mini")]
    [TestCase("densenet-mini", "resnet9")]
    public void TrainAndEvaluate_AtOnce_GiveTheBitsOfEachAlone(string trained, string evaluated)
    {
        using var done = new ManualResetEventSlim();
        string trainedAlone = Train(trained, _ => { });
        Model<float> model = NamedModels.Build<float>(evaluated, threads: 2);
        byte[] inferredAlone = Inferred(model), predictedAlone = Predicted(new(model, NamedModels.Image(evaluated), 8), evaluated);
        byte[] forwardAlone = Forwarded(NamedModels.Build<float>(evaluated, threads: 2));
        (double Loss, byte[] Outputs) evaluatedAlone = Evaluated(NamedModels.Build<float>(evaluated, threads: 3));

        var predictor = new Predictor<float>(model, NamedModels.Image(evaluated), 8);
        Beside[] beside =
        [
            new(done, () => Inferred(model).AsSpan().SequenceEqual(inferredAlone)),
            new(done, () => Inferred(model).AsSpan().SequenceEqual(inferredAlone)),
            new(done, () => Predicted(predictor, evaluated).AsSpan().SequenceEqual(predictedAlone)),
            new(done, () => Forwarded(NamedModels.Build<float>(evaluated, threads: 2)).AsSpan().SequenceEqual(forwardAlone)),
            new(done, () => Evaluated(NamedModels.Build<float>(evaluated, threads: 3)) is var now && now.Loss.Equals(evaluatedAlone.Loss)
                && now.Outputs.AsSpan().SequenceEqual(evaluatedAlone.Outputs)),
        ];
        string trainedBeside = TrainUntil(done, beside, () => Train(trained, _ => { }));
        Assert.That(trainedBeside, Is.EqualTo(trainedAlone));

        byte[] Inferred(Model<float> some) => Bytes(some.Infer(Pixels(evaluated)));

        byte[] Forwarded(Model<float> some) => Bytes(some.Forward(Pixels(evaluated), training: false));

        (double Loss, byte[] Outputs) Evaluated(Model<float> some)
        {
            var outputs = new Tensor<float>(new Shape(Images, 10));
            double loss = some.RunnerFor(NamedModels.Image(evaluated)).Evaluate(Labelled(evaluated), new CrossEntropyLoss<float>(), outputs);
            return (loss, Bytes(outputs));
        }
    }

    /// <summary>A predictor made from the model in training stays what it was made from: others may use it meanwhile.</summary>
    [TestCase("lesson-bn")]
    [TestCase("resnet9")]
    public void Infer_PredictorOfTheModelInTraining_GivesWhatTheModelWas(string name)
    {
        using var done = new ManualResetEventSlim();
        var latest = new (Predictor<float> Predictor, byte[] Outputs)[1];
        string alone = Train(name, model =>
        {
            var predictor = new Predictor<float>(model, NamedModels.Image(name), 8);
            latest[0] = (predictor, Predicted(predictor, name));             // of the last step, when nobody trains any more
        });
        byte[] last = latest[0].Outputs;
        var made = new List<(Predictor<float> Predictor, byte[] Outputs)>();
        Beside[] beside = [new(done, IsAsMade), new(done, IsAsMade), new(done, () => latest[0].Outputs.AsSpan()
            .SequenceEqual(Predicted(latest[0].Predictor, name)))];
        string trained = TrainUntil(done, beside, () => Train(name, model =>
        {
            var predictor = new Predictor<float>(model, NamedModels.Image(name), 8);
            lock (made) made.Add((predictor, Predicted(predictor, name)));
        }));
        Assert.That(trained, Is.EqualTo(alone), "and the model learns as it did alone");
        Assert.That(made[Steps - 1].Outputs, Is.EqualTo(last).And.Not.EqualTo(made[0].Outputs));

        bool? IsAsMade()
        {
            (Predictor<float> Predictor, byte[] Outputs)[] some;
            lock (made) some = [.. made.TakeLast(3)];
            return some.Length == 0 ? null : some.All(one => Predicted(one.Predictor, name).AsSpan().SequenceEqual(one.Outputs));
        }
    }

    // As often as it takes until everyone beside has been right a few times.
    private static string TrainUntil(ManualResetEventSlim done, Beside[] beside, Func<string> train)
    {
        string bits;
        try
        {
            do bits = train();
            while (beside.Any(one => one.Rounds < LeastRounds && one.Failure is null));
        }
        finally
        {
            done.Set();
            foreach (Beside one in beside) one.Thread.Join();
        }
        Assert.That(beside.Select(one => one.Failure), Has.All.Null);
        Assert.That(beside.Select(one => one.Wrong), Has.All.Zero);
        return bits;
    }

    private static string Train(string name, Action<Model<float>> afterStep)
    {
        Model<float> model = NamedModels.Build<float>(name, threads: 2);
        var optimizer = new Sgd<float>(model.ParameterVector, 0.01, momentum: 0.9);
        var outputs = new Tensor<float>(new Shape(Images, 10));
        for (int step = 0; step < Steps; step++)
        {
            model.Train(Labelled(name), new CrossEntropyLoss<float>(), outputs);
            optimizer.Step();
            afterStep(model);
        }
        return $"{model.Hash()} {Convert.ToHexString(Bytes(outputs))}";
    }

    private static Tensor<float> Pixels(string name) => RandomTensors.Tensor<float>(NamedModels.Image(name).Prepend(Images), 1);

    private static TensorBatch<float> Labelled(string name) => new(Pixels(name), Enumerable.Range(0, Images).Select(n => n * 7 % 10).ToArray());

    private static byte[] Predicted(Predictor<float> predictor, string name)
    {
        var outputs = new Tensor<float>(new Shape(Images, 10));
        predictor.Infer(Pixels(name).Span, outputs.Span);
        return Bytes(outputs);
    }

    private static byte[] Bytes(Tensor<float> numbers) => AlignedMemory.Bytes<float>(numbers.Span).ToArray();

    /// <summary>A thread that asks the same again and again; nothing, as long as there is nothing to ask.</summary>
    private sealed class Beside
    {
        private volatile int _rounds;

        public Beside(ManualResetEventSlim done, Func<bool?> isRight)
        {
            Thread = new Thread(() =>
            {
                try
                {
                    while (!done.IsSet)
                    {
                        if (isRight() is not { } right) continue;
                        if (!right) Wrong++;
                        _rounds++;
                    }
                }
                catch (Exception e)
                {
                    Failure = e;
                }
            });
            Thread.Start();
        }

        public Thread Thread { get; }

        public int Rounds => _rounds;

        public int Wrong { get; private set; }

        public Exception? Failure { get; private set; }
    }
}
