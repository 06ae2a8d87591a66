using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Pictures;

/// <summary>From a file of weights and a picture to names and probabilities.</summary>
public sealed class ClassifierTests
{
    private static readonly Shape _image = new(3, 13, 10);
    private static readonly string[] _classes = ["ant", "bee", "cow", "dog"];

    private TemporaryFolder _folder = null!;

    private string ModelPath => _folder["m.safetensors"];

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(1, 0), TestCase(2.5, 0), TestCase(1, 0.3)]
    public void Predict_Pixels_AreTheModelsProbabilitiesFalling(double temperature, double dropout)
    {
        Classifier classifier = Saved(Notes with { Temperature = temperature, Dropout = dropout });
        for (int seed = 1; seed <= 5; seed++)
        {
            byte[] pixels = Pixels(_image.Length, seed);
            double[] expected = Softmax(Outputs(classifier, pixels), temperature);
            Prediction prediction = classifier.Predict(pixels);
            Assert.That(prediction.Classes.Select(one => one.Probability), Is.Ordered.Descending);
            Assert.That(prediction.Classes.Select(one => one.Class), Is.EquivalentTo(Enumerable.Range(0, 4)));
            foreach (ClassProbability one in prediction.Classes)
            {
                Assert.That(one.Probability, Is.EqualTo(expected[one.Class]).Within(1e-5));
                Assert.That(one.Name, Is.EqualTo(_classes[one.Class]));
            }
            Assert.That((prediction.Name, prediction.Probability), Is.EqualTo((prediction.Classes[0].Name, prediction.Classes[0].Probability)));
            Assert.That(prediction.Labels, Is.EqualTo([prediction.Name]));
            Assert.That(prediction.Top(2), Is.EqualTo(prediction.Classes.Take(2)));
        }
    }

    [Test]
    public void Predict_ManyLabels_SaysThoseThatReachTheirThreshold()
    {
        byte[] pixels = Pixels(_image.Length, 3);
        double[] outputs = Outputs(Saved(Notes), pixels), said = [.. outputs.Select(output => 1 / (1 + Math.Exp(-output / 1.5)))];
        double[] thresholds = [said[0] - 0.01, said[1] + 0.01, said[2] - 0.01, said[3] + 0.01];
        Prediction prediction = Saved(Notes with { HasManyLabels = true, Thresholds = thresholds, Temperature = 1.5 }).Predict(pixels);
        Assert.That(prediction.Labels, Is.EquivalentTo(["ant", "cow"]));
        foreach (ClassProbability one in prediction.Classes) Assert.That(one.Probability, Is.EqualTo(said[one.Class]).Within(1e-5));
        Assert.That(Saved(Notes with { HasManyLabels = true, Thresholds = [1] }).Predict(pixels).Labels, Is.Empty);
    }

    [Test]
    public void Predict_PathStreamPictureAndBatch_HaveTheSameBits([Values] ResizeMethod method)
    {
        Classifier classifier = Saved(Notes with { Resize = method });
        string[] paths = [.. Enumerable.Range(0, 7).Select(i => _folder[$"{i}.png"])];
        for (int i = 0; i < paths.Length; i++) File.WriteAllBytes(paths[i], PngBytes.Of(Pixels(3 * (11 + i) * 14, i), 11 + i, 14, channels: 3));
        IReadOnlyList<Prediction> batch = classifier.Predict(paths), pictures = classifier.Predict([.. paths.Select(path => Picture.Load(path))]);
        for (int i = 0; i < paths.Length; i++)
        {
            var picture = Picture.Load(paths[i]);
            ClassProbability[] expected = [.. classifier.Predict(picture.Resized((13, 10), method).Pixels).Classes];
            using FileStream stream = File.OpenRead(paths[i]);
            Assert.That(batch[i].Classes, Is.EqualTo(expected));
            Assert.That(pictures[i].Classes, Is.EqualTo(expected));
            Assert.That(classifier.Predict(paths[i]).Classes, Is.EqualTo(expected));
            Assert.That(classifier.Predict(stream).Classes, Is.EqualTo(expected));
            Assert.That(classifier.Predict(new Picture(picture.Shape, picture.Pixels)).Classes, Is.EqualTo(expected));
        }
    }

    [TestCase(1, 3), TestCase(3, 1)]
    public void Predict_GreyAndColour_ComeToTheModelsChannels(int modelChannels, int channels)
    {
        var image = new Shape(modelChannels, 13, 10);
        Classifier classifier = Saved(Notes with { Image = image });
        var picture = Picture.Decode(PngBytes.Of(Pixels(130 * channels, 2), 13, 10, channels));
        Assert.That(classifier.Predict(picture).Classes, Is.EqualTo(classifier.Predict(picture.WithChannels(modelChannels).Pixels).Classes));
    }

    [Test]
    public void Predict_BatchWithDamagedFiles_NamesTheFirst()
    {
        string[] paths = [.. Enumerable.Range(0, 30).Select(i => _folder[$"{i:00}.png"])];
        foreach (string path in paths) File.WriteAllBytes(path, PngBytes.Of(Pixels(130, 2), 13, 10, channels: 1));
        foreach (int i in (ReadOnlySpan<int>)[11, 12, 29]) File.WriteAllText(paths[i], "damaged");
        Assert.That(Assert.Throws<InvalidDataException>(() => Saved(Notes).Predict(paths))!.Message, Does.Contain("11.png"));
    }

    [Test]
    public void Predict_FromManyThreads_EachGetsItsOwnAnswer()
    {
        Classifier classifier = Saved(Notes);
        byte[][] images = [.. Enumerable.Range(0, 20).Select(i => Pixels(_image.Length, i))];
        ClassProbability[][] expected = [.. images.Select(image => classifier.Predict(image).Classes.ToArray())];
        int wrong = 0;
        Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (!classifier.Predict(images[i % 20]).Classes.SequenceEqual(expected[i % 20])) Interlocked.Increment(ref wrong);
        });
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Predict_Warm_AllocatesTheAnswerAndNothingElse()
    {
        const int Calls = 50;
        Classifier classifier = Saved(Notes);
        byte[] pixels = Pixels(_image.Length, 1);
        double[] probabilities = new double[4];
        var kept = new Prediction[Calls];
        long Allocated(Action<int> call)
        {
            for (int i = 0; i < Calls; i++) call(i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++) call(i);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.That(Allocated(_ => classifier.Predict(pixels, probabilities)), Is.Zero);
        long answers = Allocated(i => kept[i] = new Prediction(new ClassProbability[4], classifier.Notes));
        Assert.That(Allocated(i => kept[i] = classifier.Predict(pixels)), Is.EqualTo(answers));
    }

    [TestCase(389, 4, "389 pixels do not fill an image [3, 13, 10]"), TestCase(390, 5, "room for 5 probabilities, there are 4 classes")]
    public void Predict_WrongLength_SaysBoth(int pixels, int probabilities, string message) => Assert.That(
        Assert.Throws<ShapeMismatchException>(() => Saved(Notes).Predict(new byte[pixels], new double[probabilities]))!.Message,
            Does.Contain(message));

    [TestCase("model", "which model it is (model)"), TestCase("image", "the size of its images (image)")]
    [TestCase("mean", "how pixels are normalised (mean, std)"), TestCase("classes", "what its outputs stand for (classes)")]
    public void Load_NotesMissing_AreNamed(string key, string named)
    {
        ModelFile.Save(Random(Notes.Build<float>()), ModelPath, [.. Notes.ToMetadata().Where(entry => entry.Key != key)]);
        Assert.That(Assert.Throws<InvalidDataException>(() => Classifier.Load(ModelPath))!.Message,
            Does.StartWith($"m.safetensors: its metadata does not say {named}.").And.Contain("scratch train --out"));
    }

    [Test]
    public void Load_WithoutNotes_NamesThemAll()
    {
        ModelFile.Save(Random(Notes.Build<float>()), ModelPath);
        Assert.That(Assert.Throws<InvalidDataException>(() => Classifier.Load(ModelPath))!.Message,
            Does.Contain("(model)").And.Contain("(image)").And.Contain("(mean, std)").And.Contain("(classes)"));
    }

    [Test]
    public void Load_OtherNumberOfClasses_SaysBoth()
    {
        ModelFile.Save(Random(Notes.Build<float>()), ModelPath, (Notes with { Classes = ["ant", "bee"] }).ToMetadata());
        Assert.That(Assert.Throws<InvalidDataException>(() => Classifier.Load(ModelPath))!.Message,
            Does.Contain("10.weight [4, 32] instead of [2, 32]").And.Contain("Its metadata says model 'lesson', images [3, 13, 10], 2 classes."));
    }

    [TestCase("nothing"), TestCase("vgg11")]                                 // the second takes larger images
    public void Load_ModelThatCannotBe_IsAnError(string model)
    {
        ModelFile.Save(Random(Notes.Build<float>()), ModelPath, (Notes with { Model = model }).ToMetadata());
        Assert.That(Assert.Throws<InvalidDataException>(() => Classifier.Load(ModelPath))!.Message,
            Does.StartWith("m.safetensors: ").And.Contain($"model '{model}'"));
    }

    [Test]
    public void Constructor_OwnModelAndNotes_Works()
    {
        Model<float> model = Random(new Sequential<float>(new Flatten<float>(), new Linear<float>(_image.Length, 4)));
        var classifier = new Classifier(model, Notes with { Model = null });
        Assert.That(classifier.ClassNames, Is.EqualTo(_classes));
        Assert.That(classifier.Predict(Pixels(_image.Length, 1)).Classes.Sum(one => one.Probability), Is.EqualTo(1).Within(1e-12));
        Assert.That(() => new Classifier(model, Notes with { Classes = ["one"] }),
            Throws.ArgumentException.With.Message.Contains("4 outputs, the notes name 1 class"));
        Assert.That(() => new Classifier(model, new ModelNotes()), Throws.ArgumentException.With.Message.Contains("(mean, std)"));
    }

    [Test]
    public void Predict_ModelWithoutAnswers_SaysSo()
    {
        Model<float> model = ModelCatalog.Build<float>("lesson-bn", _image, 4);
        model.State().First(entry => entry.Name.EndsWith("running_var", StringComparison.Ordinal)).Value.Span[0] = -3;
        Assert.That(() => new Classifier(model, Notes).Predict(Pixels(_image.Length, 1)),
            Throws.InvalidOperationException.With.Message.Contains("NaN"));
    }

    private static ModelNotes Notes => new() { Model = "lesson", Image = _image, Normalization = new Normalization(0.4, 0.2), Classes = _classes };

    private Classifier Saved(ModelNotes notes)
    {
        ModelFile.Save(Random(notes.Build<float>()), ModelPath, notes.ToMetadata());
        return Classifier.Load(ModelPath);
    }

    private static Model<float> Random(Model<float> model)
    {
        model.Initialize(Initialization.KaimingNormal, 7);
        return model;
    }

    // The model asked directly, its numbers normalised by the definition.
    private double[] Outputs(Classifier classifier, byte[] pixels)
    {
        Model<float> model = classifier.Notes.Build<float>();
        ModelFile.Load(model, ModelPath);
        float[] inputs = [.. pixels.Select(pixel => (float)((pixel / 255.0 - 0.4) / 0.2))];
        return [.. model.Infer(new Tensor<float>(_image.Prepend(1), inputs)).Span.ToArray().Select(output => (double)output)];
    }

    private static double[] Softmax(double[] outputs, double temperature)
    {
        double[] exponentials = [.. outputs.Select(output => Math.Exp(output / temperature))];
        return [.. exponentials.Select(one => one / exponentials.Sum())];
    }

    private static byte[] Pixels(int count, long seed) => [.. RandomTensors.Values<float>(count, seed + 1, 0, 255).Select(value => (byte)value)];
}
