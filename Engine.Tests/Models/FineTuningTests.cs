using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

/// <summary>From one model's weights to another's: what is kept, what is frozen, what unfreezes, and that it is worth it.</summary>
public sealed class FineTuningTests
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    private static Model<float> Model(int classes, long seed = 42)
    {
        Model<float> model = ModelCatalog.Build<float>("lesson-bn", new(1, 28, 28), classes);
        model.Initialize(Initialization.KaimingNormal, seed);
        return model;
    }

    private static double[] Train(Model<float> model, Dataset images, Dataset valid, int epochs, IReadOnlyList<ParameterGroup<float>>? groups = null,
        params Callback<float>[] callbacks)
    {
        var normalization = Normalization.Of(images);
        var recorder = new Recorder<float>(new Accuracy<float>());
        var optimizer = new AdamW<float>(model.ParameterVector, 0.003, weightDecay: 0) { Groups = groups ?? [] };
        new Learner<float>(model, new CrossEntropyLoss<float>(), optimizer,
            new BatchSampler<float>(images, normalization, 16, shuffle: true, new RandomGenerator(1)),
            new BatchSampler<float>(valid, normalization, 100, shuffle: false), [recorder, .. callbacks]).Fit(epochs);
        return [.. recorder.Epochs.Select(epoch => epoch.ValidMetrics[0])];
    }

    // A net of MNIST's digits 0 to 6, trained on with 60 images of 7, 8 and 9: 12 steps, and as many from nothing.
    [Test]
    public void LoadMatching_OtherDigits_BeatsTrainingFromNothing()
    {
        Dataset digits = Mnist.Load(CliRun.Mnist).Train.Take(6000);
        Dataset before = Only(digits, label => label < 7), after = Only(digits, label => label >= 7);
        Model<float> first = Model(7);
        Train(first, before.Take(2000), before.Take(100), epochs: 2);
        string path = _folder["digits.safetensors"];
        ModelFile.Save(first, path);

        var (few, valid) = after.Take(560).Split(60);
        Model<float> tuned = Model(3, seed: 7);
        MatchedTensors matched = ModelFile.LoadMatching(tuned, path);
        Assert.That(matched.New, Is.EqualTo(["14.weight", "14.bias"]));
        Assert.That(matched.Kept, Has.Count.EqualTo(tuned.State().Count() - 2).And.Contains("0.weight").And.Contains("1.running_mean"));
        Assert.That(matched.Left, Is.Empty);
        double[] fromBefore = Train(tuned, few, valid, epochs: 3), fromNothing = Train(Model(3, seed: 7), few, valid, epochs: 3);
        Assert.That(fromBefore[^1], Is.GreaterThan(fromNothing[^1] + 0.1), $"{string.Join(' ', fromBefore)} / {string.Join(' ', fromNothing)}");
    }

    private static Dataset Only(Dataset digits, Func<int, bool> wanted)
    {
        Dataset some = digits.Subset([.. Enumerable.Range(0, digits.Count).Where(n => wanted(digits.Labels[n]))]);
        int first = some.Labels.ToArray().Min();
        int[] labels = [.. some.Labels.ToArray().Select(label => label - first)];
        return new(some.ImageShape.Prepend(some.Count), some.Pixels.ToArray(), labels);
    }

    [Test]
    public void LoadMatching_NothingFits_SaysWhatThereIs()
    {
        string path = _folder["linear.safetensors"];
        ModelFile.Save(RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(4, 2)]), path);
        Assert.That(() => ModelFile.LoadMatching(RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(4, 3)]), path),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("linear.safetensors has nothing that fits the model. It has 1.weight [2, 4], "
                + "1.bias [2]; the model 1.weight [3, 4], 1.bias [3]."));
    }

    [Test]
    public void Freeze_ByNames_NoStepChangesThem()
    {
        Model<float> model = Model(3);
        model.Freeze("0.*", "?.weight");
        model.Unfreeze("3.weight");
        string[] frozen = [.. model.NamedParameters().Where(entry => entry.Parameter.Frozen).Select(entry => entry.Name)];
        Assert.That(frozen, Is.EqualTo(["0.weight", "1.weight", "4.weight", "6.weight", "7.weight", "9.weight"]));
        Dictionary<string, float[]> before = model.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.Span.ToArray());
        Train(model, SmallSets.Of("shapes", 48, 1, null), SmallSets.Of("shapes", 24, 2, null), epochs: 1);
        foreach (var (name, parameter) in model.NamedParameters())
            Assert.That(parameter.Value.Span.SequenceEqual(before[name]), Is.EqualTo(frozen.Contains(name)), name);
        Assert.That(() => model.Freeze("luck.*"), Throws.ArgumentException.With.Message.Contains(
            "no parameter is called 'luck.*'. There are: 0.weight, 1.weight, 1.bias, 3.weight,"));
    }

    [Test]
    public void GradualUnfreezing_Stages_LearnFromTheirEpochOn()
    {
        Model<float> model = Model(3);
        Parameter<float> watched = model.ParametersNamed("0.weight")[0], second = model.ParametersNamed("3.weight")[0];
        List<(bool, bool)> moved = [];
        float[] one = watched.Value.Span.ToArray(), other = second.Value.Span.ToArray();
        var watcher = new Watcher(() =>
        {
            moved.Add((!watched.Value.Span.SequenceEqual(one), !second.Value.Span.SequenceEqual(other)));
            (one, other) = (watched.Value.Span.ToArray(), second.Value.Span.ToArray());
        });
        Train(model, SmallSets.Of("shapes", 48, 1, null), SmallSets.Of("shapes", 24, 2, null), 3, null,
            new GradualUnfreezing<float>((2, [watched]), (1, [second])), watcher);
        Assert.That(moved, Is.EqualTo([(false, false), (false, true), (true, true)]));
        Assert.That(() => new GradualUnfreezing<float>((0, [watched])), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private sealed class Watcher(Action afterEpoch) : Callback<float>
    {
        public override void AfterEpoch(Learner<float> learner) => afterEpoch();
    }

    [TestCase("0.*", "0.weight", true)]
    [TestCase("*.weight", "layer1.0.conv1.weight", true)]
    [TestCase("*conv?.weight", "layer1.0.conv1.weight", true)]
    [TestCase("0.*", "10.weight", false)]
    [TestCase("*a*b", "xaybzab", true)]
    [TestCase("*a*bc", "xaybzab", false)]
    [TestCase("", "0.weight", false)]
    [TestCase("*", "", true)]
    public void NamePattern_ByHand(string pattern, string name, bool matches) => Assert.That(NamePattern.Matches(pattern, name), Is.EqualTo(matches));
}
