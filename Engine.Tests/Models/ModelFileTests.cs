using NUnit.Framework;
using Scratch.Files;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

public sealed class ModelFileTests
{
    private string _folder = "";

    private string Target => Path.Combine(_folder, "model.safetensors");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("scratch-model-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(typeof(NamedModels), nameof(NamedModels.Small))]
    public void Load_Saved_GivesTheSameBits(string name)
    {
        Model<float> model = ModelCatalog.Build<float>(name, new(1, 28, 28), 10), other = ModelCatalog.Build<float>(name, new(1, 28, 28), 10);
        RandomModel.Fill(model, 1);
        model.Forward(RandomTensors.Tensor<float>(new(3, 1, 28, 28), 2));                // counts a batch
        ModelFile.Save(model, Target);
        ModelFile.Load(other, Target);
        Assert.That(other.Hash(), Is.EqualTo(model.Hash()));
    }

    [Test]
    public void Load_FloatIntoDouble_GivesTheSameNumbers()
    {
        Model<float> model = Small<float>(1);
        Model<double> twice = Small<double>(2);
        ModelFile.Save(model, Target);
        ModelFile.Load(twice, Target);
        foreach (var (own, other) in twice.State().Zip(model.State())) TensorAssert.Equal(own.Value, other.Value.Cast<double>(), own.Name);
    }

    [Test]
    public void Save_Metadata_IsInTheFileWithNamesAndTypes()
    {
        Sequential<float> model = Small<float>(1);
        ModelFile.Save(model, Target, ("model", "small"), ("seed", "42"));
        SafetensorsFile file = SafetensorsFile.Read(Target);
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["weights"] = model.Hash(), ["model"] = "small", ["seed"] = "42" }));
        Assert.That(file.Entries.Select(entry => $"{entry.Name} {entry.Dtype} {entry.Shape}"), Is.EquivalentTo(
            ["0.weight F32 [3, 2, 3, 2]", "0.bias F32 [3]", "1.weight F32 [3]", "1.bias F32 [3]", "1.running_mean F32 [3]", "1.running_var F32 [3]",
                "1.num_batches_tracked I64 []"]));
    }

    [Test]
    public void Load_DoesNotFit_NamesEverythingAtOnceAndChangesNothing()
    {
        new SafetensorsWriter()
            .Add("0.weight", RandomTensors.Tensor<float>(new(3, 2, 2, 3), 1))            // transposed
            .Add("1.weight", RandomTensors.Tensor<float>(new(3), 2))
            .Add("1.bias", RandomTensors.Tensor<float>(new(4), 3))
            .Add("1.running_mean", RandomTensors.Tensor<float>(new(3), 4))
            .Add("2.weight", RandomTensors.Tensor<float>(new(5), 5))
            .Write(Target);
        Model<float> model = Small<float>(1);
        string hash = model.Hash();
        Assert.That(() => ModelFile.Load(model, Target), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "model.safetensors does not fit the model. missing: 0.bias [3], 1.running_var [3]; unexpected: 2.weight [5]; "
            + "of another shape: 0.weight [3, 2, 2, 3] instead of [3, 2, 3, 2], 1.bias [4] instead of [3]. Was it saved from another model?"));
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    [TestCase("1.bias")]
    [TestCase("1.num_batches_tracked")]
    public void Load_NumbersOfAnotherType_ChangesNothing(string spoiled)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value, isCount) in Small<float>(2).State())
            if (isCount == (name == spoiled)) writer.Add(name, value);          // the other type than is due
            else writer.Add(name, value.Shape, new long[value.Length]);
        writer.Write(Target);
        Model<float> model = Small<float>(1);
        string hash = model.Hash();
        Assert.That(() => ModelFile.Load(model, Target), Throws.TypeOf<InvalidDataException>().With.Message.Contains(spoiled));
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    [Test]
    public void Load_OneBitTurned_SaysBothHashesAndChangesNothing([Values] bool asDouble)
    {
        if (asDouble) TurnABitAndLoad<double>();
        else TurnABitAndLoad<float>();
    }

    [Test]
    public void Load_DoubleIntoFloat_ComparesTheNumbersOfTheFile()
    {
        ModelFile.Save(Small<double>(1), Target);
        Sequential<float> model = Small<float>(2);
        ModelFile.Load(model, Target);
        foreach (var (own, other) in model.State().Zip(Small<double>(1).State())) TensorAssert.Equal(own.Value, other.Value.Cast<float>(), own.Name);
    }

    [TestCase("imagenet")]
    [TestCase(null)]
    public void Load_NoHashOfOurs_TakesTheNumbers(string? weights)
    {
        SafetensorsWriter writer = Parts(Small<float>(2));
        if (weights is not null) writer.AddMetadata("weights", weights);
        writer.Write(Target);
        Sequential<float> model = Small<float>(1);
        ModelFile.Load(model, Target);
        Assert.That(model.Hash(), Is.EqualTo(Small<float>(2).Hash()));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void Load_NumbersThatAreNotFinite_NamesThemAndChangesNothing(float value)
    {
        Sequential<float> damaged = Small<float>(2), model = Small<float>(1);
        Named(damaged, "0.bias").Span[1] = value;
        Named(damaged, "1.running_mean").Span.Fill(value);
        Parts(damaged).Write(Target);
        string hash = model.Hash();
        Assert.That(() => ModelFile.Load(model, Target), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            "model.safetensors: numbers are not finite: 0.bias has 1 of 3, 1.running_mean has 3 of 3. Such weights give no answers: train again, or "
                + "take an older file."));
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    [Test]
    public void Load_TooLargeForThePrecisionAtHand_NamesThem()
    {
        Sequential<double> large = Small<double>(2);
        Named(large, "0.bias").Span[0] = 1e300;
        ModelFile.Save(large, Target);
        Assert.That(() => ModelFile.Load(Small<float>(1), Target), Throws.TypeOf<InvalidDataException>().With.Message.Contains("0.bias has 1 of 3"));
    }

    [Test]
    public void Save_NumbersThatAreNotFinite_KeepsTheOlderFile()
    {
        Sequential<float> model = Small<float>(1);
        ModelFile.Save(model, Target);
        byte[] older = File.ReadAllBytes(Target);
        Named(model, "1.weight").Span[2] = float.NaN;
        Assert.That(() => ModelFile.Save(model, Target), Throws.InvalidOperationException.With.Message.Contains("1.weight has 1 of 3"));
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(older));
    }

    [Test]
    public void Load_NoCount_KeepsTheModelsOwn()
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value, isCount) in Small<float>(2).State())
            if (!isCount) writer.Add(name, value);
        writer.Write(Target);
        Model<float> model = Small<float>(1);
        model.Forward(RandomTensors.Tensor<float>(new(3, 2, 4, 3), 3));
        ModelFile.Load(model, Target);
        Assert.That(model.State().Single(entry => entry.IsCount).Value.Span[0], Is.EqualTo(1));
        Assert.That(model.State().First().Value.Span.SequenceEqual(Small<float>(2).State().First().Value.Span));
    }

    private void TurnABitAndLoad<T>() where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Sequential<T> saved = Small<T>(1), model = Small<T>(2);
        ModelFile.Save(saved, Target);
        byte[] bytes = File.ReadAllBytes(Target);
        bytes[^3] ^= 4;
        File.WriteAllBytes(Target, bytes);
        string hash = model.Hash();
        Assert.That(() => ModelFile.Load(model, Target),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"weights {saved.Hash()}, its numbers have "));
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    private static Tensor<T> Named<T>(Sequential<T> model, string name) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        model.State().Single(entry => entry.Name == name).Value;

    private static SafetensorsWriter Parts(Sequential<float> model)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value, isCount) in model.State())
            if (isCount) writer.Add(name, value.Shape, Array.ConvertAll(value.Span.ToArray(), number => (long)number));
            else writer.Add(name, value);
        return writer;
    }

    private static Sequential<T> Small<T>(long seed) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        RandomModel.Of<T>(seed, [new Conv2d<T>(2, 3, (3, 2)), new BatchNorm2d<T>(3), new Relu<T>()]);
}
