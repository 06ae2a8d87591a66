using NUnit.Framework;
using Scratch.Book.Chapters;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Book;

/// <summary>Answers to questions of the book that no other test gives.</summary>
public sealed class BookAnswerTests
{
    private static readonly int[] _labels = [0, 1, 2, 3, 4, 0];

    /// <summary>Chapter 4. Rows of the weights, with the unit matrix beside them, in steps: where the weights' part of a row is empty, the other part
    /// says how outputs depend on each other.</summary>
    [Test]
    public void Outputs_MoreThanInputs_DependOnEachOtherUntilTheRelu()
    {
        const int Outputs = 32, Inputs = 27;
        var layer = new Conv2d<double>(3, Outputs, 3, bias: false);
        var model = new Sequential<double>(layer);
        RandomTensors.Values<double>(layer.Weight.Shape.Length, 7).CopyTo(layer.Weight.Value.Span);
        var beside = new double[Outputs, Inputs + Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Inputs; i++) beside[o, i] = layer.Weight.Value.Span[o * Inputs + i];
            beside[o, Inputs + o] = 1;
        }
        double[,] steps = Elimination.Steps(beside, out _);
        int[] empty = [.. Enumerable.Range(0, Outputs).Where(row => Enumerable.Range(0, Inputs).All(i => Math.Abs(steps[row, i]) < 1e-9))];
        Assert.That(empty, Has.Length.EqualTo(Outputs - Inputs));

        var image = new Tensor<double>(new(1, 3, 8, 7), RandomTensors.Values<double>(3 * 8 * 7, 8));
        Tensor<double> output = model.Infer(image);
        int pixels = output.Shape[2] * output.Shape[3];
        foreach (int row in empty)
        {
            double Sum(int pixel, Func<double, double> activation) => Enumerable.Range(0, Outputs).Sum(o => steps[row, Inputs + o]
                * activation(output.Span[o * pixels + pixel]));
            Assert.That(Enumerable.Range(0, pixels).Select(pixel => Sum(pixel, x => x)), Is.All.EqualTo(0).Within(1e-9));
            Assert.That(Enumerable.Range(0, pixels).Max(pixel => Math.Abs(Sum(pixel, x => Math.Max(x, 0)))), Is.GreaterThan(0.1));
        }
    }

    /// <summary>Chapter 4.</summary>
    [Test]
    public void TwoConvolutions_NothingBetween_AreOneOfALargerWindow()
    {
        var (first, second, one) = (new Conv2d<double>(1, 1, 3, bias: false), new Conv2d<double>(1, 1, (3, 2), bias: false),
            new Conv2d<double>(1, 1, (5, 4), bias: false));
        RandomTensors.Values<double>(9, 1).CopyTo(first.Weight.Value.Span);
        RandomTensors.Values<double>(6, 2).CopyTo(second.Weight.Value.Span);
        for (int kh = 0; kh < 3; kh++)
            for (int kw = 0; kw < 3; kw++)
                for (int jh = 0; jh < 3; jh++)
                    for (int jw = 0; jw < 2; jw++)
                        one.Weight.Value[0, 0, kh + jh, kw + jw] += first.Weight.Value[0, 0, kh, kw] * second.Weight.Value[0, 0, jh, jw];
        var image = new Tensor<double>(new(2, 1, 9, 7), RandomTensors.Values<double>(2 * 9 * 7, 3));
        TensorAssert.Close(new Sequential<double>(one).Infer(image), new Sequential<double>(first, second).Infer(image), 1e-12, 1e-12);
    }

    /// <summary>Chapter 5. A way chooses an element of every window; along one axis ways are counted by hand here, and an image's are the products of
    /// its axes'.</summary>
    [Test]
    public void Backward_AllWeightsOne_CountsTheWaysFromEachPixel()
    {
        const int Field = 9;                                                 // a window of five, then of three, both with stride 2: 5 + 2·2
        var model = new Sequential<double>(new Conv2d<double>(1, 1, 5, 2, bias: false), new Conv2d<double>(1, 1, 3, 2, bias: false));
        model.ParameterVector.Values.Span.Fill(1);
        Tensor<double> output = model.Forward(new Tensor<double>(new(1, 1, Field, Field)), training: true);
        Tensor<double> ways = model.Backward(new Tensor<double>(output.Shape).Fill(1));
        int[] axis = new int[Field];
        for (int first = 0; first < 5; first++)
            for (int second = 0; second < 3; second++) axis[2 * second + first]++;
        for (int h = 0; h < Field; h++)
            for (int w = 0; w < Field; w++) Assert.That(ways[0, 0, h, w], Is.EqualTo(axis[h] * axis[w]));
        Assert.That((output.Length, ways[0, 0, 0, 0], ways.Sum()), Is.EqualTo((1, 1.0, 25.0 * 9)));
    }

    /// <summary>Chapter 6.</summary>
    [Test]
    public void Backward_ReluThatIsDead_LeavesNothingToLearnFrom()
    {
        var layer = new Conv2d<double>(1, 3, 3);
        var model = new Sequential<double>(layer, new Relu<double>());
        RandomTensors.Values<double>(layer.Weight.Shape.Length, 5).CopyTo(layer.Weight.Value.Span);
        var images = new Tensor<double>(new(4, 1, 6, 5), RandomTensors.Values<double>(4 * 6 * 5, 6));
        foreach (double bias in (ReadOnlySpan<double>)[0, -100])
        {
            layer.Bias!.Value.Fill(bias);
            model.ZeroGrad();
            Tensor<double> output = model.Forward(images, training: true);
            Tensor<double> gradImages = model.Backward(new Tensor<double>(output.Shape, RandomTensors.Values<double>(output.Length, 7)));
            var constraint = bias == 0 ? Is.GreaterThan(0.1) : (NUnit.Framework.Constraints.Constraint)Is.Zero;
            Assert.That(output.MaxMagnitude(), constraint);
            Assert.That(layer.Weight.Gradient.MaxMagnitude(), constraint);
            Assert.That(layer.Bias.Gradient.MaxMagnitude(), constraint);
            Assert.That(gradImages.MaxMagnitude(), constraint);
        }
    }

    /// <summary>Chapter 7. Pixels that no window reached, at the end, get nothing: more zeros there.</summary>
    [Test]
    public void BackwardInput_AnyStride_IsAConvolutionOfTheSpreadGradient([Values(1, 2, 3)] int stride, [Values(1, 2, 3)] int kernel,
        [Values(5, 8)] int height, [Values(6, 7)] int width)
    {
        var convolution = new Conv2d<double>(1, 1, kernel, stride, bias: false);
        RandomTensors.Values<double>(kernel * kernel, 1).CopyTo(convolution.Weight.Value.Span);
        var model = new Sequential<double>(convolution);
        Tensor<double> output = model.Forward(new Tensor<double>(new(1, 1, height, width)), training: true);
        var gradOutput = new Tensor<double>(output.Shape, RandomTensors.Values<double>(output.Length, 2));
        Tensor<double> gradInput = model.Backward(gradOutput);

        var spread = new Tensor<double>(new(1, 1, height + kernel - 1, width + kernel - 1));
        for (int oh = 0; oh < output.Shape[2]; oh++)
            for (int ow = 0; ow < output.Shape[3]; ow++)
                spread[0, 0, kernel - 1 + oh * stride, kernel - 1 + ow * stride] = gradOutput[0, 0, oh, ow];
        var turned = new Conv2d<double>(1, 1, kernel, bias: false);
        for (int k = 0; k < kernel * kernel; k++) turned.Weight.Value.Span[k] = convolution.Weight.Value.Span[kernel * kernel - 1 - k];
        TensorAssert.Close(new Sequential<double>(turned).Infer(spread), gradInput, 1e-12, 1e-12);
    }

    /// <summary>Chapter 9: the error of a prediction by the slope is of the order of the squared step, so relative to it of the order of the
    /// step.</summary>
    [Test]
    public void Step_AgainstTheGradient_LowersTheLossAsPredicted()
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(1, 4, 3), new Tanh<double>(), new Flatten<double>(),
            new Linear<double>(4 * 4 * 3, 5)]);
        var batch = new TensorBatch<double>(new(new(6, 1, 6, 5), RandomTensors.Values<double>(6 * 6 * 5, 2)), _labels);
        double[] start = model.ParameterVector.Values.Span.ToArray();
        double Loss() => model.Train(batch, new CrossEntropyLoss<double>(), new Tensor<double>(new(6, 5)));
        double RelativeError(double rate)
        {
            start.CopyTo(model.ParameterVector.Values.Span);
            double before = Loss(), predicted = rate * model.ParameterVector.Gradients.Dot(model.ParameterVector.Gradients);
            new Sgd<double>(model.ParameterVector, rate).Step();
            return Math.Abs(before - Loss() - predicted) / predicted;
        }
        Assert.That(RelativeError(1e-3), Is.LessThan(0.01));
        Assert.That(RelativeError(1e-3) / RelativeError(1e-4), Is.EqualTo(10).Within(0.5));
    }
}
