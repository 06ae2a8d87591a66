using System.Globalization;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Training;

/// <summary>The book's chapter on dead activations: why someone sees huge values where the lesson sees zeros.</summary>
public sealed class PuzzleTests
{
    private const int Images = 2000;

    private static readonly Dataset Train = Mnist.Load(Path.Combine(RepositoryFolder.Path, "data", "mnist")).Train.Take(Images);

    [Test]
    public void Activations_ThreeWaysToStart_AreWhatTheDocsSay()
    {
        ActivationRecord[] raw = FirstPass(new(0, 1.0 / 255), Initialization.Default, out double[] rawKept);
        ActivationRecord[] byDefault = FirstPass(Normalization.Of(Train), Initialization.Default, out _), kaiming = FirstPass(Normalization.Of(Train),
            Initialization.KaimingNormal, out _);
        foreach (var (name, layers) in new[] { ("raw", raw), ("default", byDefault), ("kaiming", kaiming) })
            TestContext.Out.WriteLine($"{name}: {string.Join("; ", layers.Select(Line))}");
        TestContext.Out.WriteLine($"raw, kept: {string.Join(" ", rawKept.Select(share => share.ToString("P1", CultureInfo.InvariantCulture)))}");

        Assert.That(byDefault.Select(r => r.DeadShare), Is.Ordered.Ascending, "default: each layer puts out less than the one before");
        Assert.That((byDefault[0].DeadShare, byDefault[3].DeadShare), Is.EqualTo((0.90, 1.00)).Within(0.02));
        Assert.That(byDefault[0].StandardDeviation / byDefault[3].StandardDeviation, Is.GreaterThan(10));
        Assert.That(kaiming.Select(r => r.DeadShare), Is.All.InRange(0.60, 0.80));
        Assert.That(kaiming.Select(r => r.StandardDeviation), Is.All.InRange(0.5, 0.9), "Kaiming: the deviation stays");
        Assert.That((raw[0].Mean, raw[0].StandardDeviation), Is.EqualTo((13.4, 42.4)).Within(0.5), "raw: huge");
        Assert.That(raw[0].DeadShare, Is.InRange(0.93, 0.98), "and yet nearly all of what the histogram counts is zero");
        Assert.That(rawKept[..3], Is.All.InRange(0.80, 0.90), "because it leaves out what lies beyond 10");
        Assert.That(raw.Select(r => r.DeadShare), Is.Ordered.Descending);
    }

    private static string Line(ActivationRecord r) =>
        string.Create(CultureInfo.InvariantCulture, $"mean {r.Mean:G3} std {r.StandardDeviation:G3} dead {r.DeadShare:P1}");

    /// <summary>The four ReLU layers in the first pass, before any step; and the share of their numbers that the histogram keeps.</summary>
    private static ActivationRecord[] FirstPass(Normalization scale, Initialization start, out double[] kept)
    {
        Model<float> model = ModelCatalog.Build<float>("lesson", Train.ImageShape, 10);
        model.Initialize(start, seed: 42);
        var statistics = new ActivationStatistics<float>();
        model.Observers.Add(statistics);
        var batches = new BatchSampler<float>(Train, scale, Images, shuffle: false);
        batches.Reset();
        batches.MoveNext();
        model.RunnerFor(Train.ImageShape).Forward(batches.Current, training: true, backwardFollows: false, new Tensor<float>(new Shape(Images, 10)));
        int[] layers = [.. Enumerable.Range(0, model.Layers.Count).Where(i => model.Layers[i] is Relu<float>)];
        kept = [.. layers.Select(i => statistics.Histogram(i, 0).ToArray().Sum() / (double)statistics.Layers[i][0].Count)];
        return [.. layers.Select(i => statistics.Layers[i][0])];
    }
}
