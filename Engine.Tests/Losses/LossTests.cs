using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Losses;

/// <summary>Values that can be checked with a pencil, and errors.</summary>
public sealed class LossTests
{
    private static int[] Labels(params int[] labels) => labels;

    private static Tensor<double> Row(params double[] values) => new(new(1, values.Length), values);

    private static double[] Gradient(Loss<double> loss, Tensor<double> output, Tensor<double> targets)
    {
        var gradient = new Tensor<double>(output.Shape);
        loss.Compute(output, targets, gradient);
        return gradient.Span.ToArray();
    }

    [Test]
    public void MeanAndSum_OfDistances_AreByHand()
    {
        Tensor<double> output = Row(1, -2, 0.5, 4), targets = Row(0, 0, 0.5, 1);          // differences 1, -2, 0, 3
        Assert.That(new MseLoss<double>().Compute(output, targets), Is.EqualTo(3.5));
        Assert.That(new MseLoss<double> { Reduction = Reduction.Sum }.Compute(output, targets), Is.EqualTo(14));
        Assert.That(new L1Loss<double>().Compute(output, targets), Is.EqualTo(1.5));
        Assert.That(new HuberLoss<double>(2) { Reduction = Reduction.Sum }.Compute(output, targets), Is.EqualTo(0.5 + 2 + 0 + 4));
        Assert.That(new SmoothL1Loss<double>(2) { Reduction = Reduction.Sum }.Compute(output, targets), Is.EqualTo(0.25 + 1 + 0 + 2));
        Assert.That(Gradient(new L1Loss<double> { Reduction = Reduction.Sum }, output, targets), Is.EqualTo([1.0, -1, 0, 1]));
        Assert.That(Gradient(new HuberLoss<double>(2) { Reduction = Reduction.Sum }, output, targets), Is.EqualTo([1.0, -2, 0, 2]));
        Assert.That(Gradient(new SmoothL1Loss<double>(2), output, targets), Is.EqualTo([0.125, -0.25, 0, 0.25]));
    }

    [Test]
    public void NotANumber_InAnOutput_StaysOneInLossAndGradient()
    {
        foreach (Loss<double> loss in new Loss<double>[] { new MseLoss<double>(), new L1Loss<double>(), new SmoothL1Loss<double>(),
            new HuberLoss<double>(), new BceWithLogitsLoss<double>(), new CrossEntropyLoss<double>() })
        {
            Tensor<double> output = Row(0, double.NaN), targets = Row(0.5, 0.5);
            Assert.That(loss.Compute(output, targets), Is.NaN, loss.GetType().Name);
            Assert.That(Gradient(loss, output, targets)[1], Is.NaN, loss.GetType().Name);
        }
    }

    [Test]
    public void CrossEntropy_NothingCounts_LosesNothing()
    {
        var gradient = new Tensor<double>(new(2, 3)).Fill(double.NaN);
        var loss = new CrossEntropyLoss<double> { IgnoreIndex = 1 };
        Assert.That(loss.Compute(RandomTensors.Tensor<double>(new(2, 3), 1), Labels(1, 1), gradient), Is.Zero);
        Assert.That(gradient.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void CrossEntropy_Weights_AreDividedByTheLabelsOwn()
    {
        Tensor<double> output = RandomTensors.Tensor<double>(new(3, 2), 1);
        double[] each = [.. Enumerable.Range(0, 3).Select(n => new CrossEntropyLoss<double>().Compute(output.Slice(n, 1), Labels(n % 2)))];
        Assert.That(new CrossEntropyLoss<double>([2, 5]).Compute(output, Labels(0, 1, 0)),
            Is.EqualTo((2 * each[0] + 5 * each[1] + 2 * each[2]) / 9).Within(1e-14));
    }

    [Test]
    public void CrossEntropy_TargetOfOneClass_IsThatLabel()
    {
        Tensor<double> output = RandomTensors.Tensor<double>(new(2, 3), 1), targets = new(new(2, 3), [0, 0, 1, 1, 0, 0]);
        Assert.That(new CrossEntropyLoss<double>(null, 0.1).Compute(output, targets), Is.EqualTo(new CrossEntropyLoss<double>(null,
            0.1).Compute(output, Labels(2, 0))));
    }

    [Test]
    public void Begin_WrongTargets_SaysBothShapes()
    {
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => new MseLoss<double>().Compute(new Tensor<double>(new(2, 3)),
            new Tensor<double>(new(2, 4))));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(3), new Shape(4))));
        Assert.That(exception.Message, Is.EqualTo("MseLoss: the target of one image has shape [4], expected [3]."));
        Assert.That(() => new BceWithLogitsLoss<double>().Compute(new Tensor<double>(new(2, 3)), Labels(0, 1)),
            Throws.ArgumentException.With.Message.StartsWith("BceWithLogitsLoss: the images have no targets. Outputs [3] take as many numbers an "
                + "image."));
        Assert.That(() => new CrossEntropyLoss<double>().Compute(new Tensor<double>(new(2, 3)), new Tensor<double>(new(3, 3))),
            Throws.TypeOf<ShapeMismatchException>().With.Message.StartsWith("TensorBatch: 2 images come with targets [3, 3]. Give every image one."));
    }

    [Test]
    public void Weights_NotOneForEachClass_SaysBothCounts()
    {
        Assert.That(() => new NllLoss<double>([1, 2]).Compute(new Tensor<double>(new(1, 3)), Labels(0)),
            Throws.ArgumentException.With.Message.StartsWith("NllLoss: 2 class weights, the model has 3 classes. Give every class one."));
        Assert.That(() => new BceWithLogitsLoss<double>([1, 2]).Compute(new Tensor<double>(new(1, 3)), new Tensor<double>(new(1, 3))),
            Throws.ArgumentException.With.Message.StartsWith("BceWithLogitsLoss: 2 positive weights for outputs [3]."));
    }

    [Test]
    public void Constructors_WrongNumber_Throw()
    {
        Assert.That(() => new CrossEntropyLoss<double>([1, -1]),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("CrossEntropyLoss: class weight is -1"));
        Assert.That(() => new CrossEntropyLoss<double>(null, 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("CrossEntropyLoss: labelSmoothing is 1"));
        Assert.That(() => new BceWithLogitsLoss<double>([double.NaN]),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("BceWithLogitsLoss: positive weight is NaN"));
        Assert.That(() => new HuberLoss<double>(0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("HuberLoss: delta is 0, must be a finite number above 0."));
        Assert.That(() => new SmoothL1Loss<double>(-0.1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("SmoothL1Loss: beta is -0.1"));
    }

    [Test]
    public void Compute_GradientOfAnotherShape_Throws() =>
        Assert.That(() => new MseLoss<double>().Compute(Row(1, 2), Row(1, 2), new Tensor<double>(new(2))), Throws.TypeOf<ShapeMismatchException>());

    [Test]
    public void Train_TargetsOfAnotherSizeThanOutputs_IsAUsersOwnAffair()
    {
        var model = new Sequential<double>(new Linear<double>(2, 3));
        Tensor<double> input = RandomTensors.Tensor<double>(new(40, 2), 1), targets = RandomTensors.Tensor<double>(new(40, 5), 2);
        double loss = model.RunnerFor(new(2)).Train(new TensorBatch<double>(input, targets: targets), new SumOfTargets(),
            new Tensor<double>(new Shape(40, 3)));
        Assert.That(loss, Is.EqualTo(targets.Sum()).Within(1e-12));
    }

    /// <summary>Looks at the targets alone, which have another shape than the outputs.</summary>
    private sealed class SumOfTargets : Loss<double>
    {
        public override double Begin(Batch<double> batch, Shape output) => 1;

        public override double Forward<V>(in LossPass<double> pass)
        {
            pass.GradOutput.Clear();
            double sum = 0;
            foreach (double target in pass.Targets) sum += target;
            return sum;
        }
    }
}
