using NUnit.Framework;
using Scratch.Checking;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Losses;

public sealed class CrossEntropyLossTests
{
    private const int Classes = 7;
    private static readonly CrossEntropyLoss<double> Loss = new();

    /// <summary>Whose output is its input, so that the gradient by the output is what its Backward brings back.</summary>
    private static Model<double> Identity() => new(new Lambda<double>("Identity", x => x.Clone(), (_, dy) => dy.Clone(), shape => shape));

    private static int[] Labels(int count) => [.. RandomTensors.Integers<double>(count, Classes, 3).Select(label => (int)label)];

    private static (double Loss, double[] Gradient) ByHand(Tensor<double> logits, int[] labels)
    {
        double loss = 0;
        double[] gradient = new double[logits.Length];
        int classes = logits.Shape[1];
        for (int n = 0; n < labels.Length; n++)
        {
            double[] row = logits.Span.Slice(n * classes, classes).ToArray();
            double largest = row.Max(), sum = row.Sum(x => Math.Exp(x - largest));
            loss += (Math.Log(sum) + largest - row[labels[n]]) / labels.Length;
            for (int c = 0; c < classes; c++) gradient[n * classes + c] = (Math.Exp(row[c] - largest) / sum - (c == labels[n] ? 1
                : 0)) / labels.Length;
        }
        return (loss, gradient);
    }

    [Test]
    public void Forward_Logits_EqualsPlainComputation([Values(1, 31, 33, 70)] int count, [Values(1.0, 1000.0)] double scale)
    {
        Tensor<double> logits = RandomTensors.Tensor<double>(new(count, Classes), 1).Scale(scale);
        Assert.That(Evaluate(logits, Labels(count)), Is.EqualTo(ByHand(logits, Labels(count)).Loss).Within(1e-12).Percent);
    }

    [Test]
    public void Train_Linear_HasTheGradientByHandAndByDifferences([Values(1, 31, 33, 70)] int count)
    {
        var linear = new Linear<double>(4, Classes);
        Model<double> model = RandomModel.Of<double>(2, [linear]);
        Tensor<double> input = RandomTensors.Tensor<double>(new(count, 4), 4), output = new(new(count, Classes));
        int[] labels = Labels(count);
        double got = model.RunnerFor(new(4)).Train(new TensorBatch<double>(input, labels), Loss, output);
        Tensor<double> gradients = model.ParameterVector.Gradients.Clone();
        (double loss, double[] gradient) = ByHand(output, labels);
        Assert.That(got, Is.EqualTo(loss).Within(1e-12));
        model.ZeroGrad();
        model.Forward(input);
        model.Backward(new(output.Shape, gradient));
        TensorAssert.CloseToLargest(gradients, model.ParameterVector.Gradients, 1e-12);

        GradientCheckResult result = GradientCheck.Run(() => ByHand(model.Infer(input), labels).Loss,
            [new("weight", linear.Weight.Value, linear.Weight.Gradient.Clone()), new("bias", linear.Bias!.Value, linear.Bias.Gradient.Clone())]);
        Assert.That(result.Passed, result.ToString());
    }

    [Test]
    public void Train_LearnersPath_GivesTheGradientsOfForwardAndBackward(
        [ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name, [Values(1, 2)] int threads)
    {
        Shape image = NamedModels.Image(name);
        Model<double> model = ModelCatalog.Build<double>(name, image, Classes);
        model.Threads = threads;
        RandomModel.Fill(model, 5);
        Tensor<double> input = RandomTensors.Tensor<double>(image.Prepend(37), 6), output = new(new(37, Classes));
        int[] labels = Labels(37);
        model.ParameterVector.Gradients.Fill(double.NaN);                                // Train overwrites
        double got = model.RunnerFor(image).Train(new TensorBatch<double>(input, labels), Loss, output);
        Tensor<double> gradients = model.ParameterVector.Gradients.Clone();
        RandomModel.Fill(model, 5);                                                      // running statistics too: some models normalise by them
        model.ZeroGrad();
        TensorAssert.Equal(model.Forward(input), output, "output");
        (double loss, double[] gradient) = ByHand(output, labels);
        model.Backward(new(output.Shape, gradient));
        Assert.That(got, Is.EqualTo(loss).Within(1e-12));
        foreach (var (path, parameter) in model.NamedParameters())
            TensorAssert.CloseToLargest(gradients.Slice(parameter.Offset, parameter.Value.Length), parameter.Gradient.Reshape(-1), 1e-11, path);
    }

    [Test]
    public void Forward_EmptyLanes_HaveNoGradient()
    {
        Tensor<double> logits = RandomTensors.Tensor<double>(new(Classes, 32), 7), gradient = new Tensor<double>(logits.Shape).Fill(double.NaN);
        Loss.Forward<Scratch.Kernels.Simd.SimdPortable<double>>(new() { Output = logits.Span, OutputShape = new(Classes), GradOutput = gradient.Span,
            Labels = Labels(5), Images = 5, Divisor = 37 });
        for (int c = 0; c < Classes; c++)
        {
            Assert.That(gradient.Span.Slice(c * 32 + 5, 27).ToArray(), Is.All.Zero);
            Assert.That(gradient.Span.Slice(c * 32, 5).ToArray(), Has.None.Zero.And.None.NaN);
        }
    }

    [Test]
    public void Check_LabelsMissing_SaysBothCounts() => Assert.That(() => Evaluate(new(new(3, Classes)), []),
        Throws.ArgumentException.With.Message.StartsWith("CrossEntropyLoss: 3 images come with 0 labels. Give every image one."));

    [TestCase(-1)]
    [TestCase(Classes)]
    public void Check_LabelIsNoClass_SaysWhichImage(int label) => Assert.That(() => Evaluate(new(new(2, Classes)), [0, label]),
        Throws.ArgumentException.With.Message.StartsWith($"CrossEntropyLoss: image 1 has label {label}, the model has classes 0 to 6."));

    [Test]
    public void Begin_PositionsWithoutLabels_SaysHowManyEachImageTakes() => Assert.That(() => Evaluate(new(new(2, Classes, 3, 2)), [0, 1]),
        Throws.ArgumentException.With.Message.StartsWith("CrossEntropyLoss: 2 images come with 2 labels. Outputs [7, 3, 2] take 6 labels an image."));

    [Test]
    public void Begin_OutputIsOneNumber_ThrowsWithBothShapes()
    {
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => Loss.Compute(new Tensor<double>(new(2)), Labels(2)));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(0), new Shape())));
    }

    [Test]
    public void Compute_IgnoredRowIsNotFinite_SendsNothingBack(
        [Values(double.NaN, double.PositiveInfinity, double.NegativeInfinity)] double bad, [Values] bool whole, [Values] bool afterSoftmax)
    {
        Tensor<double> logits = RandomTensors.Tensor<double>(new(3, Classes, 2), 8), gradient = new(logits.Shape);
        int[] labels = [2, 0, -100, 1, 5, 3];           // the first position of the second image
        LabelLoss<double> loss = afterSoftmax ? new NllLoss<double>() : new CrossEntropyLoss<double>();
        Tensor<double> expected = new(logits.Shape);
        double without = loss.Compute(logits, labels, expected);
        for (int c = whole ? 0 : 3; c < (whole ? Classes : 4); c++) logits[1, c, 0] = bad;
        // exponentials beside one that is none may round otherwise
        Assert.That(loss.Compute(logits, labels, gradient), Is.EqualTo(without).Within(1e-12));
        TensorAssert.CloseToLargest(gradient, expected, 1e-12);
        for (int c = 0; c < Classes; c++) Assert.That(gradient[1, c, 0], Is.Zero);
    }

    private static double Evaluate(Tensor<double> logits, int[] labels) =>
        Identity().RunnerFor(logits.Shape.Tail()).Evaluate(new TensorBatch<double>(logits, labels), Loss, new Tensor<double>(logits.Shape));
}
