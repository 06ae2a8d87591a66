using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Thresholds, their scores, and the temperature.</summary>
public sealed class MultiLabelTests
{
    // Three images, two classes; by hand: class 0 is yes, no, yes; class 1 is no, yes, yes.
    private static readonly Tensor<float> _truth = new(new Shape(3, 2), [1, 0, 0, 1, 1, 1]);
    private static readonly Tensor<double> _said = new(new Shape(3, 2), [0.9, 0.6, 0.4, 0.7, 0.45, 0.2]);

    [Test]
    public void Scores_ByHand_Agree()
    {
        MultiLabelScores scores = MultiLabelScores.Of(_said, _truth, 0.5);
        Assert.That(scores.Classes[0], Is.EqualTo(new LabelCounts(1, 0, 1, 1)));
        Assert.That(scores.Classes[1], Is.EqualTo(new LabelCounts(1, 1, 1, 0)));
        Assert.That(scores.Micro, Is.EqualTo(new LabelCounts(2, 1, 2, 1)));
        Assert.That(scores.Classes[0].Precision, Is.EqualTo(1));
        Assert.That(scores.Classes[0].Recall, Is.EqualTo(0.5));
        Assert.That(scores.MacroFBeta(1), Is.EqualTo((2.0 / 3 + 0.5) / 2).Within(1e-15));
        Assert.That(scores.Classes[0].FBeta(2), Is.EqualTo(5 * 1 * 0.5 / (4 * 1 + 0.5)).Within(1e-15));
        Assert.That(scores.SubsetAccuracy, Is.EqualTo(1.0 / 3).Within(1e-15));
    }

    [Test]
    public void Scores_OneThresholdForEachClass_UsesEach()
    {
        MultiLabelScores scores = MultiLabelScores.Of(_said, _truth, 0.45, 0.7);
        Assert.That(scores.Classes[0], Is.EqualTo(new LabelCounts(2, 0, 0, 1)));
        Assert.That(scores.Classes[1], Is.EqualTo(new LabelCounts(1, 0, 1, 1)));
    }

    [Test]
    public void Counts_NothingSaid_GiveZeroAndNoNan()
    {
        var none = new LabelCounts(0, 0, 0, 5);
        Assert.That((none.Precision, none.Recall, none.FBeta(1), none.Accuracy), Is.EqualTo((0.0, 0.0, 0.0, 1.0)));
    }

    private static (Tensor<double> Probabilities, Tensor<float> Targets) Random(int seed, int images, int classes)
    {
        var random = new RandomSequence(seed);
        (Tensor<double> p, Tensor<float> y) = (new(new Shape(images, classes)), new(new Shape(images, classes)));
        for (int i = 0; i < p.Length; i++)
        {
            p.Span[i] = Math.Round(random.NextDouble(), 2);                  // so that some are equal
            y.Span[i] = random.NextDouble() < 0.2 + 0.5 * p.Span[i] ? 1 : 0;
        }
        return (p, y);
    }

    /// <summary>No threshold on a fine grid does better than the one that was found.</summary>
    [Test]
    public void Search_AgainstAFineGrid_IsTheBest([Values] ThresholdGoal goal, [Values(0.5, 1, 2)] double beta, [Values(1, 2, 3)] int seed)
    {
        var (p, y) = Random(seed, 37, 3);
        double Score(LabelCounts counts) => goal == ThresholdGoal.Accuracy ? counts.Accuracy : counts.FBeta(beta);
        double[] each = ThresholdSearch.PerClass(p, y, goal, beta);
        double global = ThresholdSearch.Global(p, y, goal, beta);
        MultiLabelScores withEach = MultiLabelScores.Of(p, y, each);
        double withGlobal = Score(MultiLabelScores.Of(p, y, global).Micro);
        for (int step = 0; step <= 1000; step++)
        {
            MultiLabelScores grid = MultiLabelScores.Of(p, y, step / 1000.0);
            Assert.That(Score(grid.Micro), Is.LessThanOrEqualTo(withGlobal));
            for (int c = 0; c < 3; c++) Assert.That(Score(grid.Classes[c]), Is.LessThanOrEqualTo(Score(withEach.Classes[c])));
        }
    }

    [Test]
    public void Search_WhereHalfIsAsGood_KeepsHalf()
    {
        var p = new Tensor<double>(new Shape(4, 1), [0.1, 0.2, 0.8, 0.9]);
        var y = new Tensor<float>(new Shape(4, 1), [0, 0, 1, 1]);
        Assert.That(ThresholdSearch.Global(p, y, ThresholdGoal.FBeta), Is.EqualTo(0.5));
    }

    [Test]
    public void Temperature_OfLogitsMadeTooSure_IsFound([Values(0.5, 2, 5)] double wrong)
    {
        var random = new RandomSequence(9);
        (Tensor<double> logits, Tensor<float> targets) = (new(new Shape(4000, 5)), new(new Shape(4000, 5)));
        for (int i = 0; i < logits.Length; i++)
        {
            double honest = random.NextUniform(-4, 4);
            logits.Span[i] = honest * wrong;
            targets.Span[i] = random.NextDouble() < 1 / (1 + Math.Exp(-honest)) ? 1 : 0;
        }
        double temperature = TemperatureScaling.Fit(logits, targets);
        Assert.That(temperature, Is.EqualTo(wrong).Within(0.05 * wrong));
        double before = TemperatureScaling.ExpectedCalibrationError(TemperatureScaling.Probabilities(logits), targets);
        double after = TemperatureScaling.ExpectedCalibrationError(TemperatureScaling.Probabilities(logits, temperature), targets);
        Assert.That(after, Is.LessThan(0.02).And.LessThan(before / 3));
    }

    /// <summary>Two bins: 0.2 twice with one yes, 0.9 twice with two: (2 · |0.2 - 0.5| + 2 · |0.9 - 1|) / 4.</summary>
    [Test]
    public void CalibrationError_ByHand_Agrees()
    {
        var p = new Tensor<double>(new Shape(4, 1), [0.2, 0.2, 0.9, 0.9]);
        var y = new Tensor<float>(new Shape(4, 1), [0, 1, 1, 1]);
        Assert.That(TemperatureScaling.ExpectedCalibrationError(p, y), Is.EqualTo(0.2).Within(1e-15));
    }

    [Test]
    public void Shapes_ThatDiffer_AreRefused()
    {
        Assert.Throws<ShapeMismatchException>(() => MultiLabelScores.Of(_said, new Tensor<float>(new Shape(3, 3)), 0.5));
        Assert.Throws<ShapeMismatchException>(() => MultiLabelScores.Of(_said, _truth, 0.1, 0.2, 0.3));
        Assert.Throws<ShapeMismatchException>(() => ThresholdSearch.Global(_said, new Tensor<float>(new Shape(2, 3)), ThresholdGoal.FBeta));
        Assert.Throws<ShapeMismatchException>(() => TemperatureScaling.Fit(_said, new Tensor<float>(new Shape(6))));
    }

    /// <summary>By counting: 40 images, of which every third has one label wrong, over two batches with part-filled blocks.</summary>
    [Test]
    public void SubsetAccuracy_OverBatches_IsTheShareOfWholeSets()
    {
        (Tensor<float> truth, Tensor<float> logits) = (new(new Shape(40, 3)), new(new Shape(40, 3)));
        for (int i = 0; i < truth.Length; i++)
        {
            truth.Span[i] = i % 7 % 2;
            bool wrong = i / 3 % 3 == 0 && i % 3 == i / 9 % 3;
            logits.Span[i] = (truth.Span[i] > 0.5f) != wrong ? 0.3f : -0.3f;
        }
        var metric = new SubsetAccuracy<float>();
        Assert.That(metric.Value, Is.NaN);
        var images = new Dataset(new Shape(40, 1, 1, 1), new byte[40], truth);
        var batches = new BatchSampler<float>(images, new Normalization(0, 1), 35, shuffle: false);
        int first = 0;
        for (batches.Reset(); batches.MoveNext(); first += batches.Current.Count) metric.Add(logits.Slice(first, batches.Current.Count),
            batches.Current);
        Assert.That(metric.Value, Is.EqualTo(26 / 40.0));
        metric.Reset();
        Assert.That(metric.Value, Is.NaN);
    }
}
