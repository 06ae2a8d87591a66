using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Files;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Files;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Hostile;

/// <summary>Weights, models with notes, definitions, checkpoints.</summary>
internal static class ModelReaders
{
    private const string Definition = """
        { "layers": [ { "Conv2d": { "outChannels": 4, "kernelSize": [3, 2], "stride": 2, "padding": 1, "groups": 1 } }, "BatchNorm2d", "Relu",
        { "Residual": { "body": [ { "Conv2d": { "outChannels": 4, "kernelSize": 1, "bias": false } }, { "GroupNorm": { "numGroups": 2 } } ] } },
        { "Concat": [ [ "Relu" ], [ { "Prelu": { "numParameters": 4 } } ] ] }, { "AdaptiveAvgPool2d": { "outputSize": 2 } }, "Flatten",
        { "Dropout": { "p": 0.1 } }, { "Linear": { "outFeatures": "classes" } } ] }
        """;

    private static readonly Shape _image = new(1, 9, 7);

    public static IReadOnlyList<HostileReader> All =>
    [
        new("safetensors", () =>
            [Weights, SafetensorsBytes.Of("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 1, 2, 3, 4)], ReadTensors)
        {
            Offsets = [0, 8], Words = HeaderWords, PerByte = 64,
        },
        new("model", () => [_model.Value], path =>
        {
            var classifier = Classifier.Load(path, threads: 1);
            try
            {
                Assert.That(classifier.Predict(new byte[classifier.ImageShape.Length]).Classes, Is.Not.Empty);
            }
            catch (InvalidOperationException e) when (e.Message.StartsWith("Classifier: an output of the model is", StringComparison.Ordinal))
            {
                // promised: numbers of the file may be finite, and those that come of them not
            }
        })
        {
            FileName = "m.safetensors", Offsets = [0, 8], Words = [.. HeaderWords, "model", "image", "classes", "3x64x64", "vgg11", "\\\"Linear\\\""],
            Inside = () => [Header(_model.Value)], Pack = header => SafetensorsBytes.Of(header, _model.Value[(8 + Header(_model.Value).Length)..]),
            PerByte = 64, Besides = 16 << 20, Quick = 500,
        },
        new("model definition", () => [Encoding.UTF8.GetBytes(Definition)], path =>
        {
            Model<float> model = ParameterLimit.Within(1 << 20, () => ModelDefinition.Load(path).Build<float>(_image, 3));     // as of a model's file
            Assert.That(model.OutputShape(_image).Length, Is.Positive);
        }) { Words = [.. HostileReaders.JsonWords, .. DefinedLayers.Names.Select(name => $"\"{name}\""), "\"kernelSize\"", "2147483647"],
            PerByte = 512, Besides = 16 << 20, Quick = 1000 },
        new("checkpoint", () => [_checkpoint.Value], path => Assert.That(CheckpointFile.Read(path).State.Entries, Is.Not.Empty))
        {
            Offsets = [0, 8], Words = HeaderWords, Inside = () => [_checkpoint.Value], Pack = WithChecksum, PerByte = 64, Quick = 600,
        },
        new("checkpoint, resumed", () => [_checkpoint.Value], Resume)
        {
            Words = HeaderWords, Inside = () => [_checkpoint.Value], Pack = WithChecksum, PerByte = 64, Besides = 16 << 20, Quick = 300,
        },
    ];

    private static string[] HeaderWords { get; } =
        [.. HostileReaders.JsonWords, "\"F32\"", "\"I64\"", "\"F64\"", "\"U8\"", "\"shape\"", "\"dtype\"", "\"data_offsets\"", "__metadata__"];

    private static byte[] Weights { get; } = SafetensorsBytes.Of(new SafetensorsWriter()
        .Add("weight", new Tensor<float>(new Shape(2, 3), [1, 2, 3, 4, 5, 6])).Add("label", new Shape(2), [7, 8]).AddMetadata("format", "pt"));

    private static readonly Lazy<byte[]> _model = new(() => Written(path =>
    {
        var notes = new ModelNotes
        {
            Model = ModelDefinition.Parse(Definition).Text, Image = _image, Classes = ["a", "b", "c"],
            Normalization = new Normalization(0.4, 0.2), Others = new Dictionary<string, string> { ["epochs"] = "3" },
        };
        ModelFile.Save(notes.Build<float>(), path, notes.ToMetadata());
    }));

    private static readonly Lazy<byte[]> _checkpoint = new(() => Written(path => Learner(new Save(path)).Fit(2)));

    private static byte[] Written(Action<string> write)
    {
        string path = Path.GetTempFileName();
        write(path);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static byte[] Header(byte[] file) => file[8..(8 + (int)BitConverter.ToInt64(file))];

    // Who means harm works the checksum out anew.
    private static byte[] WithChecksum(byte[] file)
    {
        const int Digits = 64;
        byte[] key = "\"checksum\":\""u8.ToArray(), changed = [.. file];
        int at = changed.AsSpan().IndexOf(key) + key.Length;
        if (at < key.Length || at + Digits > file.Length) return file;
        changed.AsSpan(at, Digits).Fill((byte)'0');
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(changed))).CopyTo(changed, at);
        return changed;
    }

    private static void ReadTensors(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            Assert.That(file.Bytes(entry.Name), Has.Length.EqualTo(entry.Shape.Length * SafetensorsHeader.SizeOf(entry.Dtype)));
            if (entry.Dtype is "F32" or "F64" or "F16" or "BF16") Assert.That(file.Get<float>(entry.Name).Shape, Is.EqualTo(entry.Shape));
            if (entry.Dtype is "I64" or "BOOL") Assert.That(file.GetIntegers(entry.Name), Has.Length.EqualTo(entry.Shape.Length));
        }
    }

    // A training that was not resumed is as it was; one that was goes on to its end.
    private static void Resume(string path)
    {
        Learner<float> learner = Learner();
        string before = learner.Model.Hash();
        try
        {
            learner.Resume(path);
        }
        catch (InvalidDataException)
        {
            if (!learner.IsResumed) Assert.That(learner.Model.Hash(), Is.EqualTo(before));
            throw;
        }
        Assert.That(learner.Epoch, Is.LessThanOrEqualTo(learner.Epochs));
    }

    private static Learner<float> Learner(params Callback<float>[] more)
    {
        Dataset images = SyntheticData.Images(6, new(1, 5, 4), classes: 2, seed: 1);
        var model = new Sequential<float>(new Conv2d<float>(1, 2, 3), new BatchNorm2d<float>(2), new Flatten<float>(), new Dropout<float>(0.2),
            new Linear<float>(12, 2)) { Threads = 1 };
        var recorder = new Recorder<float>(new Accuracy<float>());
        return new(model, new CrossEntropyLoss<float>(), new Adam<float>(model.ParameterVector, 0.01) { Threads = 1 },
            SyntheticData.Batches<float>(images, 3, shuffleSeed: 2), SyntheticData.Batches<float>(images, 4),
            [new NanGuard<float>(), recorder, new EarlyStopping<float>(recorder, 3), .. more]);
    }

    private sealed class Save(string path) : Callback<float>
    {
        public override int Order => int.MaxValue;

        public override void AtRest(Learner<float> learner)
        {
            if (learner is not { Epoch: 1, BatchIndex: 0, IsTraining: true, IsAmidEpoch: true }) return;
            learner.SaveCheckpoint(path, ("arguments", "[]"));
        }
    }
}
