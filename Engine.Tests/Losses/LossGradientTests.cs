using System.Numerics;
using NUnit.Framework;
using Scratch.Checking;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Losses;

/// <summary>Every loss with every option away from its default: gradients against differences, a model's path against whole tensors.</summary>
public sealed class LossGradientTests
{
    private const int Classes = 5;
    private static readonly double[] Weights = [0.3, 1.7, 0, 2.5, 0.9];

    private static readonly string[] Names =
    [
        "labels", "labels, weighted, smoothed, ignored", "labels, nll, weighted, ignored", "soft targets", "soft targets, weighted, smoothed",
        "bce", "bce, weighted", "mse", "l1", "smooth l1", "smooth l1 of 0", "huber",
    ];

    private static Loss<T> Make<T>(string name, Reduction reduction) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "labels" or "soft targets" => new CrossEntropyLoss<T> { Reduction = reduction },
        "labels, weighted, smoothed, ignored" => new CrossEntropyLoss<T>(Weights, 0.2) { Reduction = reduction, IgnoreIndex = 3 },
        "labels, nll, weighted, ignored" => new NllLoss<T>(Weights) { Reduction = reduction, IgnoreIndex = 1 },
        "soft targets, weighted, smoothed" => new CrossEntropyLoss<T>(Weights, 0.3) { Reduction = reduction },
        "bce" => new BceWithLogitsLoss<T> { Reduction = reduction },
        "bce, weighted" => new BceWithLogitsLoss<T>(Weights) { Reduction = reduction },
        "mse" => new MseLoss<T> { Reduction = reduction },
        "l1" => new L1Loss<T> { Reduction = reduction },
        "smooth l1" => new SmoothL1Loss<T>(0.4) { Reduction = reduction },
        "smooth l1 of 0" => new SmoothL1Loss<T>(0) { Reduction = reduction },
        "huber" => new HuberLoss<T>(0.6) { Reduction = reduction },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static bool HasLabels(string name) => name.StartsWith("labels", StringComparison.Ordinal);

    private static (int[] Labels, Tensor<double>? Targets) TargetsOf(string name, Shape output, int count) => HasLabels(name)
        ? ([.. RandomTensors.Integers<double>(count * (output.Length / Classes), Classes, 3).Select(label => (int)label)], null)
        : ([], new(output.Prepend(count), RandomTensors.Values<double>(count * output.Length, 4, 0, 1)));

    private static double Compute(Loss<double> loss, Tensor<double> output, int[] labels, Tensor<double>? targets, Tensor<double>? gradient = null) =>
        targets is null ? loss.Compute(output, labels, gradient) : loss.Compute(output, targets, gradient);

    [Test]
    public void Compute_Gradient_IsThatOfDifferences([ValueSource(nameof(Names))] string name, [Values] Reduction reduction,
        [Values(1, 6)] int positions)
    {
        Loss<double> loss = Make<double>(name, reduction);
        Shape shape = positions == 1 ? new(Classes) : new(Classes, 3, 2);
        Tensor<double> output = RandomTensors.Tensor<double>(shape.Prepend(35), 1).Scale(2), gradient =
            new Tensor<double>(output.Shape).Fill(double.NaN);
        (int[] labels, Tensor<double>? targets) = TargetsOf(name, shape, 35);
        Compute(loss, output, labels, targets, gradient);
        GradientCheckResult result = GradientCheck.Run(() => Compute(loss, output, labels, targets), [new("output", output, gradient)],
            new() { Sample = 200 });
        Assert.That(result.Passed, result.ToString());
    }

    [Test]
    public void Train_AnyThreads_IsTheLossOfTheOutputs([ValueSource(nameof(Names))] string name, [Values] Reduction reduction,
        [Values(1, 2, 3)] int threads)
    {
        Loss<double> loss = Make<double>(name, reduction);
        Model<double> model = RandomModel.Of<double>(2, [new Linear<double>(4, Classes)], threads);
        Tensor<double> input = RandomTensors.Tensor<double>(new(70, 4), 4), output = new(new(70, Classes)), gradOutput = new(output.Shape);
        (int[] labels, Tensor<double>? targets) = TargetsOf(name, new(Classes), 70);
        var batch = new TensorBatch<double>(input, labels, targets);
        double trained = model.RunnerFor(new(4)).Train(batch, loss, output);
        Tensor<double> gradients = model.ParameterVector.Gradients.Clone();
        Assert.That(model.RunnerFor(new(4)).Evaluate(batch, loss, output), Is.EqualTo(trained));
        Assert.That(trained, Is.EqualTo(Compute(loss, output, labels, targets, gradOutput)));
        model.ZeroGrad();
        model.Forward(input);
        model.Backward(gradOutput);
        TensorAssert.CloseToLargest(gradients, model.ParameterVector.Gradients, 1e-13);
    }

    [Test]
    public void Compute_OutputsOfAThousand_StayFinite([ValueSource(nameof(Names))] string name)
    {
        Tensor<float> output = RandomTensors.Tensor<float>(new(64, Classes), 1), gradient = new(output.Shape);
        foreach (ref float value in output.Span) value = value > 0 ? 1000 : -1000;
        (int[] labels, Tensor<double>? targets) = TargetsOf(name, new(Classes), 64);
        Loss<float> loss = Make<float>(name, Reduction.Mean);
        double got = targets is null ? loss.Compute(output, labels, gradient) : loss.Compute(output, targets.Cast<float>(), gradient);
        double inDouble = Compute(Make<double>(name, Reduction.Mean), output.Cast<double>(), labels, targets);
        Assert.That(got, Is.EqualTo(inDouble).Within(1e-3).Percent);
        Assert.That(gradient.Span.ToArray().All(float.IsFinite));
    }
}
