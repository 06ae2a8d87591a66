using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>A layer that knows two layouts computes the same in both, forward, back and for its parameters, at every width; and threads that share a
/// block change no bit.</summary>
public sealed class LayoutTests
{
    // statistics come from outside; chance goes by places
    private static readonly Type[] _ofItsOwn = [typeof(BatchLayer<double>), typeof(Dropout<double>)];

    private static IEnumerable<string> Cases => LayerCases.Names.Where(name => SingleLayer(name) is { } layer && KnowsBoth(layer.Layer, layer.Image));

    [Test]
    public void Run_InEitherLayout_GivesTheSame([ValueSource(nameof(Cases))] string name, [Values] SimdWidth width, [Values(1, 3, 32)] int images)
    {
        var (layer, image) = SingleLayer(name)!.Value;
        RandomModel.Fill(new Sequential<double>(layer), 1);
        Tensor<double> input = RandomTensors.Tensor<double>(image.Prepend(images), 2), gradOutput =
            RandomTensors.Tensor<double>(layer.OutputShape(image).Prepend(images), 3);
        input.Scale(4);                                                      // to reach bends and ends
        LayoutResult<double> lanes = Run(Layout.Lanes), last = Run(Layout.ChannelsLast);
        TensorAssert.CloseToLargest(last.Output, lanes.Output, 1e-12, "output");
        TensorAssert.CloseToLargest(last.GradInput, lanes.GradInput, 1e-12, "gradInput");
        for (int i = 0; i < lanes.Gradients.Length; i++) TensorAssert.CloseToLargest(last.Gradients[i], lanes.Gradients[i], 1e-12,
            layer.Parameters[i].Name);

        LayoutResult<double> Run(Layout layout) => ForVector.Of(width, new LayoutRun<double>(layer, layout, input, gradOutput, training: true));
    }

    [Test]
    public void Run_ThreadsShareABlock_ChangesNoBit([Values(2, 3)] int threads, [Values(1, 5)] int images, [Values] bool training)
    {
        float[] one = Bits(1, images, training);
        Assert.That(Bits(threads, images, training), Is.EqualTo(one));
    }

    private static float[] Bits(int threads, int images, bool training)
    {
        Module<float>[] modules =
        [
            new Conv2d<float>(3, 40, 1), new Prelu<float>(40), new LocalResponseNorm<float>(5, 0.1), new GroupNorm<float>(4, 40), new Elu<float>(),
                new Conv2d<float>(40, 40, 1), new Prelu<float>(),
            new InstanceNorm2d<float>(40, affine: true), new Dropout2d<float>(0.3), new Softplus<float>(), new Conv2d<float>(40, 40, 1),
                new Softmax<float>(2), new Softmax<float>(), new LayerNorm<float>(new(15)),
            new BatchNorm2d<float>(40), new Mish<float>(), new LayerNorm<float>(new(40, 17, 15)), new Conv2d<float>(40, 3, 1),
        ];
        Model<float> model = RandomModel.Of(4, modules, threads);
        Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(new(images, 3, 17, 15), 5), training);
        Tensor<float> gradInput = model.Backward(RandomTensors.Tensor<float>(output.Shape, 6));
        return [.. output.Span, .. gradInput.Span, .. model.ParameterVector.Gradients.Span];
    }

    private static (Layer<double> Layer, Shape Image)? SingleLayer(string name)
    {
        LayerCase<double> layers = LayerCases.Of<double>(name);
        Module<double>[] own = [.. layers.Modules.Where(module => module is not Lambda<double>)];
        return own is [Layer<double> layer] && !_ofItsOwn.Any(type => type.IsInstanceOfType(layer)) ? (layer, layers.Batch.Tail()) : null;
    }

    private static bool KnowsBoth(Layer<double> layer, Shape image) => layer.Knows(Layout.Lanes, [image]) && layer.Knows(Layout.ChannelsLast,
        [image]);
}
