using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>The lesson's layer, held against the notebook's own formula.</summary>
public sealed class RunningBatchNormTests
{
    private const int Channels = 2, Pixels = 3 * 5;

    [Test]
    public void Forward_BatchesOfEverySize_IsTheNotebooks([Values(0.02, 1)] double deviation)
    {
        var model = new Sequential<double>(new RunningBatchNorm2d<double>(Channels, 1e-5, 0.2));
        RandomModel.Fill(model, 3);
        model.Layers[0].Buffers.Single(buffer => buffer.Name == "count").Value.Fill(0);   // no past: what else the buffers hold weighs nothing
        var notebook = new Notebook(model, 0.2, 1e-5);
        long seed = 1;
        foreach (int images in new[] { 2, 7, 3, 2, 40, 5, 70 })                 // below 20 images, across it, one block and several
        {
            Tensor<double> input = Images<double>(images, seed++, 0.3, deviation), probe = Images<double>(4, 99, 0, 1);
            Tensor<double> expected = notebook.Forward(input, training: true);
            TensorAssert.CloseToLargest(model.Forward(input), expected, 1e-11);
            TensorAssert.CloseToLargest(model.Infer(probe), notebook.Forward(probe, training: false), 1e-11);
        }
    }

    [Test]
    public void Forward_FirstBatch_IsBatchNormalisation([Values(20, 33)] int images)
    {
        Tensor<double> input = Images<double>(images, 4, -2, 3);
        Tensor<double> running = new Sequential<double>(new RunningBatchNorm2d<double>(Channels)).Forward(input);
        TensorAssert.CloseToLargest(running, new Sequential<double>(new BatchNorm2d<double>(Channels)).Forward(input), 1e-12);
    }

    [Test]
    public void Forward_OneImage_CountsAsTwo()
    {
        var one = new RunningBatchNorm2d<double>(Channels, momentum: 0.25);
        new Sequential<double>(one).Forward(Images<double>(1, 5, 1, 1));
        Assert.That(one.Buffers.Single(buffer => buffer.Name == "count").Value.Span[0], Is.EqualTo(0.25 * Pixels).Within(1e-12));
    }

    [Test]
    public void Forward_MeanLargeAgainstTheDeviation_LosesNoDigits()
    {
        var narrow = new Sequential<float>(new RunningBatchNorm2d<float>(Channels));
        var wide = new Sequential<double>(new RunningBatchNorm2d<double>(Channels));
        for (int batch = 0; batch < 5; batch++)
        {
            Tensor<float> input = Images<float>(30, 6 + batch, 1000, 1);
            Tensor<float> got = narrow.Forward(input);
            Tensor<double> expected = wide.Forward(Convert(input));
            TensorAssert.CloseToLargest(Convert(got), expected, 1e-4);          // the running mean itself is a float: 1000 to 6e-5
        }
    }

    [Test]
    public void Backward_VarianceBelowTheLeast_IsTheGradient([Values(3, 19, 20)] int images) =>
        Assert.That(new RunningBatchNorm2d<double>(Channels), HasCorrectGradient.For(Images<double>(images, 7, 0.1, 0.05), new() { Sample = 80, Step =
            1e-6 }));

    [Test]
    public void Backward_OneChannelBelowTheLeast_IsTheGradient()
    {
        Tensor<double> input = Images<double>(4, 8, 0.1, 1);
        for (int n = 0; n < 4; n++)
            foreach (ref double x in input.Span.Slice((n * Channels + 1) * Pixels, Pixels)) x *= 0.05;
        Assert.That(new RunningBatchNorm2d<double>(Channels), HasCorrectGradient.For(input));
    }

    [Test]
    public void Backward_SeveralBlocksWithAPast_IsTheGradient([Values(31, 33, 70)] int images, [Values] bool affine, [Values] bool training)
    {
        Model<double> model = RandomModel.Of<double>(4, [new RunningBatchNorm2d<double>(Channels, 0.01, 0.3, affine)], threads: 2);
        for (int batch = 0; batch < 3; batch++) model.Forward(Images<double>(2, 20 + batch, 1, 2));
        Assert.That(model, HasCorrectGradient.For(Images<double>(images, 9, -1, 1), new() { Training = training, Sample = 60 }));
    }

    [Test]
    public void Run_GradientCheck_PutsTheRunningStateBack()
    {
        Model<double> model = RandomModel.Of<double>(5, [new RunningBatchNorm2d<double>(Channels)]);
        string before = model.Hash();
        Assert.That(model, HasCorrectGradient.For(Images<double>(3, 10, 0, 1)));
        Assert.That(model.Hash(), Is.EqualTo(before));
    }

    // The second place sees the past that the first one left, as a constant: PyTorch detaches the sums at every use.
    [TestCase(3)]
    [TestCase(37)]
    public void Backward_InTwoPlaces_IsThatOfTwoLayersOneOfWhichGoesOnWhereTheOtherWas(int images)
    {
        RunningBatchNorm2d<double> shared = new(Channels, 0.01, 0.3), first = new(Channels, 0.01, 0.3), second = new(Channels, 0.01, 0.3);
        Tensor<double> input = Images<double>(images, 31, 0.5, 1.5), gradOutput = Images<double>(images, 32, 0, 1);
        Model<double> model = Twice(shared, shared), apart = Twice(first, second), half = RandomModel.Of<double>(6,
            [new RunningBatchNorm2d<double>(Channels, 0.01, 0.3)]);
        for (int i = 0; i < 2; i++)
            foreach (Layer<double> layer in (Layer<double>[])[first, second]) shared.Parameters[i].Value.Span.CopyTo(layer.Parameters[i].Value.Span);
        for (int i = 0; i < 4; i++)
            foreach (Layer<double> layer in (Layer<double>[])[first,
                half.Layers[0]]) shared.Buffers[i].Value.Span.CopyTo(layer.Buffers[i].Value.Span);
        half.Forward(input);                                                 // what the first place leaves behind
        for (int i = 0; i < 4; i++) half.Layers[0].Buffers[i].Value.Span.CopyTo(second.Buffers[i].Value.Span);
        TensorAssert.Equal(model.Forward(input), apart.Forward(input));
        TensorAssert.Close(model.Backward(gradOutput), apart.Backward(gradOutput), 1e-13, 1e-14);
        for (int i = 0; i < 2; i++)
            TensorAssert.Close(shared.Parameters[i].Gradient, first.Parameters[i].Gradient.Clone().Add(second.Parameters[i].Gradient), 1e-13, 1e-14);
        for (int i = 0; i < 4; i++) TensorAssert.Equal(shared.Buffers[i].Value, second.Buffers[i].Value);

        static Model<double> Twice(RunningBatchNorm2d<double> a, RunningBatchNorm2d<double> b) =>
            RandomModel.Of<double>(6, [a, new Tanh<double>(), b]);
    }

    private static Tensor<T> Images<T>(int images, long seed, double mean, double deviation)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(new(images, Channels, 3, 5), RandomTensors.Values<T>(images * Channels * Pixels, seed, mean - deviation * Math.Sqrt(3), mean
            + deviation * Math.Sqrt(3)));

    private static Tensor<double> Convert(Tensor<float> from)
    {
        var to = new Tensor<double>(from.Shape);
        for (int i = 0; i < from.Length; i++) to.Span[i] = from.Span[i];
        return to;
    }

    /// <summary>update_stats and forward of the notebook's first RunningBatchNorm, line by line.</summary>
    private sealed class Notebook(Model<double> model, double mom, double eps)
    {
        private readonly double[] _sums = new double[Channels], _sqrs = new double[Channels];
        private double _count, _dbias, _batch;

        public Tensor<double> Forward(Tensor<double> x, bool training)
        {
            int bs = x.Shape[0];
            if (training)
            {
                double mom1 = 1 - (1 - mom) / Math.Sqrt(bs - 1);
                for (int c = 0; c < Channels; c++)
                {
                    _sums[c] += mom1 * (Values(x, c).Sum() - _sums[c]);
                    _sqrs[c] += mom1 * (Values(x, c).Sum(v => v * v) - _sqrs[c]);
                }
                _count += mom1 * (bs * Pixels - _count);
                _dbias = _dbias * (1 - mom1) + mom1;
                _batch += bs;
            }
            var y = new Tensor<double>(x.Shape);
            for (int i = 0; i < x.Length; i++)
            {
                int channel = i / Pixels % Channels;
                double sums = _sums[channel] / _dbias, sqrs = _sqrs[channel] / _dbias, c = _count / _dbias, means = sums / c, vars =
                    sqrs / c - means * means;
                if (_batch < 20) vars = Math.Max(vars, 0.01);
                y.Span[i] = (x.Span[i] - means) / Math.Sqrt(vars + eps) * model.Layers[0].Parameters[0].Value[channel]
                    + model.Layers[0].Parameters[1].Value[channel];
            }
            return y;
        }

        private static IEnumerable<double> Values(Tensor<double> x, int channel) => x.Span.ToArray().Where((_, i) =>
            i / Pixels % Channels == channel);
    }
}
