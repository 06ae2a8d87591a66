using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class SoftmaxTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Scale = 0.25;

    private static readonly int[] _classes = [1, 2, 10, 17], _images = [1, 5, 31, 32];

    // Classes, images, and how far the logits reach: at 1000 a plain exponential overflows in both precisions.
    private static IEnumerable<TestCaseData> Cases =>
        _classes.SelectMany(classes => _images.SelectMany(images => new TestCaseData[] { new(classes, images, 3.0), new(classes, images, 1000.0) }));

    [TestCaseSource(nameof(Cases))]
    public void CrossEntropy_AnyLogits_LossesEqualAPlainComputation(int classes, int images, double reach)
    {
        T[] logits = Logits(classes, images, reach);
        var (losses, _, labels) = CrossEntropy(logits, classes, images);
        double[] expected = [.. Plain(logits, classes).Select((image, n) => image.LogSum - image.Logits[labels[n]])];
        double[] magnitudes = [.. Plain(logits, classes).Select((image, n) => Math.Abs(image.LogSum) + Math.Abs(image.Logits[labels[n]]) + 1)];
        SumAssert.Close<T>(losses.Written(), expected, magnitudes);
    }

    [TestCaseSource(nameof(Cases))]
    public void CrossEntropy_AnyLogits_GradientIsProbabilityLessOneHot(int classes, int images, double reach)
    {
        T[] logits = Logits(classes, images, reach);
        var (_, gradient, labels) = CrossEntropy(logits, classes, images);
        double[] expected = [.. Plain(logits, classes).SelectMany((image, n) =>
            image.Probabilities.Select((p, c) => Scale * (p - (c == labels[n] ? 1 : 0))))];
        SumAssert.Close<T>(Blocks.Images(gradient, images), expected, Ones(expected.Length));
    }

    [TestCaseSource(nameof(Cases))]
    public void CrossEntropy_AnyLogits_GradientSumsToZeroForEachImage(int classes, int images, double reach)
    {
        var (_, gradient, _) = CrossEntropy(Logits(classes, images, reach), classes, images);
        double[] sums = [.. Blocks.Images(gradient, images).Chunk(classes).Select(image => image.Sum(x => double.CreateChecked(x)))];
        Assert.That(sums, Has.All.EqualTo(0).Within(SumAssert.Tolerance<T>()));
    }

    [Test]
    public void CrossEntropy_PartFilledBlock_EmptyLanesAreZero()
    {
        var (_, gradient, _) = CrossEntropy(Logits(10, 5, 3), 10, 5);
        T[] empty = [.. gradient.Written().Where((_, i) => i % Lanes.Count >= 5)];
        Assert.That(empty, Has.All.EqualTo(T.Zero));
    }

    [Test]
    public void CrossEntropy_EqualLogits_LosesTheLogarithmOfTheClasses()
    {
        var losses = new T[32];
        Softmax.CrossEntropy<V, T>(new T[4 * Lanes.Count], new int[32], T.One, losses, new T[4 * Lanes.Count]);
        Assert.That(losses.Select(x => double.CreateChecked(x)), Has.All.EqualTo(Math.Log(4)).Within(1e-6));
    }

    private static (GuardedBuffer<T> Losses, GuardedBuffer<T> Gradient, int[] Labels) CrossEntropy(T[] logits, int classes, int images)
    {
        int[] labels = [.. Enumerable.Range(0, images).Select(n => n * 7 % classes)];
        GuardedBuffer<T> losses = new(images), gradient = new(classes * Lanes.Count);
        Softmax.CrossEntropy<V, T>(Blocks.Of<T>(logits, classes).Span, labels, T.CreateChecked(Scale), losses.Span, gradient.Span);
        return (losses, gradient, labels);
    }

    private static T[] Logits(int classes, int images, double reach) => RandomTensors.Values<T>(classes * images, 1, -reach, reach);

    // In double, image by image: exp(x - m) over its sum, and m + log of the sum.
    private static IEnumerable<(double[] Logits, double[] Probabilities, double LogSum)> Plain(T[] logits, int classes) =>
        RandomTensors.ToDouble<T>(logits).Chunk(classes).Select(image =>
        {
            double most = image.Max(), sum = image.Sum(x => Math.Exp(x - most));
            return (image, Array.ConvertAll(image, x => Math.Exp(x - most) / sum), most + Math.Log(sum));
        });

    private static double[] Ones(int length) => [.. Enumerable.Repeat(1.0, length)];
}
