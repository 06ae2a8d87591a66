using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Models;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Threads share the one block of a batch even where it is a single image: by pixels, or by rows of the output. No bit changes.</summary>
[Category("Slow")]
public sealed class CutStepTests
{
    private const int Channels = 12;
    private static readonly Shape Image = new(Channels, 61, 53);
    private static readonly int[] _threads = [2, 3, 8];

    private static IEnumerable<TestCaseData> Layers()
    {
        (string Name, Func<Layer<float>> Make)[] layers =
        [
            ("softmax", () => new Softmax<float>()), ("log softmax", () => new LogSoftmax<float>()),
            ("response norm", () => new LocalResponseNorm<float>(5, 0.3, 0.6, 1.5)), ("channel shuffle", () => new ChannelShuffle<float>(3)),
            ("mean of channels", () => new Mean<float>(ImageAxes.Channels, keepDim: true)), ("prelu", () => new Prelu<float>(Channels)),
            ("max pool", () => new MaxPool2d<float>((3, 2), (2, 1), (1, 0), ceilMode: true)),
            ("avg pool", () => new AvgPool2d<float>((3, 2), (2, 1), (1, 0), ceilMode: true, countIncludePad: false)),
            ("adaptive average", () => new AdaptiveAvgPool2d<float>((7, 5))), ("adaptive max", () => new AdaptiveMaxPool2d<float>((7, 5))),
            ("upsample", () => new Upsample<float>(scaleFactor: 1.5, mode: UpsampleMode.Bilinear)),
            ("pad", () => new Pad2d<float>((3, 1, 0, 2), PaddingMode.Reflect)), ("crop", () => new Crop2d<float>((1, 2, 3, 0))),
            ("pixel shuffle", () => new PixelShuffle<float>(2)), ("group norm", () => new GroupNorm<float>(4, Channels)),
            ("instance norm", () => new InstanceNorm2d<float>(Channels, affine: true)), ("layer norm", () => new LayerNorm<float>(Image)),
            ("layer norm of rows", () => new LayerNorm<float>(new Shape(Image[2]))),
        ];
        foreach (var (name, make) in layers)
            foreach (Layout layout in Enum.GetValues<Layout>())
                if (layout == Layout.ChannelsLast || name != "pixel shuffle")
                    yield return new TestCaseData(() => (Module<float>)new InLayout<float>(make(), layout)).SetArgDisplayNames(name, $"{layout}");
        yield return new TestCaseData(() => (Module<float>)new BatchNorm2d<float>(Channels)).SetArgDisplayNames("batch norm");
        yield return new TestCaseData(() => (Module<float>)new Sequential<float>(new GroupNorm<float>(3, Channels), new Gelu<float>()))
            .SetArgDisplayNames("group norm, activated");
        yield return new TestCaseData(() => (Module<float>)new Concat<float>(new LeakyRelu<float>(0.2), new Conv2d<float>(Channels, 5, 1)))
            .SetArgDisplayNames("concat");
        yield return new TestCaseData(() => (Module<float>)new SqueezeExcitation<float>(Channels, 4)).SetArgDisplayNames("number of a channel");
    }

    [TestCaseSource(nameof(Layers))]
    public void ForwardAndBackward_AnyThreads_GiveTheSameBits(Func<Module<float>> make)
    {
        foreach (int images in (int[])[1, 3])
        {
            float[] one = Bits(make(), 1, images);
            foreach (int threads in _threads)
                Assert.That(Bits(make(), threads, images).AsSpan().SequenceEqual(one), $"{threads} threads, {images} images");
        }
    }

    [TestCaseSource(nameof(Layers))]
    public void StepCut_OneImage_HasPieces(Func<Module<float>> make)
    {
        Plan<float> plan = RandomModel.Of(1, [make()]).RunnerFor(Image).PlanFor(PlanGoal.Infer(1));
        Step<float> step = plan.Steps.Last(step => step.Kind == StepKind.Forward);
        Assert.That(StepCut.Of(step, 1), Has.Property(nameof(StepCut.Pieces)).GreaterThan(1)
            .Or.Property(nameof(StepCut.Division)).EqualTo(Division.ByItself));
    }

    private static float[] Bits(Module<float> module, int threads, int images)
    {
        Model<float> model = RandomModel.Of(4, [module], threads);
        Tensor<float> input = RandomTensors.Tensor<float>(Image.Prepend(images), 5), inUse = model.Infer(input), output = model.Forward(input, true);
        Tensor<float> gradInput = model.Backward(RandomTensors.Tensor<float>(output.Shape, 6));
        return [.. inUse.Span, .. output.Span, .. gradInput.Span, .. model.ParameterVector.Gradients.Span];
    }
}
