using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class CrossEntropyTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Scale = 0.25;

    private static readonly int[] _classes = [1, 2, 10], _positions = [1, 3], _images = [1, 5, 32];
    private static readonly double[] _reaches = [3, 1000];

    // Classes, positions, images, and how far the logits reach: at 1000 a plain exponential overflows in both precisions.
    private static IEnumerable<TestCaseData> Cases =>
        from classes in _classes from positions in _positions from images in _images from reach in _reaches select new TestCaseData(classes,
            positions, images, reach);

    [TestCaseSource(nameof(Cases))]
    public void Run_AnyTargets_EqualsAPlainComputation(int classes, int positions, int images, double reach)
    {
        int size = classes * positions;
        T[] logits = RandomTensors.Values<T>(size * images, 1, -reach, reach), weights = RandomTensors.Values<T>(size * images, 2, 0, 1);
        for (int i = 0; i < weights.Length; i += 3) weights[i] = T.Zero;
        GuardedBuffer<T> targets = Blocks.Of<T>(weights, size);
        double got = CrossEntropy.Run<V, T>(Blocks.Of<T>(logits, size).Span, classes, images, T.CreateChecked(Scale), targets.Span);

        double expected = 0, magnitude = 0;
        double[] x = RandomTensors.ToDouble<T>(logits), t = RandomTensors.ToDouble<T>(weights), gradient = new double[x.Length];
        for (int n = 0; n < images; n++)
            for (int p = 0; p < positions; p++)
            {
                int[] at = [.. Enumerable.Range(0, classes).Select(c => n * size + c * positions + p)];
                double most = at.Max(i => x[i]), log = most + Math.Log(at.Sum(i => Math.Exp(x[i] - most))), sum = at.Sum(i => t[i]);
                expected += at.Sum(i => t[i] * (log - x[i]));
                magnitude += at.Sum(i => t[i] * (Math.Abs(log) + Math.Abs(x[i]) + 1));
                foreach (int i in at) gradient[i] = Scale * (sum * Math.Exp(x[i] - log) - t[i]);
            }
        SumAssert.Close<T>([T.CreateTruncating(got)], [expected], [magnitude]);
        SumAssert.Close<T>(Blocks.Images(targets, images), gradient, [.. Enumerable.Repeat(4.0, gradient.Length)]);
        Assert.That(targets.Written().Where((_, i) => i % Lanes.Count >= images), Has.All.EqualTo(T.Zero));
    }

    [Test]
    public void Run_EqualLogits_LosesTheLogarithmOfTheClasses()
    {
        var targets = new T[4 * Lanes.Count];
        targets.AsSpan(Lanes.Count, Lanes.Count).Fill(T.One);
        Assert.That(CrossEntropy.Run<V, T>(new T[4 * Lanes.Count], 4, 32, T.One, targets), Is.EqualTo(32 * Math.Log(4)).Within(1e-4));
    }

    [Test]
    public void Run_InfinitelyUnlikelyClassWithoutWeight_CostsNothing()
    {
        T[] logits = new T[2 * Lanes.Count], targets = new T[logits.Length];
        logits.AsSpan(Lanes.Count).Fill(T.NegativeInfinity);
        targets.AsSpan(0, Lanes.Count).Fill(T.One);
        Assert.That(CrossEntropy.Run<V, T>(logits, 2, 32, T.One, targets), Is.EqualTo(0).Within(1e-5));
        Assert.That(targets.Select(value => double.CreateChecked(value)), Has.All.EqualTo(0).Within(1e-6));
    }
}
