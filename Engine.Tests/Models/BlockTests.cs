using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>Where one block ends and the next begins must not show: a batch is its images, whatever their number.</summary>
public sealed class BlockTests
{
    private static readonly Shape Image = new(2, 9, 5);

    // In lanes, whatever the processor: Auto may send few images another way, which rounds otherwise.
    private static Model<double> Convolutions(int threads = 1, bool naive = false) => RandomModel.Of<double>(1,
        [
            new Conv2d<double>(2, 4, (3, 2), 2, 1) { Algorithm = naive ? ConvolutionAlgorithm.Naive : ConvolutionAlgorithm.Lanes },
                new LeakyRelu<double>(0.2), new MaxPool2d<double>((2, 1)),
            new Sequential<double>(new Conv2d<double>(4, 3, 1, bias: false) { Algorithm = ConvolutionAlgorithm.Lanes }, new Relu<double>()),
                new Flatten<double>(), new Linear<double>(18, 5),
        ], threads);

    private static Model<double> Normalized(int threads = 1) => RandomModel.Of<double>(2,
        [new BatchNorm2d<double>(2), new Conv2d<double>(2, 4, (3, 2), 2) { Algorithm = ConvolutionAlgorithm.Lanes }, new BatchNorm2d<double>(4),
            new Relu<double>(), new AdaptiveAvgPool2d<double>((2, 1)), new Flatten<double>(), new Linear<double>(8, 3)], threads);

    private static Tensor<double> Images(int count) => RandomTensors.Tensor<double>(Image.Prepend(count), 3);

    [Test]
    public void Infer_Batch_EqualsSingleImages([Values(1, 31, 32, 33, 70)] int count, [Values] bool normalized)
    {
        Model<double> model = normalized ? Normalized() : Convolutions();
        Tensor<double> input = Images(count), output = model.Infer(input);
        // one image lies another way
        for (int n = 0; n < count; n++) TensorAssert.CloseToLargest(output.Slice(n, 1), model.Infer(input.Slice(n, 1)), 1e-14, $"image {n}");
    }

    [Test]
    public void Backward_OutsideTraining_EqualsSingleImages([Values(31, 33, 70)] int count)
    {
        Model<double> model = Normalized();
        Tensor<double> input = Images(count), gradOutput = RandomTensors.Tensor<double>(new(count, 3), 4);
        model.Forward(input, training: false);
        Tensor<double> gradInput = model.Backward(gradOutput), gradients = model.ParameterVector.Gradients.Clone();
        model.ZeroGrad();
        for (int n = 0; n < count; n++)
        {
            model.Forward(input.Slice(n, 1), training: false);
            TensorAssert.CloseToLargest(gradInput.Slice(n, 1), model.Backward(gradOutput.Slice(n, 1)), 1e-13, $"image {n}");
        }
        TensorAssert.CloseToLargest(model.ParameterVector.Gradients, gradients, 1e-13);
    }

    [Test]
    public void Backward_AnyNumberOfImages_IsTheSumOfSingleImages([Range(1, 40)] int count)
    {
        Model<double> model = Convolutions();
        Tensor<double> input = Images(count), gradOutput = RandomTensors.Tensor<double>(new(count, 5), 5);
        model.Forward(input);
        Tensor<double> gradInput = model.Backward(gradOutput), gradients = model.ParameterVector.Gradients.Clone();
        model.ZeroGrad();
        for (int n = 0; n < count; n++)
        {
            model.Forward(input.Slice(n, 1));
            TensorAssert.CloseToLargest(gradInput.Slice(n, 1), model.Backward(gradOutput.Slice(n, 1)), 1e-13, $"image {n}");
        }
        TensorAssert.CloseToLargest(model.ParameterVector.Gradients, gradients, 1e-13);
    }

    [Test]
    public void Forward_SmallerBatchAfterALargerOne_KnowsNothingOfIt([Values] bool normalized, [Values(1, 2)] int threads)
    {
        Model<double> model = normalized ? Normalized(threads) : Convolutions(threads), fresh = normalized ? Normalized() : Convolutions();
        Tensor<double> large = Images(101).Scale(1e100), small = Images(37), gradOutput = RandomTensors.Tensor<double>(new(37, normalized ? 3 : 5),
            6);
        string hash = fresh.Hash();
        model.Backward(model.Forward(large).Clone());
        model.Forward(large.Fill(double.NaN));
        RandomModel.Fill(model, normalized ? 2 : 1);                                     // running statistics have seen NaN
        foreach (Layer<double> layer in model.Layers.Where(layer => layer.Buffers.Count > 0)) layer.Buffers[^1].Value.Fill(0);
        Assert.That(model.Hash(), Is.EqualTo(hash));
        model.ZeroGrad();
        TensorAssert.Equal(model.Forward(small), fresh.Forward(small), "output");
        TensorAssert.Equal(model.Backward(gradOutput), fresh.Backward(gradOutput), "gradInput");
        TensorAssert.Equal(model.ParameterVector.Gradients, fresh.ParameterVector.Gradients, "gradients");
    }

    [Test]
    public void Forward_LastBlockPartFilled_StatisticsLeaveOutEmptyLanes([Values(2, 33, 37, 64, 70)] int count)
    {
        var norm = new BatchNorm2d<double>(2, momentum: 1);
        Model<double> model = RandomModel.Of<double>(7, [norm]);
        Tensor<double> input = RandomTensors.Tensor<double>(new(count, 2, 3, 5), 8);
        foreach (ref double x in input.Span) x += 100;                                   // an empty lane would count as -100
        model.Forward(input);
        for (int c = 0; c < 2; c++)
        {
            List<double> values = [.. Enumerable.Range(0, count).SelectMany(n => input.Span.Slice((n * 2 + c) * 15, 15).ToArray())];
            double mean = values.Average(), variance = values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1);
            Assert.That((norm.RunningMean.Span[c], norm.RunningVariance.Span[c]), Is.EqualTo((mean, variance)).Within(1e-10));
        }
    }

    [Test]
    public void Forward_Widths_AgreeToRounding([Values] SimdWidth width)
    {
        Model<double> portable = RandomModel.Of(9, Modules<double>(), width: SimdWidth.Portable), model = RandomModel.Of(9, Modules<double>(),
            width: width);
        Tensor<double> input = Images(35), gradOutput = RandomTensors.Tensor<double>(new(35, 3), 10);
        TensorAssert.CloseToLargest(model.Forward(input), portable.Forward(input), 1e-13);
        TensorAssert.CloseToLargest(model.Backward(gradOutput), portable.Backward(gradOutput), 1e-12);
        TensorAssert.CloseToLargest(model.ParameterVector.Gradients, portable.ParameterVector.Gradients, 1e-12);
    }

    [Test]
    public void Infer_FromManyThreads_EqualsOneThread([Values(1, 2)] int threads)
    {
        Model<double> model = Normalized(threads);
        Tensor<double>[] inputs = [Images(1), Images(31), Images(33), Images(70), Images(128)];
        Tensor<double>[] expected = [.. inputs.Select(model.Infer)];
        for (int i = 0; i < inputs.Length; i++) TensorAssert.CloseToLargest(expected[i], model.Forward(inputs[i], training: false), 1e-13);
        string hash = model.Hash();
        Parallel.For(0, 60, new() { MaxDegreeOfParallelism = 6 }, i => TensorAssert.Equal(model.Infer(inputs[i % 5]), expected[i % 5], $"call {i}"));
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    [Test]
    public void Infer_BetweenForwardAndBackward_DisturbsNothing()
    {
        Model<double> model = Normalized(), fresh = Normalized();
        Tensor<double> input = Images(37), gradOutput = RandomTensors.Tensor<double>(new(37, 3), 11);
        model.Forward(input);
        model.Infer(Images(70));
        model.Infer(RandomTensors.Tensor<double>(new(3, 2, 12, 7), 12));
        fresh.Forward(input);
        TensorAssert.Equal(model.Backward(gradOutput), fresh.Backward(gradOutput), "gradInput");
        TensorAssert.Equal(model.ParameterVector.Gradients, fresh.ParameterVector.Gradients, "gradients");
    }

    [Test]
    public void Infer_ImagesOfAnotherSize_Works()
    {
        Model<double> model = Normalized();
        Tensor<double> other = RandomTensors.Tensor<double>(new(3, 2, 12, 7), 13);
        model.Infer(Images(3));
        Tensor<double> output = model.Infer(other);
        TensorAssert.Equal(output, Normalized().Infer(other));
        TensorAssert.CloseToLargest(output, model.Forward(other, training: false), 1e-14);
    }

    [Test]
    public void Backward_NaiveAndLanes_AgreeOverBlocks()
    {
        Model<double> naive = Convolutions(threads: 2, naive: true), lanes = Convolutions(threads: 2);
        Tensor<double> input = Images(70), gradOutput = RandomTensors.Tensor<double>(new(70, 5), 14);
        TensorAssert.CloseToLargest(lanes.Forward(input), naive.Forward(input), 1e-13);
        TensorAssert.CloseToLargest(lanes.Backward(gradOutput), naive.Backward(gradOutput), 1e-12);
        TensorAssert.CloseToLargest(lanes.ParameterVector.Gradients, naive.ParameterVector.Gradients, 1e-12);
    }

    private static Module<T>[] Modules<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [new Conv2d<T>(2, 13, (3, 2), 2), new BatchNorm2d<T>(13), new LeakyRelu<T>(0.1), new AvgPool2d<T>(2, 1), new Flatten<T>(),
            new Linear<T>(39, 3)];
}
