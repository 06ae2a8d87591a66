using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class RankingMetricTests
{
    // Two classes: by the difference of the outputs 3, 1, 1, -2 of labels 1, 0, 1, 0. Pairs right: 3 of 4, one of them a tie.
    private static readonly Tensor<double> TwoClasses = new(new(4, 2), [0, 3, 1, 2, 0.5, 1.5, 2, 0]);

    [Test]
    public void RocAuc_TwoClassesWithATie_ByHand() => Assert.That(Of(new RocAuc<double>(), TwoClasses, 1, 0, 1, 0), Is.EqualTo(3.5 / 4).Within(1e-7));

    // Class 1: precision 1 at the first, 2/3 at the tie. Class 0, the other way round: 1 at the first, 2/3 at the tie.
    [Test]
    public void AveragePrecision_TwoClassesWithATie_ByHand() =>
        Assert.That(Of(new AveragePrecision<double>(), TwoClasses, 1, 0, 1, 0), Is.EqualTo((1 + 2.0 / 3) / 2).Within(1e-7));

    // Against the definition over all pairs, with softmax, of random outputs of five classes, one of which has no image.
    [Test]
    public void RocAuc_RandomOutputs_IsTheShareOfPairs()
    {
        const int Images = 37, Classes = 5;
        var random = new RandomGenerator(3);
        var output = new Tensor<double>(new(Images, Classes));
        foreach (ref double value in output.Span) value = Math.Round(2 * random.NextNormal());
        int[] labels = [.. Enumerable.Range(0, Images).Select(_ => random.NextInt(Classes - 1))];
        double sum = 0;
        for (int c = 0; c < Classes - 1; c++)
        {
            double[] said = [.. Enumerable.Range(0, Images).Select(n => (double)(float)Softmax(output, n, c))];
            double right = 0, pairs = 0;
            for (int a = 0; a < Images; a++)
            {
                for (int b = 0; b < Images; b++)
                {
                    if (labels[a] != c || labels[b] == c) continue;
                    pairs++;
                    right += said[a] > said[b] ? 1 : said[a] == said[b] ? 0.5 : 0;
                }
            }
            sum += right / pairs;
        }
        Assert.That(Of(new RocAuc<double>(), output, labels), Is.EqualTo(sum / (Classes - 1)).Within(1e-12));
    }

    [Test]
    public void Add_TargetsInTwoBatches_EachClassByItself()
    {
        var metric = new RocAuc<float>();
        metric.Add(new(new(2, 2), [1, -1, 2, 3]), new TensorBatch<float>(new(new(2, 1)), targets: new(new(2, 2), [0, 1, 1, 0])));
        metric.Add(new(new(1, 2), [0, 5]), new TensorBatch<float>(new(new(1, 1)), targets: new(new(1, 2), [0, 1])));
        Assert.That(metric.Value, Is.EqualTo((1 + 0.5) / 2).Within(1e-12), "the first class is in order, of the second one pair of two");
        Action restore = metric.Remember()!;
        metric.Reset();
        Assert.That(metric.Value, Is.NaN);
        restore();
        Assert.That(metric.Value, Is.EqualTo(0.75).Within(1e-12));
    }

    [Test]
    public void Build_EveryName_MakesAMetricAndOthersAreRefused()
    {
        foreach (string name in MetricCatalog.Names.Concat(MetricCatalog.ManyLabelsNames))
            Assert.That(MetricCatalog.Build<float>(name, 3).Value, Is.NaN, name);
        Assert.That(MetricCatalog.Build<float>("top-3", 9).Name, Is.EqualTo("top-3 accuracy"));
        Assert.That(() => MetricCatalog.Build<float>("top-0", 3), Throws.ArgumentException.With.Message.StartsWith("there is no metric 'top-0'. Metrics: "));
    }

    private static double Of(Metric<double> metric, Tensor<double> output, params int[] labels)
    {
        metric.Add(output, new TensorBatch<double>(output, labels));
        return metric.Value;
    }

    private static double Softmax(Tensor<double> output, int n, int c)
    {
        ReadOnlySpan<double> row = output.Span.Slice(n * output.Shape[1], output.Shape[1]);
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double value in row) largest = Math.Max(largest, value);
        foreach (double value in row) sum += Math.Exp(value - largest);
        return Math.Exp(row[c] - largest) / sum;
    }
}
