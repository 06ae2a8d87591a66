using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Batch normalisation of numbers whose mean is large against their deviation: in float what it is in double, on the same numbers.</summary>
public sealed class LargeMeanTests
{
    private const int Images = 37, Channels = 3, Pixels = 4 * 5;
    private static readonly (double Mean, double Step)[] _numbers = [(1e7, 1), (-3e6, 0.25), (1e4, 1e-3), (0.3, 1)];

    [Test]
    public void Forward_Training_IsThatOfDouble(
        [ValueSource(nameof(_numbers))] (double Mean, double Step) numbers, [Values] bool running, [Values] bool activates, [Values] SimdWidth width)
    {
        Tensor<float> input = Input(numbers);
        Tensor<float> actual = Model<float>(running, activates, width).Forward(input, training: true);
        TensorAssert.CloseToLargest(actual.Cast<double>(), Model<double>(running, activates, width).Forward(input.Cast<double>(), training: true),
            2e-6);
    }

    [Test]
    public void Forward_TwoNumbers_AreMinusOneAndOne()
    {
        var input = new Tensor<float>(new(4, 1, 1, 1), [1e7f, 1e7f + 1, 1e7f + 1, 1e7f]);
        Tensor<float> output = new Sequential<float>(new BatchNorm2d<float>(1, eps: 0)).Forward(input, training: true);
        Assert.That(output.Span.ToArray(), Is.EqualTo(new float[] { -1, 1, 1, -1 }));
    }

    [Test]
    public void Forward_EqualNumbersWithoutEps_AreTheBias([Values] bool running)
    {
        BatchNormLayer<float> layer = running ? new RunningBatchNorm2d<float>(1, eps: 0) : new BatchNorm2d<float>(1, eps: 0);
        layer.Bias!.Value.Fill(0.75f);
        Tensor<float> output = new Sequential<float>(layer).Forward(new Tensor<float>(new(24, 1, 2, 3)).Fill(0.3f), training: true);
        foreach (float y in output.Span) Assert.That(y, Is.EqualTo(0.75f).Within(1e-5f));
    }

    // A convolution that changes nothing, and a normalisation that a plan in use would take into its weights; images small and large, lanes and
    // channels-last.
    [Test]
    public void InUse_AfterAConvolution_IsThatOfDouble(
        [Values(1e7, 1e4, 0.3)] double mean, [Values(4, 9, 40)] int size, [Values(1, 3, 40)] int images,
        [Values] bool running, [Values] bool predicts)
    {
        double step = mean == 1e4 ? 1e-3 : 1;
        var input = new Tensor<float>(new(images, Channels, size, size),
            [.. RandomTensors.Integers<double>(images * Channels * size * size, 4, 7).Select(x => (float)(mean + step * x))]);
        Model<float> narrow = Convolved<float>(running, mean, step);
        Model<double> wide = Convolved<double>(running, mean, step);
        Tensor<float> actual = new(input.Shape);
        if (predicts) new Predictor<float>(narrow, input.Shape.Tail(), images).Infer(input.Span, actual.Span);
        else actual = narrow.Infer(input);
        TensorAssert.CloseToLargest(actual.Cast<double>(), wide.Infer(input.Cast<double>()), 2e-6);
    }

    // The plan that was made while the mean was small does not serve a large one.
    [Test]
    public void InUse_MeanGrowsLarge_IsThatOfDouble()
    {
        Model<float> narrow = Convolved<float>(false, 0.3, 1);
        var input = new Tensor<float>(new(3, Channels, 4, 5),
            [.. RandomTensors.Integers<double>(3 * Channels * Pixels, 4, 7).Select(x => (float)(1e7 + x))]);
        narrow.Infer(input);
        Assert.That(HasStepOfItsOwn(narrow), Is.False);
        Statistics((BatchNormLayer<float>)narrow.Layers[1], 1e7, 1);
        TensorAssert.CloseToLargest(narrow.Infer(input).Cast<double>(), Convolved<double>(false, 1e7, 1).Infer(input.Cast<double>()), 2e-6);
        Assert.That(HasStepOfItsOwn(narrow), Is.True);

        static bool HasStepOfItsOwn(Model<float> model) => model.DescribePlan(new(Channels, 4, 5), 3, training: false).Steps
            .Any(step => step.Layer.StartsWith(nameof(BatchNorm2d<>), StringComparison.Ordinal));
    }

    [Test]
    public void Backward_IsThatOfDouble(
        [ValueSource(nameof(_numbers))] (double Mean, double Step) numbers, [Values] bool running, [Values] bool activates, [Values] bool training)
    {
        Tensor<float> input = Input(numbers), gradient = RandomTensors.Tensor<float>(input.Shape, 11);
        Model<float> narrow = Model<float>(running, activates, SimdWidth.Bits512);
        Model<double> wide = Model<double>(running, activates, SimdWidth.Bits512);
        for (int c = 0; c < Channels; c++) SetRunning(narrow, wide, c, (float)(numbers.Mean + c * numbers.Step),
            (float)(numbers.Step * numbers.Step));
        narrow.Forward(input, training);
        wide.Forward(input.Cast<double>(), training);
        TensorAssert.CloseToLargest(narrow.Backward(gradient).Cast<double>(), wide.Backward(gradient.Cast<double>()), 2e-5);
        for (int i = 0; i < narrow.Layers[0].Parameters.Count; i++)
            TensorAssert.CloseToLargest(narrow.Layers[0].Parameters[i].Gradient.Cast<double>(), wide.Layers[0].Parameters[i].Gradient, 2e-5);
    }

    private static Sequential<T> Model<T>(bool running, bool activates, SimdWidth width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BatchNormLayer<T> norm = Norm<T>(running, Channels);
        Set(norm.Weight!.Value, 1.5, -0.75, 0.5);
        Set(norm.Bias!.Value, 0.25, -0.5, 1);
        Layer<T>[] layers = activates ? [norm, new LeakyRelu<T>(0.25)] : [norm];
        return new(layers) { Width = width };
    }

    private static Sequential<T> Convolved<T>(bool running, double mean, double step) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var convolution = new Conv2d<T>(Channels, Channels, 1);
        BatchNormLayer<T> norm = Norm<T>(running, Channels);
        var model = new Sequential<T>(convolution, norm, new LeakyRelu<T>(0.25));
        convolution.Weight.Value.Fill(T.Zero);
        for (int c = 0; c < Channels; c++) convolution.Weight.Value.Span[c * Channels + c] = T.One;
        convolution.Bias!.Value.Fill(T.Zero);
        Set(norm.Weight!.Value, 1.5, -0.75, 0.5);
        Set(norm.Bias!.Value, 0.25, -0.5, 1);
        Statistics(norm, mean, step);
        return model;
    }

    // As float holds them.
    private static void Statistics<T>(BatchNormLayer<T> norm, double mean, double step) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < Channels; c++)
        {
            norm.RunningMean.Span[c] = T.CreateChecked((float)(mean + c * step));
            norm.RunningVariance.Span[c] = T.CreateChecked((float)(step * step));
        }
    }

    private static BatchNormLayer<T> Norm<T>(bool running, int channels) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        running ? new RunningBatchNorm2d<T>(channels) : new BatchNorm2d<T>(channels);

    private static void SetRunning(Model<float> narrow, Model<double> wide, int c, float mean, float variance)
    {
        (BatchNormLayer<float> a, BatchNormLayer<double> b) = ((BatchNormLayer<float>)narrow.Layers[0], (BatchNormLayer<double>)wide.Layers[0]);
        (a.RunningMean.Span[c], a.RunningVariance.Span[c]) = (mean, variance);
        (b.RunningMean.Span[c], b.RunningVariance.Span[c]) = (mean, variance);
    }

    private static Tensor<float> Input((double Mean, double Step) numbers) => new(new(Images, Channels, 4, 5),
        [.. RandomTensors.Integers<double>(Images * Channels * Pixels, 4, 7).Select(x => (float)(numbers.Mean + numbers.Step * x))]);

    private static void Set<T>(Tensor<T> tensor, params double[] values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++) tensor.Span[i] = T.CreateChecked(values[i]);
    }
}
