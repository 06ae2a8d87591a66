using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>A predictor gives what the model gave when it was made.</summary>
[TestFixture]
public sealed class PredictorTests
{
    [Test]
    public void Infer_EveryNamedModel_EqualsTheModel(
        [ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name, [Values] SimdWidth width)
    {
        Model<float> model = Trained(NamedModels.Build<float>(name, width, new(1, 28, 28)), new(1, 28, 28));
        AssertSame(model, new(1, 28, 28), 2e-6);
    }

    [Test]
    public void Infer_OddSizesAndEveryOption_EqualsTheModel([Values] SimdWidth width)
    {
        var image = new Shape(3, 11, 9);
        var model = new Sequential<double>(
            new Conv2d<double>(3, 5, (3, 2), (2, 1), (1, 0), (1, 2), bias: false), new BatchNorm2d<double>(5), new LeakyRelu<double>(0.2),
            new MaxPool2d<double>(3, 1, 1), new Conv2d<double>(5, 33, 2, padding: 1), new BatchNorm2d<double>(33, affine: false), new Relu<double>(),
            new AvgPool2d<double>(2, padding: 1, countIncludePad: false), new AdaptiveAvgPool2d<double>((2, 3)), new LeakyRelu<double>(),
            new Flatten<double>(), new Linear<double>(33 * 6, 17), new Relu<double>(), new Linear<double>(17, 4, bias: false)) { Width = width };
        AssertSame(Trained(model, image), image, 1e-12);
    }

    [Test]
    public void Infer_Groups_EqualsTheModel()
    {
        var image = new Shape(4, 6, 5);
        var model = new Sequential<double>(new Conv2d<double>(4, 8, 3, groups: 2), new Relu<double>(), new Flatten<double>(),
            new Linear<double>(8 * 12, 3));
        AssertSame(model, image, 1e-12);
    }

    [Test]
    public void Infer_LayersOfEveryOtherKind_EqualsTheModel()
    {
        var image = new Shape(2, 5, 7);
        var model = new Sequential<double>(new ConvTranspose2d<double>(2, 4, 3, 2), new GroupNorm<double>(2, 4), new Gelu<double>(),
            new Dropout2d<double>(), new Conv2d<double>(4, 6, 3),
            new InstanceNorm2d<double>(6), new GeneralRelu<double>(0.1, 0.4, 6), new AdaptiveMaxPool2d<double>(3), new GlobalAvgPool<double>(),
                new Dropout<double>(), new Linear<double>(6, 3), new Softmax<double>());
        AssertSame(model, image, 1e-12);
    }

    /// <summary>The model's numbers are never made: those of one layer after the other are, in the same memory.</summary>
    [Test]
    public void Constructor_OfAModelThatNobodyLookedAt_TakesNoMemoryForItsNumbers()
    {
        var image = new Shape(3, 32, 32);
        Model<float> looked = ModelCatalog.Build<float>("resnet18", image, 10), model = ModelCatalog.Build<float>("resnet18", image, 10);
        _ = looked.ParameterVector.Values;
        var expected = new Predictor<float>(looked, image, threads: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var predictor = new Predictor<float>(model, image, threads: 1);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before, prepared = looked.DescribePlan(image, 1, training: false).PreparedBytes,
            largest = sizeof(float) * model.ParameterVector.Parameters.Max(parameter => (long)parameter.Shape.Length);
        Assert.That(model.ParameterVector.IsStarted, Is.False);
        Assert.That(bytes, Is.LessThan(prepared + 2 * largest));
        Tensor<float> pixels = RandomTensors.Tensor<float>(image.Prepend(1), 3), some = new(new(1, 10)), others = new(new(1, 10));
        predictor.Infer(pixels.Span, some.Span);
        Assert.That(model.ParameterVector.IsStarted, Is.False, "nor does it take them to answer");
        expected.Infer(pixels.Span, others.Span);
        Assert.That(some.Span.SequenceEqual(others.Span), "the same bits");
        Assert.That(model.Hash(), Is.EqualTo(looked.Hash()), "and the model starts as any other");
    }

    /// <summary>Layers that keep what they were given, that share a parameter, or that stand in two places.</summary>
    [Test]
    public void Constructor_OfAModelThatNobodyLookedAt_KeepsWhatLayersWereGiven([Values] bool looksFirst)
    {
        var image = new Shape(2, 6, 6);
        var given = new Conv2d<double>(2, 3, 3, padding: 1);
        given.Weight.Value.Fill(0.25);
        var twice = new Conv2d<double>(3, 3, 3, padding: 1);
        var model = new Sequential<double>(given, new BatchNorm2d<double>(3), twice, new Prelu<double>(3), twice, new Flatten<double>(),
            new LayerNorm<double>(new Shape(108)), new Linear<double>(108, 4));
        if (looksFirst) _ = model.ParameterVector.Values;
        var predictor = new Predictor<double>(model, image);
        Assert.That(model.ParameterVector.IsStarted, Is.EqualTo(looksFirst));
        Tensor<double> pixels = RandomTensors.Tensor<double>(image.Prepend(1), 5), outputs = new(new(1, 4));
        predictor.Infer(pixels.Span, outputs.Span);
        TensorAssert.Close(outputs, model.Infer(pixels), 1e-12, 1e-12);
        Assert.That(given.Weight.Value.Span.ToArray(), Is.All.EqualTo(0.25));
    }

    [Test]
    public void Infer_FromManyThreads_EachGetsItsOwnImages()
    {
        var image = new Shape(1, 28, 28);
        Model<float> model = ModelCatalog.Build<float>("lesson", image, 10);
        var predictor = new Predictor<float>(model, image);
        Tensor<float> images = RandomTensors.Tensor<float>(new Shape(40, 1, 28, 28), 3), expected = model.Infer(images);
        int wrong = 0;
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            Span<float> output = stackalloc float[10];
            predictor.Infer(images.Slice(i % 40, 1).Span, output);
            for (int c = 0; c < 10; c++)
                if (Math.Abs(output[c] - expected[i % 40, c]) > 1e-5f) Interlocked.Increment(ref wrong);
        });
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Infer_Warm_AllocatesNothing()
    {
        var image = new Shape(1, 28, 28);
        var predictor = new Predictor<float>(ModelCatalog.Build<float>("lesson-bn", image, 10), image);
        float[] pixels = RandomTensors.Values<float>(784, 5), output = new float[10];
        for (int i = 0; i < 50; i++) predictor.Infer(pixels, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) predictor.Infer(pixels, output);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Infer_ModelLearnsOn_GivesWhatItWasMadeFrom(
        [ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name, [Values(1, 32)] int batchSize)
    {
        Shape image = NamedModels.Image(name);
        Model<float> model = ModelCatalog.Build<float>(name, image, 10);
        var predictor = new Predictor<float>(model, image, batchSize);
        Tensor<float> images = RandomTensors.Tensor<float>(image.Prepend(3), 4);
        float[] before = new float[30], after = new float[30];
        predictor.Infer(images.Span, before);
        foreach (var (_, value, _) in model.State()) value.Scale(1.5f);
        predictor.Infer(images.Span, after);
        Assert.That(after, Is.EqualTo(before));
        new Predictor<float>(model, image, batchSize).Infer(images.Span, after);
        Assert.That(after, Is.Not.EqualTo(before));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(32)]
    public void Infer_ABatch_EqualsTheModel(int batchSize)
    {
        var image = new Shape(1, 28, 28);
        Model<float> model = Trained(ModelCatalog.Build<float>("resnet9", image, 10), image);
        Tensor<float> images = RandomTensors.Tensor<float>(image.Prepend(45), 4), output = new(new Shape(45, 10));
        new Predictor<float>(model, image, batchSize).Infer(images.Span, output.Span);
        TensorAssert.CloseToLargest(output, model.Infer(images), 2e-6);
    }

    [TestCase(783, 10)]
    [TestCase(784, 9)]
    public void Infer_WrongLength_SaysBoth(int pixels, int outputs)
    {
        var image = new Shape(1, 28, 28);
        var predictor = new Predictor<float>(ModelCatalog.Build<float>("lesson", image, 10), image);
        Assert.That(() => predictor.Infer(new float[pixels], new float[outputs]), Throws.TypeOf<ShapeMismatchException>()
            .With.Message.Contains(pixels == 784 ? "9" : "783").And.Message.Contains(pixels == 784 ? "10" : "784"));
    }

    /// <summary>Running statistics and biases that are not the first ones.</summary>
    private static Model<T> Trained<T>(Model<T> model, Shape image)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int seed = 1;
        foreach (Parameter<T> parameter in model.ParameterVector.Parameters)
            RandomTensors.Values<T>(parameter.Value.Length, seed++, -0.5, 0.7).CopyTo(parameter.Value.Span);
        for (int pass = 0; pass < 3; pass++) model.Forward(RandomTensors.Tensor<T>(image.Prepend(5), 20 + pass));
        return model;
    }

    private static void AssertSame<T>(Model<T> model, Shape image, double tolerance)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var predictor = new Predictor<T>(model, image);
        for (int seed = 1; seed <= 3; seed++)                                // a second image finds the first one's memory
        {
            Tensor<T> one = RandomTensors.Tensor<T>(image.Prepend(1), seed), expected = model.Infer(one), got = new(expected.Shape);
            predictor.Infer(one.Span, got.Span);
            TensorAssert.CloseToLargest(got, expected, tolerance);
        }
    }
}
