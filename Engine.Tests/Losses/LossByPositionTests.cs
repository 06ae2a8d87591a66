using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Losses;

/// <summary>A loss that takes positions one by one, where channels lie side by side, is the loss of whole images side by side: same number, same
/// gradients, whoever does a part of it.</summary>
public sealed class LossByPositionTests
{
    private const int Classes = 5;
    private static readonly int[] _labels = [1, 0, 3];
    private static readonly Shape _large = new(3, 67, 53), _small = new(3, 7, 6);

    private static IEnumerable<TestCaseData> Losses()
    {
        yield return Case("cross entropy", new CrossEntropyLoss<double>([0.5, 2, 1, 0.1, 3], 0.1) { IgnoreIndex = 4 });
        yield return Case("cross entropy, sum", new CrossEntropyLoss<double> { Reduction = Reduction.Sum });
        yield return Case("cross entropy of shares", new CrossEntropyLoss<double>(labelSmoothing: 0.2), targets: true);
        yield return Case("negative log likelihood", new NllLoss<double>([0.5, 2, 1, 0.1, 3]));
        yield return Case("squares", new MseLoss<double>(), targets: true);
        yield return Case("binary", new BceWithLogitsLoss<double>([0.5, 2, 1, 0.1, 3]), targets: true);
        yield return Case("huber", new HuberLoss<double>(0.3), targets: true);

        static TestCaseData Case(string name, Loss<double> loss, bool targets = false) => new TestCaseData(loss, targets).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Losses))]
    public void Train_ChannelsLast_IsTheLossOfImagesSideBySide(Loss<double> loss, bool targets)
    {
        foreach (var (image, images) in ((Shape, int)[])[(_large, 1), (_large, 3), (_small, 1), (_small, 34)])
        {
            TensorBatch<double> batch = Batch(image, images, targets);
            double[] wanted = Run(new OfImages<double>(loss), batch, 1, out bool converts), one = Run(loss, batch, 1, out bool stillConverts);
            Assert.That((converts, stillConverts), Is.EqualTo((true, false)), "only who looks at whole images has the outputs brought into lanes");
            Assert.That(one, Is.EqualTo(wanted).Within(1e-12 * Math.Max(1, Math.Abs(wanted[0]))));
            Assert.That(one[0], Is.Not.Zero);
            foreach (int threads in (int[])[2, 3, 8])
                Assert.That(Run(loss, batch, threads, out _).AsSpan().SequenceEqual(one), $"{threads} threads, {images} images");
        }
    }

    [Test]
    public void StepCut_OneImage_IsSharedByThreads()
    {
        Plan<double> plan = Model(1).RunnerFor(_large).PlanFor(PlanGoal.Train(1));
        Assert.That(StepCut.Of(plan.Steps.Single(step => step.Kind == StepKind.Loss), 1).Pieces, Is.GreaterThan(1));
    }

    [Test]
    public void Train_TwoOutputsOfDifferentSizes_AddsUpBoth()
    {
        TensorBatch<double> positions = Batch(_large, 3, targets: false), classes = new(RandomTensors.Tensor<double>(_large.Prepend(3), 5), _labels);
        var joined = new JoinedBatch<double>([positions], targets: [positions, classes]);
        Assert.That(Losses(byPosition: true), Is.EqualTo(Losses(byPosition: false)).Within(1e-12).Percent);

        double Losses(bool byPosition)
        {
            var image = new Value<double>("image");
            var convolution = new Conv2d<double>(3, Classes, 3, padding: 1);
            Value<double> features = new InLayout<double>(convolution, Layout.ChannelsLast) { Path = "features" }.Connect(image);
            var pool = new Sequential<double>(new AdaptiveAvgPool2d<double>(1), new Flatten<double>()) { Path = "small" };
            Value<double> small = pool.Connect(features);
            var model = new Model<double>([image], [features, small]);
            RandomModel.Fill(model, 3);
            Loss<double> loss = new CrossEntropyLoss<double>();
            if (!byPosition) loss = new OfImages<double>(loss);
            double both = 0;
            for (int step = 0; step < 2; step++)                             // the second finds what the first left
                both += model.Train(joined, new((loss, 1), (loss, 0.3)), new Tensor<double>(Outputs(_large, 3)),
                    new Tensor<double>(new Shape(3, Classes)));
            return both;
        }
    }

    private static double[] Run(Loss<double> loss, TensorBatch<double> batch, int threads, out bool converts)
    {
        Model<double> model = Model(threads);
        PlanRunner<double> runner = model.RunnerFor(batch.ImageShape);
        var outputs = new Tensor<double>(Outputs(batch.ImageShape, batch.Count));
        double lost = runner.Train(batch, loss, outputs);
        converts = runner.PlanFor(PlanGoal.Train(Math.Min(batch.Count, 32)) with { LossByPosition = loss.IsByPosition }).Nodes
            .Any(node => node.Layer is ConvertLayout<double>);
        Assert.That(runner.Evaluate(batch, loss, outputs), Is.EqualTo(lost).Within(1e-12).Percent, "the same outside training");
        return [lost, .. outputs.Span, .. model.ParameterVector.Gradients.Span];
    }

    private static Model<double> Model(int threads) =>
        RandomModel.Of(3, [new InLayout<double>(new Conv2d<double>(3, Classes, 3, padding: 1), Layout.ChannelsLast)], threads);

    private static Shape Outputs(Shape image, int images) => new(images, Classes, image[1], image[2]);

    private static TensorBatch<double> Batch(Shape image, int images, bool targets)
    {
        Tensor<double> pixels = RandomTensors.Tensor<double>(image.Prepend(images), 5);
        if (targets) return new(pixels, targets: RandomTensors.Tensor<double>(Outputs(image, images), 6));
        return new(pixels, Enumerable.Range(0, images * image[1] * image[2]).Select(i => (int)(i * 2654435761L % 101 % Classes)).ToArray());
    }

    /// <summary>The same loss, without saying that positions do not know of each other.</summary>
    private sealed class OfImages<T>(Loss<T> loss) : Loss<T> where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        public override double Begin(Batch<T> batch, Shape output) => loss.Begin(batch, output);

        public override double Forward<V>(in LossPass<T> pass) => loss.Forward<V>(pass);
    }
}
