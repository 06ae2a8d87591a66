using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class ClassMetricTests
{
    // Labels 0 0 0 1 1 2, guesses 0 0 1 1 2 2; the second row's tie goes to the first class.
    private static readonly Tensor<float> Output = new(new Shape(7, 3), [3, 1, 2, 2, 2, 1, 0, 4, 1, 1, 5, 2, 0, 1, 3, 0, 0, 1, 9, 9, 9]);
    private static readonly TensorBatch<float> Batch = new(new Tensor<float>(new(6, 1)), new[] { 0, 0, 0, 1, 1, 2 });

    private static int[] Labels(params int[] labels) => labels;

    private static double Value(Metric<float> metric)
    {
        metric.Add(Output, Batch);
        return metric.Value;
    }

    [Test]
    public void ConfusionMatrix_ByHand()
    {
        var matrix = new ConfusionMatrix<float>(3);
        Assert.That(Value(matrix), Is.EqualTo(4.0 / 6));
        Assert.That(Enumerable.Range(0, 9).Select(i => matrix[i / 3, i % 3]), Is.EqualTo([2, 1, 0, 0, 1, 1, 0, 0, 1]));
        Assert.That((matrix.TruePositives(1), matrix.FalsePositives(1), matrix.FalseNegatives(1), matrix.Images(0), matrix.Guesses(2)),
            Is.EqualTo((1, 1, 1, 3, 2)));
        Assert.That(matrix.ToString(), Is.EqualTo("true     0     1     2  recall\n   0     2     1     0   0.667\n   1     0     1     1   0.500\n  "
            + " 2     0     0     1   1.000\nprec 1.000 0.500 0.500\n"));
        matrix.Reset();
        Assert.That((matrix.Total, matrix.Value), Is.EqualTo((0, double.NaN)));
    }

    [Test]
    public void ConfusionMatrix_WithNames_TellsThemInItsTable()
    {
        var matrix = new ConfusionMatrix<float>(["ant", "bumblebee", "Coelacanthidae"]);
        matrix.Add(Output, Batch);
        Assert.That(matrix.ClassNames[2], Is.EqualTo("Coelacanthidae"));
        Assert.That(matrix.ToString().Split('\n')[..4], Is.EqualTo(
        [
            "true                  ant    bumblebee Coelacanthi…         recall",
            "         ant            2            1            0          0.667",
            "   bumblebee            0            1            1          0.500",
            "Coelacanthi…            0            0            1          1.000",
        ]));
    }

    // Precision 1, 1/2, 1/2; recall 2/3, 1/2, 1; F1 4/5, 1/2, 2/3; F2 = 5PR / (4P + R): 10/14, 1/2, 5/6.
    [TestCase("precision", Averaging.Macro, 2.0 / 3)]
    [TestCase("recall", Averaging.Macro, 13.0 / 18)]
    [TestCase("f1", Averaging.Macro, (0.8 + 0.5 + 2.0 / 3) / 3)]
    [TestCase("f2", Averaging.Macro, (10.0 / 14 + 0.5 + 5.0 / 6) / 3)]
    [TestCase("precision", Averaging.Micro, 4.0 / 6)]
    [TestCase("recall", Averaging.Micro, 4.0 / 6)]
    [TestCase("f2", Averaging.Micro, 4.0 / 6)]
    public void Metric_ByHand(string name, Averaging averaging, double expected)
    {
        ClassMetric<float> metric = name switch
        {
            "precision" => new Precision<float>(3, averaging),
            "recall" => new Recall<float>(3, averaging),
            _ => new FBeta<float>(3, name[1] - '0', averaging),
        };
        Assert.That(metric.Name, Is.EqualTo(name));
        Assert.That(metric.Value, Is.NaN);
        Assert.That(Value(metric), Is.EqualTo(expected).Within(1e-15));
    }

    [Test]
    public void Of_ClassThatNobodyGuessed_IsZero()
    {
        var precision = new Precision<float>(4);
        precision.Add(new Tensor<float>(new(1, 4), [0, 1, 0, 0]), new TensorBatch<float>(new Tensor<float>(new(1, 1)), Labels(1)));
        Assert.That((precision.Of(1), precision.Of(3), precision.Value), Is.EqualTo((1.0, 0.0, 0.25)));
    }

    [TestCase(1, 4.0 / 6)]
    [TestCase(2, 5.0 / 6)]
    [TestCase(3, 1)]
    public void TopKAccuracy_ByHand(int k, double expected) => Assert.That(Value(new TopKAccuracy<float>(k)), Is.EqualTo(expected));

    [Test]
    public void TopKAccuracy_NaN_IsNoGuess()
    {
        var metric = new TopKAccuracy<float>(3);
        metric.Add(new Tensor<float>(new(2, 3), [float.NaN, 1, 2, 1, float.NaN, float.NaN]), new TensorBatch<float>(new Tensor<float>(new(2, 1)),
            Labels(0, 0)));
        Assert.That(metric.Value, Is.EqualTo(0.5));
    }

    [Test]
    public void Add_ModelOfOtherClasses_Throws() => Assert.That(() => new ConfusionMatrix<float>(4).Add(Output, Batch),
        Throws.TypeOf<ShapeMismatchException>());
}
