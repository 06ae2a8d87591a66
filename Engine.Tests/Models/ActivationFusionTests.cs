using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>A layer that takes on the activation after it gives the very bits that the two give one after the other; with an exponential in it, which
/// may be rounded another way in another loop, all but the last.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double), Category = "Slow")]
public sealed class ActivationFusionTests<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Shape Image = new(2, 9, 5);

    private static readonly (string Name, Func<Layer<T>> Of)[] _activations =
    [
        ("relu", () => new Relu<T>()), ("leaky relu 0", () => new LeakyRelu<T>(0)), ("leaky relu 0.2", () => new LeakyRelu<T>(0.2)),
            ("relu6", () => new Relu6<T>()),
        ("sigmoid", () => new Sigmoid<T>()), ("tanh", () => new Tanh<T>()), ("silu", () => new Silu<T>()), ("gelu", () => new Gelu<T>()),
        ("gelu by tanh", () => new Gelu<T>(GeluApproximation.Tanh)), ("hardswish", () => new Hardswish<T>()),
    ];

    private static IEnumerable<TestCaseData> Models()
    {
        foreach (var (slope, act) in _activations)
        {
            Layer<T> Act() => act();
            foreach (ConvolutionAlgorithm algorithm in Enum.GetValues<ConvolutionAlgorithm>())
                yield return Case($"convolution, {algorithm}, {slope}",
                    () => [new Conv2d<T>(2, 11, (3, 2), 2, 1) { Algorithm = algorithm }, Act(),
                        new Conv2d<T>(11, 3, 2, bias: false) { Algorithm = algorithm }, Act()]);
            yield return Case($"one output channel and groups, {slope}", () => [new Conv2d<T>(2, 1, 3, padding: 1), Act(), new Conv2d<T>(1, 4, 1),
                Act(), new Conv2d<T>(4, 4, 3, groups: 4), Act()]);
            yield return Case($"linear, {slope}", () => [new Linear<T>(5, 7), Act(), new Flatten<T>(), new Linear<T>(126, 4, bias: false), Act()]);
            yield return Case($"normalisation of images, {slope}",
                () => [new LayerNorm<T>(new(2, 9, 5)), Act(), new Conv2d<T>(2, 10, 3), new GroupNorm<T>(5, 10), Act(), new InstanceNorm2d<T>(10),
                    Act()]);
            yield return Case($"batch normalisation, {slope}",
                () => [new BatchNorm2d<T>(2), Act(), new Conv2d<T>(2, 9, 3), new BatchNorm2d<T>(9, affine: false), Act(), new BatchNorm2d<T>(9),
                    new MaxPool2d<T>(2), Act(), new BatchNorm2d<T>(9), Act()]);
        }
    }

    [TestCaseSource(nameof(Models))]
    public void ForwardAndBackward_WithActivation_GiveWhatTwoLayersDo(Func<Layer<T>[]> layers, bool isExact)
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
            foreach (int images in new[] { 5, 32, 70 })
                foreach (bool training in new[] { true, false })
                {
                    var (output, gradInput, gradients) = Run(layers(), images, training, width);
                    var (plainOutput, plainGradInput, plainGradients) = Run([.. layers().Select(Apart)], images, training, width);
                    string what = $"{width}, {images} images, training {training}";
                    AssertSame(output, plainOutput);
                    AssertSame(gradInput, plainGradInput);
                    AssertSame(gradients, plainGradients);

                    void AssertSame(Tensor<T> one, Tensor<T> other)
                    {
                        if (isExact) TensorAssert.Equal(one, other, what);
                        else TensorAssert.CloseToLargest(one, other, typeof(T) == typeof(float) ? 1e-5 : 1e-13, what);
                    }
                }
    }

    [Test]
    public void Forward_Observed_ShowsTheValuesBeforeTheActivation()
    {
        Model<T> model = RandomModel.Of<T>(1, [new Conv2d<T>(2, 3, 3), new Relu<T>()]);
        var watch = new LeastOutput();
        model.Observers.Add(watch);
        model.Forward(RandomTensors.Tensor<T>(Image.Prepend(3), 2));
        Assert.That(watch.Least[0], Is.LessThan(0));
        Assert.That(watch.Least[1], Is.Zero);
    }

    private static (Tensor<T> Output, Tensor<T> GradInput, Tensor<T> Gradients) Run(Layer<T>[] layers, int images, bool training, SimdWidth width)
    {
        Model<T> model = RandomModel.Of<T>(1, layers, width: width);
        Tensor<T> output = model.Forward(RandomTensors.Tensor<T>(Image.Prepend(images), 2), training);
        return (output, model.Backward(RandomTensors.Tensor<T>(output.Shape, 3)), model.ParameterVector.Gradients);
    }

    private static Layer<T> Apart(Layer<T> layer) => layer.Activation.IsSome ? new Wrapped(layer) : layer;

    private static TestCaseData Case(string name, Func<Layer<T>[]> layers) =>
        new TestCaseData(layers, layers().Where(layer => layer.Activation.IsSome).All(layer =>
            layer.Activation.IsRectifier)).SetArgDisplayNames(name);

    /// <summary>An activation that nobody knows to be one.</summary>
    private sealed class Wrapped(Layer<T> activation) : Layer<T>
    {
        public override BackwardReads BackwardReads => activation.BackwardReads;

        public override OutputMemory OutputMemory => activation.OutputMemory;

        public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<T> pass) => activation.Forward<V>(pass);

        public override void Backward<V>(in Pass<T> pass) => activation.Backward<V>(pass);
    }

    private sealed class LeastOutput : BlockObserver<T>
    {
        public double[] Least { get; private set; } = [];

        public override void BeginPass(int layers, int images, bool training) => Least = new double[layers];

        public override void Observe<V>(int layer, in Pass<T> pass)
        {
            foreach (T value in pass.Output) Least[layer] = Math.Min(Least[layer], double.CreateChecked(value));
        }

        public override void EndPass()
        {
        }
    }
}
