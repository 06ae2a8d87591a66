using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class SoftmaxTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] _classes = [1, 2, 10, 17], _images = [1, 5, 31, 32];

    // Classes, images, and how far the logits reach: at 1000 a plain exponential overflows in both precisions.
    private static IEnumerable<TestCaseData> Cases =>
        _classes.SelectMany(classes => _images.SelectMany(images => new TestCaseData[] { new(classes, images, 3.0), new(classes, images, 1000.0) }));

    [TestCaseSource(nameof(Cases))]
    public void Forward_AnyLogits_EqualsAPlainComputation(int classes, int images, double reach)
    {
        T[] logits = Logits(classes, images, reach);
        var output = new GuardedBuffer<T>(classes * Lanes.Count);
        Softmax.Forward<V, T>(Blocks.Of<T>(logits, classes).Span, output.Span);
        double[] expected = [.. Plain(logits, classes).SelectMany(image => image.Probabilities)];
        SumAssert.Close<T>(Blocks.Images(output, images), expected, Ones(expected.Length));
    }

    [Test]
    public void Forward_InPlace_GivesTheSame()
    {
        GuardedBuffer<T> block = Blocks.Of<T>(Logits(10, 32, 3), 10), output = new(block.Span.Length);
        Softmax.Forward<V, T>(block.Span, output.Span);
        Softmax.Forward<V, T>(block.Span, block.Span);
        Assert.That(block.Written(), Is.EqualTo(output.Written()));
    }

    private static T[] Logits(int classes, int images, double reach) => RandomTensors.Values<T>(classes * images, 1, -reach, reach);

    // In double, image by image: exp(x - m) over its sum, and m + log of the sum.
    internal static IEnumerable<(double[] Logits, double[] Probabilities, double LogSum)> Plain(T[] logits, int classes) =>
        RandomTensors.ToDouble<T>(logits).Chunk(classes).Select(image =>
        {
            double most = image.Max(), sum = image.Sum(x => Math.Exp(x - most));
            return (image, Array.ConvertAll(image, x => Math.Exp(x - most) / sum), most + Math.Log(sum));
        });

    private static double[] Ones(int length) => [.. Enumerable.Repeat(1.0, length)];
}
