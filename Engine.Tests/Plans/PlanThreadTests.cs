using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Threads share blocks, or steps of a block where there are too few: no bit depends on how many there are.</summary>
[Category("Slow")]
public sealed class PlanThreadTests
{
    private static readonly int[] _threads = [1, 2, 3, 8, 16], _batches = [1, 5, 32, 70];

    private static IEnumerable<string> Names => NamedModels.Small;

    private static IEnumerable<string> Others => ModelCatalog.Names.Except(Names);

    private static IEnumerable<string> AffordableOthers => Others.Except(["vgg11", "resnet34"]);

    [TestCaseSource(nameof(Names))]
    public void TrainAndInfer_NamedModel_GiveTheSameBits(string name) => AssertSameBits(name, Image(name));

    [TestCaseSource(nameof(Others))]
    [Category("Long")]
    public void TrainAndInfer_LargeModel_GiveTheSameBits(string name) => AssertSameBits(name, new(3, 32, 32));

    // As cheap as can be: one model, the first time with one thread; not one of half a gigabyte, nor another one of resnet18's blocks.
    [TestCaseSource(nameof(AffordableOthers))]
    public void TrainAndInfer_LargeModelOnce_GiveTheSameBits(string name)
    {
        Shape image = name == "squeezenet1_1" ? new(3, 28, 27) : new(3, 16, 17);
        Model<float> model = NamedModels.Build<float>(name, threads: 1, image);
        Tensor<float> images = RandomTensors.Tensor<float>(image.Prepend(2), 1), one = new(new Shape(2, 10)), several = new(one.Shape);
        var batch = new TensorBatch<float>(images, (int[])[3, 8]);
        model.Train(batch, new CrossEntropyLoss<float>(), one);
        float[] gradients = [.. model.ParameterVector.Gradients.Span];
        byte[] inUse = [.. AlignedMemory.Bytes<float>(model.Infer(images).Span)];
        (model.Threads, model.Step) = (3, 0);
        Assert.That(AlignedMemory.Bytes<float>(model.Infer(images).Span).SequenceEqual(inUse), "in use");
        model.Train(batch, new CrossEntropyLoss<float>(), several);
        Assert.That(AlignedMemory.Bytes<float>(several.Span).SequenceEqual(AlignedMemory.Bytes<float>(one.Span)), "output");
        Assert.That(AlignedMemory.Bytes<float>(model.ParameterVector.Gradients.Span).SequenceEqual(AlignedMemory.Bytes<float>(gradients)));
    }

    [TestCase("lesson", 1, 28, 1, false)]
    [TestCase("lesson", 1, 28, 32, true)]
    [TestCase("mobilenet-mini", 1, 28, 1, false)]
    [TestCase("resnet18", 3, 32, 1, true)]
    public void IsWorthSharing_ByWhatThereIsToDo_SaysWhetherThreadsAreCalled(string name, int channels, int side, int images, bool isWorthIt)
    {
        var shape = new Shape(channels, side, side);
        PlanRunner<float> runner = NamedModels.Build<float>(name, 2, shape).NewRunner([shape], threads: 2);
        Assert.That(runner.PlanFor(PlanGoal.Infer(images)).IsWorthSharing, Is.EqualTo(isWorthIt));
    }

    // Channels enough to lie channels-last, weights enough that threads share a step, and a gradient too large for a copy a group.
    [TestCase(1)]
    [TestCase(32)]
    [TestCase(70)]
    public void TrainAndInfer_ManyChannels_GiveTheSameBits(int batch)
    {
        string[] bits = [.. _threads.Select(threads => Steps(Wide(threads), new(3, 9, 8), batch))];
        Assert.That(bits, Has.All.EqualTo(bits[0]));
    }

    // So large that batch normalisation sees more than one pixel of a single image.
    private static Shape Image(string name) => name is "wide" or "deep" or "resnet9" ? new(1, 17, 16) : NamedModels.Image(name);

    private static Model<float> Wide(int threads)
    {
        Module<float>[] Stage(int from, int to, int stride = 1) => [new Conv2d<float>(from, to, 3, stride, 1, bias: false),
            new BatchNorm2d<float>(to), new Relu<float>()];
        return new Sequential<float>([.. Stage(3, 64), .. Stage(64, 160, 2),
            new Residual<float>(new Sequential<float>([.. Stage(160, 160), new Conv2d<float>(160, 160, 3, padding: 1, groups: 160)]),
            new Sequential<float>([new Conv2d<float>(160, 160, 1), new BatchNorm2d<float>(160)])), new Silu<float>(), new MaxPool2d<float>(2),
                .. Stage(160, 320), new GlobalAvgPool<float>(), new Dropout<float>(0.2),
            new Linear<float>(320, 10)]) { Threads = threads };
    }

    private static void AssertSameBits(string name, Shape image)
    {
        foreach (int size in _batches)
        {
            int batch = name == "lenet-bn" ? Math.Max(2, size) : size;       // which normalises single numbers: one image has no deviation
            string[] bits = [.. _threads.Select(threads => Steps(NamedModels.Build<float>(name, threads, image), image, batch))];
            Assert.That(bits.All(some => some == bits[0]), $"batches of {batch}");
        }
    }

    private static string Steps(Model<float> model, Shape image, int batch)
    {
        Tensor<float> images = RandomTensors.Tensor<float>(image.Prepend(batch), 1), output = new(new Shape(batch, 10));
        var labelled = new TensorBatch<float>(images, Enumerable.Range(0, batch).Select(n => n * 7 % 10).ToArray());
        var optimizer = new Sgd<float>(model.ParameterVector, 0.05, momentum: 0.9) { Threads = model.Threads };
        model.Initialize(Initialization.KaimingNormal, 3);
        for (int step = 0; step < 2; step++)
        {
            model.RunnerFor(image).Train(labelled, new CrossEntropyLoss<float>(), output);
            optimizer.Step();
        }
        var predicted = new float[output.Length];
        new Predictor<float>(model, image, batch).Infer(images.Span, predicted);
        return $"{model.Hash()} {string.Join(' ', model.Infer(images).Span.ToArray().Concat(predicted).Select(BitConverter.SingleToUInt32Bits))}";
    }
}
