using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class WorstPredictionsTests
{
    private static readonly double Ln2 = Math.Log(2);

    // Scores as logarithms of 1, 2, 4 and so on: probabilities are fractions that a pencil can tell.
    [Test]
    public void Add_Batches_KeepsTheLargestLossesInOrder()
    {
        var worst = new WorstPredictions<double>(3);
        worst.Add(Scores([2, 1, 1], [1, 1, 6], [1, 2, 1]), Labelled(0, 1, 2));            // right with 1/2, 1/8 for the label, 1/4
        worst.Add(Scores([14, 1, 1], [1, 1, 2]), Labelled(2, 2));                         // 1/16, right with 1/2
        Assert.That(worst.Examples.Select(e => (e.Image, e.Label, e.Guess)), Is.EqualTo([(3, 2, 0), (1, 1, 2), (2, 2, 1)]));
        Assert.That(worst.Examples.Select(e => e.LabelProbability), Is.EqualTo([1.0 / 16, 1.0 / 8, 1.0 / 4]).Within(1e-12));
        Assert.That(worst.Examples.Select(e => e.Probability), Is.EqualTo([14.0 / 16, 6.0 / 8, 2.0 / 4]).Within(1e-12));
        Assert.That(worst.Examples.Select(e => e.Loss), Is.EqualTo([4 * Ln2, 3 * Ln2, 2 * Ln2]).Within(1e-12));
        Assert.That(worst.Value, Is.EqualTo(4 * Ln2).Within(1e-12));
    }

    [Test]
    public void Add_EqualLosses_TheFirstImageStaysFirst()
    {
        var worst = new WorstPredictions<double>(2);
        worst.Add(Scores([1, 3], [1, 3], [1, 3]), Labelled(0, 0, 0));
        Assert.That(worst.Examples.Select(e => e.Image), Is.EqualTo([0, 1]));
    }

    [Test]
    public void Add_NotANumber_IsTheWorst()
    {
        var worst = new WorstPredictions<double>(2);
        worst.Add(Scores([1, 7], [double.NaN, 1], [1, 3]), Labelled(0, 0, 0));
        Assert.That(worst.Examples.Select(e => e.Image), Is.EqualTo([1, 0]));
    }

    [Test]
    public void Add_NegativeLabel_DoesNotCountButItsPlaceDoes()
    {
        var worst = new WorstPredictions<double>(2);
        worst.Add(Scores([1, 7], [1, 3]), Labelled(-1, 0));
        Assert.That(worst.Examples.Select(e => e.Image), Is.EqualTo([1]));
    }

    [Test]
    public void Reset_AfterImages_CountsFromZero()
    {
        var worst = new WorstPredictions<double>(2);
        worst.Add(Scores([1, 7]), Labelled(0));
        worst.Reset();
        Assert.That((worst.Examples.Count, worst.Value), Is.EqualTo((0, double.NaN)));
        worst.Add(Scores([1, 3]), Labelled(0));
        Assert.That(worst.Examples.Single().Image, Is.Zero);
    }

    [Test]
    public void Add_LabelOfEveryPosition_Throws() => Assert.That(
        () => new WorstPredictions<double>(1).Add(new Tensor<double>(new(1, 2, 3)), Labelled(0, 1, 0)), Throws.InstanceOf<ArgumentException>());

    private static Tensor<double> Scores(params double[][] odds) =>
        new(new Shape(odds.Length, odds[0].Length), [.. odds.SelectMany(row => row).Select(odd => Math.Log(odd))]);

    private static TensorBatch<double> Labelled(params int[] labels) => new(new Tensor<double>(new(labels.Length, 1)), labels);
}
