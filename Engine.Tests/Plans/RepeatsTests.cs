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

/// <summary>A training step keeps little and repeats the rest; Forward and Backward keep everything. The bits are the same.</summary>
public sealed class RepeatsTests
{
    private static readonly Shape Image = new(2, 9, 7);

    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case("repeats normalisation, activation and pooling that leaves half",
            () => [Conv(2, 4), new BatchNorm2d<double>(4), new Relu<double>(), new MaxPool2d<double>((1, 2)), Conv(4, 5),
                new BatchNorm2d<double>(5), new LeakyRelu<double>(0.1), new Flatten<double>()], 1);
        yield return Case("keeps what pooling leaves a quarter of",
            () => [Conv(2, 4), new BatchNorm2d<double>(4), new Relu<double>(), new MaxPool2d<double>(2), Conv(4, 5), new BatchNorm2d<double>(5),
                new LeakyRelu<double>(0.1), new Flatten<double>()], 0);
        yield return Case("keeps a convolution between two",
            () => [Conv(2, 4), new BatchNorm2d<double>(4), Conv(4, 3), new Relu<double>(), Conv(3, 5), new Relu<double>(),
                new BatchNorm2d<double>(5)], 1);
        yield return Case("starts and ends with normalisation, two in a row",
            () => [new BatchNorm2d<double>(2), new BatchNorm2d<double>(2), new MaxPool2d<double>(3), new Relu<double>(), new BatchNorm2d<double>(2)],
                2);
        yield return Case("a shortcut", () => [Conv(2, 4), new BatchNorm2d<double>(4), new Relu<double>(),
            new Residual<double>(new Sequential<double>(Conv(4, 4), new BatchNorm2d<double>(4)), new Sequential<double>(Conv(4, 4),
                new BatchNorm2d<double>(4))),
            new Relu<double>(), Conv(4, 3), new BatchNorm2d<double>(3)], 1);
    }

    [TestCaseSource(nameof(Models))]
    public void Train_OfSeveralSegments_GivesTheBitsOfForwardAndBackward(Func<Module<double>[]> layers, int repeats)
    {
        Model<double> model = RandomModel.Of<double>(1, layers());
        Tensor<double> images = RandomTensors.Tensor<double>(Image.Prepend(150), 2), output = model.Forward(images);
        Tensor<double> gradOutput = RandomTensors.Tensor<double>(output.Shape, 3), trained = new(output.Shape);
        model.Backward(gradOutput);
        Tensor<double> gradients = model.ParameterVector.Gradients.Clone();
        for (int step = 0; step < 2; step++)
        {
            model.RunnerFor(Image).Train(new TensorBatch<double>(images), new GivenGradient(gradOutput), trained);
            TensorAssert.Equal(trained, output);
            TensorAssert.Equal(model.ParameterVector.Gradients, gradients);
        }
    }

    [TestCaseSource(nameof(Models))]
    public void Insert_CheapLayersBetweenBarriers_AreRepeated(Func<Module<double>[]> layers, int repeats)
    {
        Model<double> model = RandomModel.Of<double>(1, layers());
        Plan<double> plan = model.RunnerFor(Image).PlanFor(PlanGoal.Train(32));
        Assert.That(plan.Steps.Count(step => step.Kind == StepKind.Repeat && !step.Node.IsView), Is.EqualTo(repeats),
            string.Join("\n", plan.Steps.Select(step => $"{step.Kind} {step.Output}")));
        Assert.That(plan.Steps.Where(step => step.Kind == StepKind.Repeat).All(step => step.Node.Layer.IsCheap), Is.True);
    }

    [TestCase(31, 33, 1)]                                                    // 4 channels of 32 images: 1,047,552 bytes
    [TestCase(33, 32, 0)]                                                    // 1,081,344
    public void Insert_ValueLargerThanACache_IsKept(int height, int width, int repeats)
    {
        Model<double> model = RandomModel.Of<double>(1, [Last(2, 4), new BatchNorm2d<double>(4), new Relu<double>(), Last(4, 3),
            new BatchNorm2d<double>(3)]);
        Plan<double> plan = model.RunnerFor(new(2, height, width)).PlanFor(PlanGoal.Train(32));
        Assert.That(plan.Steps.Count(step => step.Kind == StepKind.Repeat), Is.EqualTo(repeats));
    }

    // In one layout: whether somebody reads the input's gradient is part of what another way costs.
    private static Conv2d<double> Conv(int from, int to) => new(from, to, 3, padding: 1) { Algorithm = ConvolutionAlgorithm.Lanes };

    private static Conv2d<double> Last(int from, int to) => new(from, to, 3, padding: 1) { Algorithm = ConvolutionAlgorithm.Channels };

    private static TestCaseData Case(string name, Func<Module<double>[]> layers, int repeats) =>
        new TestCaseData(layers, repeats).SetArgDisplayNames(name);

    /// <summary>A loss whose gradient is some given numbers, for one thread: blocks come in order.</summary>
    private sealed class GivenGradient(Tensor<double> gradient) : Loss<double>
    {
        private int _block;

        public override double Begin(Batch<double> batch, Shape output)
        {
            _block = 0;
            return batch.Count;
        }

        public override double Forward<V>(in LossPass<double> pass)
        {
            int size = pass.Output.Length / Lanes.Count;
            Lanes.Interleave<double>(gradient.Span.Slice(_block++ * Lanes.Count * size, pass.Images * size), size, pass.GradOutput);
            return 0;
        }
    }
}
