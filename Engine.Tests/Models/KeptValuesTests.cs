using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>A training step keeps little and repeats the rest; Forward and Backward keep everything. The bits are the same.</summary>
public sealed class KeptValuesTests
{
    private static readonly Shape Image = new(2, 9, 7);

    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case("repeats normalisation, activation and pooling",
            [Conv(2, 4), new BatchNorm2d<double>(4), new Relu<double>(), new MaxPool2d<double>(2), Conv(4, 5), new BatchNorm2d<double>(5), new LeakyRelu<double>(0.1), new Flatten<double>()], [1, 2, 3]);
        yield return Case("keeps a convolution between two",
            [Conv(2, 4), new BatchNorm2d<double>(4), Conv(4, 3), new Relu<double>(), Conv(3, 5), new Relu<double>(), new BatchNorm2d<double>(5)], []);
        yield return Case("starts and ends with normalisation, two in a row",
            [new BatchNorm2d<double>(2), new BatchNorm2d<double>(2), new MaxPool2d<double>(3), new Relu<double>(), new BatchNorm2d<double>(2)], [1, 2]);
    }

    [TestCaseSource(nameof(Models))]
    public void Train_OfSeveralSegments_GivesTheBitsOfForwardAndBackward(Layer<double>[] layers, int[] repeated)
    {
        Sequential<double> model = RandomModel.Of<double>(1, layers);
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
    public void Repeats_CheapLayersBetweenSegmentInputs_AndNoOthers(Layer<double>[] layers, int[] repeated)
    {
        KeptValues<double> kept = new ModelPlan<double>(LayerGraph<double>.Row(layers), Image).Kept;
        Assert.That(Enumerable.Range(0, layers.Length).Where(kept.Repeats), Is.EqualTo(repeated));
    }

    // Not Auto: whether somebody reads the input's gradient is part of its choice, and the two ways differ in that.
    private static Conv2d<double> Conv(int from, int to) => new(from, to, 3, padding: 1) { Algorithm = ConvolutionAlgorithm.Lanes };

    private static TestCaseData Case(string name, Layer<double>[] layers, int[] repeated) => new TestCaseData(layers, repeated).SetArgDisplayNames(name);

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
