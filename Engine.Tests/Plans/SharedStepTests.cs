using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Data;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Threads that share the steps of a block change no bit, whatever the layer: images are so large that every step is worth
/// cutting.</summary>
[Category("Slow")]
public sealed class SharedStepTests
{
    private static readonly Shape Image = new(8, 17, 15);
    private static readonly int[] _threads = [2, 3, 8, 16], _batches = [1, 5, 32, 70];

    private static IEnumerable<TestCaseData> Layers()
    {
        yield return Case("conv", () => [new Conv2d<float>(8, 13, (3, 2), (1, 2), (1, 2))]);
        yield return Case("conv activated", () => [new Conv2d<float>(8, 12, 3, padding: 1), new Relu<float>()]);
        yield return Case("conv without bias, activated", () => [new Conv2d<float>(8, 12, 3, padding: 1, bias: false), new LeakyRelu<float>(0.2)]);
        yield return Case("conv groups", () => [new Conv2d<float>(8, 12, 3, groups: 4)]);
        yield return Case("conv depthwise", () => [new Conv2d<float>(8, 8, 5, padding: 2, groups: 8)]);
        yield return Case("conv circular", () => [new Conv2d<float>(8, 9, 3, padding: 2, paddingMode: PaddingMode.Circular)]);
        yield return Case("conv 1x1", () => [new Conv2d<float>(8, 30, 1)]);
        yield return Case("transposed", () => [new ConvTranspose2d<float>(8, 6, 3, 2, 1)]);
        yield return Case("linear", () => [new Linear<float>(15, 90)]);
        yield return Case("batch norm", () => [new BatchNorm2d<float>(8), new Relu<float>()]);
        yield return Case("running batch norm", () => [new RunningBatchNorm2d<float>(8)]);
        yield return Case("batch norm after conv", () => [new Conv2d<float>(8, 70, 3), new BatchNorm2d<float>(70), new Gelu<float>()]);
        yield return Case("prelu", () => [new Prelu<float>(8)]);
        yield return Case("max pool", () => [new MaxPool2d<float>(3, 2)]);
        yield return Case("avg pool", () => [new AvgPool2d<float>(3, 1)]);
        yield return Case("adaptive", () => [new AdaptiveAvgPool2d<float>((5, 4))]);
        yield return Case("group norm", () => [new GroupNorm<float>(4, 8)]);
        yield return Case("layer norm", () => [new LayerNorm<float>(Image)]);
        yield return Case("response norm", () => [new LocalResponseNorm<float>(3, 0.1)]);
        yield return Case("softmax", () => [new Softmax<float>()]);
        yield return Case("dropout", () => [new Dropout<float>(0.3)]);
        yield return Case("dropout 2d", () => [new Dropout2d<float>(0.3)]);
        yield return Case("pixel shuffle", () => [new PixelShuffle<float>(2)]);
        yield return Case("upsample", () => [new Upsample<float>(2)]);
        yield return Case("residual", () => [new Residual<float>(new Conv2d<float>(8, 8, 3, padding: 1))]);
        yield return Case("products and differences", () =>
        [
            new Joined<float>((x, y) => x * y, new Conv2d<float>(8, 8, 1)), new Joined<float>((x, y) => x - y, new Tanh<float>()),
            new Concat<float>(new Softplus<float>(), new Elu<float>()),
        ]);
        yield return Case("units with an end", () => [new Sigmoid<float>(), new Hardsigmoid<float>(), new Hardtanh<float>(), new Relu6<float>()]);
        yield return Case("units without", () => [new Silu<float>(), new Mish<float>(), new Selu<float>(), new Hardswish<float>()]);
        yield return Case("bent units", () => [new GeneralRelu<float>(0.1, 0.4), new Clamp<float>(-0.4, 0.6), LayerCases.Square<float>()]);
        yield return Case("rows", () =>
        [
            new Reshape<float>(8, 255), new Conv1d<float>(8, 7, 3), new MaxPool1d<float>(3, 2), new AvgPool1d<float>(2), new Flatten<float>(),
        ]);
        yield return Case("sizes", () =>
        [
            new Pad2d<float>((3, 1, 0, 2), PaddingMode.Reflect), new ChannelShuffle<float>(4), new Crop2d<float>((1, 0, 2, 1)),
            new Mean<float>(ImageAxes.Rows, keepDim: true),
        ]);
        yield return Case("adaptive max", () => [new InstanceNorm2d<float>(8, affine: true), new AdaptiveMaxPool2d<float>((5, 4))]);
        yield return Case("global average", () => [new LogSoftmax<float>(), new GlobalAvgPool<float>()]);
    }

    [TestCaseSource(nameof(Layers))]
    public void ForwardAndBackward_AnyThreads_GiveTheSameBits(Func<Module<float>[]> make) => AssertSameBits(make, Image, _threads, _batches);

    [Test]
    public void Layers_OfCases_CoverEveryPublicLayer() => Assert.That(LayerCases.Types.Where(type => type.IsPublic).Select(type => type.Name),
        Is.SubsetOf(Layers().SelectMany(entry => new Sequential<float>(((Func<Module<float>[]>)entry.Arguments[0]!)()).Layers)
            .Select(layer => layer.GetType().Name).ToHashSet()));

    // Sizes so small that only blocks are shared, but every option of every layer.
    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void ForwardAndBackward_SmallCase_GivesTheSameBits(string name) => AssertSameBits(() => LayerCases.Of<float>(name).Modules,
        LayerCases.Of<float>(name).Batch.Tail(), [3, 16], [70]);

    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    [Category("Long")]
    public void ForwardAndBackward_SmallCaseAnyThreads_GivesTheSameBits(string name) => AssertSameBits(() => LayerCases.Of<float>(name).Modules,
        LayerCases.Of<float>(name).Batch.Tail(), _threads, _batches);

    [Test]
    public void Train_ImagesOfADataset_GiveTheSameBits([Values] bool direct)
    {
        var image = new Shape(3, 37, 35);
        var dataset = new Dataset(image.Prepend(40), IdxBytes.Elements(40 * image.Length), Enumerable.Range(0, 40).Select(n => n % 3).ToArray(), 3);
        float[] one = Trained(1);
        foreach (int threads in _threads) Assert.That(Trained(threads), Is.EqualTo(one), $"{threads} threads");

        float[] Trained(int threads)
        {
            var batch = new DatasetBatch<float>(dataset, new(0.3, 0.7), 40, [new RandomCrop(2), new RandomHorizontalFlip()], 1, [new MixUp(0.4)]);
            var convolution = new Conv2d<float>(3, 40, 3);
            if (direct) convolution.Algorithm = ConvolutionAlgorithm.Channels;
            var model = new Sequential<float>(convolution, new Relu<float>(), new AdaptiveAvgPool2d<float>(1), new Flatten<float>(),
                new Linear<float>(40, 3)) { Threads = threads };
            model.Initialize(Initialization.Default, 3);
            foreach (int images in (int[])[40, 29])
            {
                batch.Set([.. Enumerable.Range(0, images)], epoch: images);
                model.RunnerFor(image).Train(batch, new CrossEntropyLoss<float>(), new Tensor<float>(new Shape(images, 3)));
            }
            return [.. model.ParameterVector.Gradients.Span];
        }
    }

    [Test]
    public void ForwardAndBackward_OneLayoutOnly_GiveTheSameBits([Values] Layout layout)
    {
        AssertSameBits(Chain, Image, _threads, _batches);

        Module<float>[] Chain() =>
        [
            new InLayout<float>(new Conv2d<float>(8, 20, 3), layout), new InLayout<float>(new MaxPool2d<float>(2, 1), layout),
                new InLayout<float>(new Gelu<float>(), layout),
            new InLayout<float>(new Conv2d<float>(20, 20, 3, groups: 5), layout), new InLayout<float>(new ConvTranspose2d<float>(20, 9, 3), layout),
        ];
    }

    [Test]
    public void Convert_ThreadsShareIt_GivesTheSameBits([Values(1, 31, 32)] int images)
    {
        const int Channels = 19, Pixels = 211;
        float[] block = RandomTensors.Values<float>(Channels * Pixels * Lanes.Count, 1), one = new float[Channels * Pixels * images],
            several = new float[one.Length];
        float[] back = new float[block.Length], backSeveral = new float[block.Length];
        Array.Fill(backSeveral, float.NaN);
        ChannelLayout.FromLanes<float>(block, Channels, Pixels, one);
        ChannelLayout.FromLanes<float>(block, Channels, Pixels, several, threads: 3);
        ChannelLayout.ToLanes<float>(one, Channels, Pixels, back);
        ChannelLayout.ToLanes<float>(one, Channels, Pixels, backSeveral, threads: 3);
        Assert.That(several, Is.EqualTo(one));
        Assert.That(backSeveral, Is.EqualTo(back));
    }

    private static void AssertSameBits(Func<Module<float>[]> make, Shape image, int[] several, int[] batches)
    {
        foreach (int batch in batches)
        {
            byte[] one = StepBits.Of(make(), image, 1, batch);
            foreach (int threads in several)
                Assert.That(StepBits.Of(make(), image, threads, batch).AsSpan().SequenceEqual(one), $"{threads} threads, batches of {batch}");
        }
    }

    // New layers for every model: a parameter belongs to one.
    private static TestCaseData Case(string name, Func<Module<float>[]> make) => new TestCaseData(make).SetArgDisplayNames(name);
}
