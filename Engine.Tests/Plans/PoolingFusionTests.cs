using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Max pooling goes into the normalisation before it, which makes what lies under the windows again: the same as a plan in which each is a
/// step of its own, to the bit but for sums of gradients under 2x2, which are added up window by window; and no bit depends on threads.</summary>
public sealed class PoolingFusionTests
{
    private const double Rounding = 1e-11;

    private static readonly Shape Image = new(3, 9, 7);

    private static IEnumerable<TestCaseData> Models()
    {
        foreach (ConvolutionAlgorithm algorithm in new[] { ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels })
        {
            yield return Case(algorithm, "2x2", 1, () => [new BatchNorm2d<double>(18), new Relu<double>(), new MaxPool2d<double>(2)]);
            yield return Case(algorithm, "2x3, padded and overlapping", 1,
                () => [new BatchNorm2d<double>(18), new LeakyRelu<double>(0.1), new MaxPool2d<double>((3, 2), (2, 1), 1)]);
            yield return Case(algorithm, "no activation, then one", 1,
                () => [new RunningBatchNorm2d<double>(18), new MaxPool2d<double>((2, 1), ceilMode: true), new Relu<double>()]);
            yield return Case(algorithm, "adaptive", 1,
                () => [new BatchNorm2d<double>(18), new Relu<double>(), new AdaptiveMaxPool2d<double>((2, 3))]);
        }
    }

    private static IEnumerable<TestCaseData> Others()
    {
        foreach (ConvolutionAlgorithm algorithm in new[] { ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels })
        {
            yield return Case(algorithm, "not what costs much to make again", 0,
                () => [new BatchNorm2d<double>(18), new Gelu<double>(), new MaxPool2d<double>(2)]);
            yield return Case(algorithm, "not a user's own", 0, () => [new BatchNorm2d<double>(18), new OwnPool()]);
        }
    }

    [TestCaseSource(nameof(Models))]
    public void ForwardAndBackward_FusedOrNot_GiveTheSame(Func<Module<double>[]> modules, int fused)
    {
        bool sumsByWindow = modules().OfType<MaxPool2d<double>>().Any(pool => pool.KernelSize == new Size2(2, 2));
        foreach (int images in new[] { 5, 32, 70 })
        {
            double[] apart = Run(modules(), images, threads: 1, apart: true), one = Run(modules(), images, threads: 1, apart: false);
            if (sumsByWindow) Assert.That(one, Is.EqualTo(apart).Within(Rounding), $"{images} images");
            else Assert.That(Bits(one), Is.EqualTo(Bits(apart)), $"{images} images");
            Assert.That(Bits(Run(modules(), images, threads: 3, apart: false)), Is.EqualTo(Bits(one)), $"{images} images, 3 threads");
        }
    }

    [TestCaseSource(nameof(Models))]
    public void ForwardAndBackward_NotANumberInOneImage_GoesWhereItWentUnfused(Func<Module<double>[]> modules, int fused)
    {
        double[] fusedBits = Run(modules(), 5, threads: 1, apart: false, spoilt: 40);
        Assert.That(fusedBits, Has.Some.NaN.And.Some.Not.NaN);
        Assert.That(fusedBits, Is.EqualTo(Run(modules(), 5, threads: 1, apart: true, spoilt: 40)).Within(Rounding));
    }

    [TestCaseSource(nameof(Models))]
    public void Backward_PoolingFused_IsTheGradient(Func<Module<double>[]> modules, int fused) =>
        Assert.That(RandomModel.Of(4, modules()),
            HasCorrectGradient.For(RandomTensors.Tensor<double>(Image.Prepend(3), 5), new() { Sample = 40 }));

    [TestCaseSource(nameof(Models))]
    public void Train_WarmStep_AllocatesNothing(Func<Module<double>[]> modules, int fused)
    {
        Model<double> model = RandomModel.Of(1, [.. modules(), new Flatten<double>()]);
        var batch = new TensorBatch<double>(RandomTensors.Tensor<double>(Image.Prepend(37), 2), Enumerable.Range(0, 37).Select(n => n % 5).ToArray());
        PlanRunner<double> runner = model.RunnerFor(Image);
        var outputs = new Tensor<double>(model.OutputShape(Image).Prepend(37));
        Losses<double> losses = new CrossEntropyLoss<double>();
        long before = 0;
        for (int i = 0; i < 6; i++)
        {
            if (i == 3) before = GC.GetAllocatedBytesForCurrentThread();
            runner.Train(batch, losses, outputs);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCaseSource(nameof(Models)), TestCaseSource(nameof(Others))]
    public void Run_PoolingAfterNormalisation_IsNoStepOfItsOwn(Func<Module<double>[]> modules, int fused)
    {
        Plan<double> plan = RandomModel.Of(1, modules()).RunnerFor(Image).PlanFor(PlanGoal.Train(32));
        Assert.That(plan.Nodes.Count(node => node.Pooling is not null), Is.EqualTo(fused));
        Assert.That(plan.Nodes.Any(node => node.Layer.TypeName.Contains("Pool", StringComparison.Ordinal)), Is.EqualTo(fused == 0));
    }

    [Test]
    public void TryMaxBackward_NotANumberOrWindowsThatOverlap_IsLeftToOthers()
    {
        TapTable apart = new(new(4, 2, 2), new(6, 2, 2), false, 1, 0), overlap = new(new(4, 2), new(6, 2, 2), false, 1, 0);
        double[] input = RandomTensors.Values<double>(4 * 6 * Lanes.Count, 1), gradient = new double[input.Length];
        double[] gradOutput = RandomTensors.Values<double>(3 * 3 * Lanes.Count, 2);
        var extent = new PixelExtent(1, 24, Lanes.Count);
        Assert.That(Pool2d.TryMaxBackward<Scratch.Kernels.Simd.Scalar<double>, double>(overlap, extent, input, gradOutput, gradient), Is.False);
        Assert.That(Pool2d.TryMaxBackward<Scratch.Kernels.Simd.Scalar<double>, double>(apart, extent, input, gradOutput, gradient), Is.True);
        input[^1] = double.NaN;
        Assert.That(Pool2d.TryMaxBackward<Scratch.Kernels.Simd.Scalar<double>, double>(apart, extent, input, gradOutput, gradient), Is.False);
    }

    private static double[] Run(Module<double>[] modules, int images, int threads, bool apart, int spoilt = -1)
    {
        Model<double> model = RandomModel.Of(1, modules, threads);
        if (apart) model.Observers.Add(new Looker());
        Tensor<double> input = RandomTensors.Tensor<double>(Image.Prepend(images), 2);
        if (spoilt >= 0) input.Span[spoilt] = double.NaN;
        Tensor<double> output = model.Forward(input, training: true);
        Tensor<double> gradInput = model.Backward(RandomTensors.Tensor<double>(output.Shape, 3));
        return [.. output.Span, .. gradInput.Span, .. model.ParameterVector.Gradients.Span];
    }

    private static long[] Bits(double[] values) => [.. values.Select(BitConverter.DoubleToInt64Bits)];

    private static TestCaseData Case(ConvolutionAlgorithm algorithm, string name, int fused, Func<Module<double>[]> modules) =>
        new TestCaseData((Func<Module<double>[]>)(() => [new Conv2d<double>(3, 18, 3, padding: 1) { Algorithm = algorithm }, .. modules()]), fused)
            .SetArgDisplayNames($"{name}, {algorithm}");

    private sealed class OwnPool() : MaxPool2d<double>(2);

    /// <summary>Somebody who looks at what lies between.</summary>
    private sealed class Looker : BlockObserver<double>
    {
        public override void BeginPass(int layers, int images, bool training)
        {
        }

        public override void Observe<V>(int layer, in Pass<double> pass)
        {
        }

        public override void EndPass()
        {
        }
    }
}
