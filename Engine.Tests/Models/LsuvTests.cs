using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>What it promises, seen through the telemetry's own statistics of another pass.</summary>
public sealed class LsuvTests
{
    private static readonly Shape Image = new(1, 28, 28);
    private static readonly int[] Threads = [1, 2, 3, 8];

    [Test]
    public void Run_BeforeActivation_GivesEveryLayerMean0AndDeviation1([Values("lesson", "lesson-general", "lenet5")] string name)
    {
        (Model<float> model, IReadOnlyList<LsuvLayer> layers) = Adjusted(name, LsuvPlace.BeforeActivation);
        Assert.That(layers, Has.All.Matches<LsuvLayer>(layer => layer is { Converged: true, Tries: 1 or 2 }));
        foreach (ActivationRecord record in Outputs(model).Where((_, i) => model.Layers[i] is Conv2d<float> or Linear<float>))
            Assert.That((record.Mean, record.StandardDeviation), Is.EqualTo((0.0, 1.0)).Using<(double A, double B)>((x, y) =>
                Math.Abs(x.A - y.A) < 1e-3 && Math.Abs(x.B - y.B) < 1e-3));
    }

    [Test]
    public void Run_AfterGeneralRelu_GivesTheCoursesActivationsMean0AndDeviation1()
    {
        (Model<float> model, IReadOnlyList<LsuvLayer> layers) = Adjusted("lesson-general", LsuvPlace.AfterActivation);
        Assert.That(layers, Has.All.Property(nameof(LsuvLayer.Converged)).True);
        IReadOnlyList<ActivationRecord> outputs = Outputs(model);
        for (int i = 0; i < model.Layers.Count; i++)
        {
            if (model.Layers[i] is not GeneralRelu<float>) continue;
            Assert.That(outputs[i].Mean, Is.Zero.Within(1e-3), $"layer {i}");
            Assert.That(outputs[i].StandardDeviation, Is.EqualTo(1).Within(1e-3), $"layer {i}");
        }
    }

    [Test]
    public void Run_AfterRelu_KeepsTheMeanThatCannotGo()
    {
        (Model<float> model, IReadOnlyList<LsuvLayer> layers) = Adjusted("lesson", LsuvPlace.AfterActivation);
        Assert.That(layers, Has.All.Property(nameof(LsuvLayer.Converged)).True);
        ActivationRecord[] rectified = [.. Outputs(model).Where((_, i) => model.Layers[i] is Relu<float>)];
        Assert.That(rectified.Select(record => record.StandardDeviation), Has.All.EqualTo(1).Within(1e-3));
        Assert.That(rectified.Select(record => record.Mean), Has.All.GreaterThan(0.1));
    }

    [Test]
    public void Run_WithoutBias_OnlyScales()
    {
        (Model<float> model, IReadOnlyList<LsuvLayer> layers) = Adjusted("lesson-bn", LsuvPlace.BeforeActivation);
        Assert.That(layers, Has.All.Property(nameof(LsuvLayer.Converged)).True);
        Assert.That(layers[0].Mean, Is.EqualTo(layers[0].MeanBefore / layers[0].DeviationBefore).Within(1e-5));
        Assert.That(Outputs(model)[0].StandardDeviation, Is.EqualTo(1).Within(1e-3));
    }

    [Test]
    public void Run_Result_IsWhatWasAndWhatIs()
    {
        Model<float> model = Kaiming("lesson");
        IReadOnlyList<ActivationRecord> before = Outputs(model);
        IReadOnlyList<LsuvLayer> layers = Lsuv.Run(model, Batch());
        Assert.That(layers.Select(layer => (layer.Path, layer.Type)), Is.EqualTo(new[] { ("0", "Conv2d"), ("2", "Conv2d"), ("4", "Conv2d"),
            ("6", "Conv2d"), ("10", "Linear") }));
        Assert.That(layers[0].MeanBefore, Is.EqualTo(before[0].Mean).Within(1e-7));
        Assert.That(layers[0].DeviationBefore, Is.EqualTo(before[0].StandardDeviation).Within(1e-7));
        Assert.That(layers[4].Deviation, Is.EqualTo(Outputs(model)[10].StandardDeviation).Within(1e-7));
    }

    [Test]
    public void Run_ModelsState_IsPutBackButForWeightsAndBiases()
    {
        Model<float> model = Kaiming("lesson-running-bn");
        model.Forward(Batch());
        string[] before = State();
        Lsuv.Run(model, Batch());
        Assert.That(State(), Is.EqualTo(before));
        Assert.That(model.Observers, Is.Empty);

        string[] State() => [.. model.State().Where(entry => !model.NamedParameters().Any(named => named.Name == entry.Name))
            .Select(entry => $"{entry.Name} {string.Join(' ', entry.Value.Span.ToArray())}"), $"{model.Step}"];
    }

    [Test]
    [Category("Slow")]
    public void Run_AnyNumberOfThreads_GivesTheSameBits([Values] LsuvPlace place)
    {
        string[] hashes = [.. Threads.Select(threads =>
        {
            var model = new Sequential<float>(Kaiming("lesson-general").Children) { Threads = threads };
            Lsuv.Run(model, Batch(), new() { Place = place });
            return model.Hash();
        })];
        Assert.That(hashes, Has.All.EqualTo(hashes[0]));
    }

    [Test]
    public void Run_DeadLayer_IsLeftAloneAndReported()
    {
        var dead = new Conv2d<float>(2, 3, 3);
        var model = new Sequential<float>(new Conv2d<float>(1, 2, 3), dead, new Flatten<float>());
        dead.Weight.Value.Fill(0);
        dead.Bias!.Value.Fill(0.25f);
        LsuvLayer found = Lsuv.Run(model, RandomTensors.Tensor<float>(new(5, 1, 7, 6), 1))[1];
        Assert.That((found.Converged, found.Tries, found.Mean), Is.EqualTo((false, 0, 0.25)));
        Assert.That(dead.Weight.Value.MaxMagnitude(), Is.Zero);
    }

    [Test]
    public void Run_FewTries_SaysThatItDidNotConverge()
    {
        LsuvLayer first = Lsuv.Run(Kaiming("lesson-general"), Batch(), new() { Place = LsuvPlace.AfterActivation, MaxTries = 1, Tolerance =
            1e-9 })[0];
        Assert.That((first.Converged, first.Tries), Is.EqualTo((false, 1)));
    }

    [Test]
    public void Run_ImpossibleOptions_AreNamed([Values(0, -1, double.NaN)] double tolerance)
    {
        Assert.That(() => Lsuv.Run(Kaiming("lesson"), Batch(), new() { Tolerance = tolerance }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Tolerance"));
        Assert.That(() => Lsuv.Run(Kaiming("lesson"), Batch(), new() { MaxTries = 0 }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("MaxTries"));
    }

    private static (Model<float> Model, IReadOnlyList<LsuvLayer> Layers) Adjusted(string name, LsuvPlace place)
    {
        Model<float> model = Kaiming(name);
        return (model, Lsuv.Run(model, Batch(), new() { Place = place }));
    }

    private static Model<float> Kaiming(string name)
    {
        Model<float> model = ModelCatalog.Build<float>(name, Image, 10);
        model.Initialize(Initialization.KaimingNormal, 3);
        return model;
    }

    private static Tensor<float> Batch() => RandomTensors.Tensor<float>(Image.Prepend(70), 4);

    private static IReadOnlyList<ActivationRecord> Outputs(Model<float> model)
    {
        var watch = new ActivationStatistics<float>();
        model.Observers.Add(watch);
        model.Forward(Batch());
        model.Observers.Remove(watch);
        return [.. watch.Layers.Select(layer => layer[^1])];
    }
}
