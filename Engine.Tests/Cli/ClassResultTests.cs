using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Tests.Cli;

/// <summary>The table of classes that <c>evaluate</c> prints.</summary>
public sealed class ClassResultTests
{
    [Test]
    public void Of_Guesses_CountsEachClass()
    {
        var matrix = new ConfusionMatrix<float>(["ant", "bee", "cat"]);
        int[] labels = [0, 0, 0, 1, 1], guesses = [0, 2, 2, 1, 0];
        var output = new Tensor<float>(new Shape(5, 3));
        for (int i = 0; i < 5; i++) output.Span[i * 3 + guesses[i]] = 1;
        matrix.Add(output, new TensorBatch<float>(new Tensor<float>(new Shape(5, 1, 1, 1)), labels));
        Assert.That(ClassResult.Of(matrix), Is.EqualTo(
        [
            new ClassResult("ant", 3, 1, 2, "cat", 2), new ClassResult("bee", 2, 1, 1, "ant", 1), new ClassResult("cat", 0, 0, 2, null, 0),
        ]));
        Assert.That(ClassResult.Of(matrix).Select(row => row.Recall), Is.EqualTo([1.0 / 3, 0.5, double.NaN]));
        Assert.That(ClassResult.Of(matrix).Select(row => row.Precision), Is.EqualTo([0.5, 1, 0.0]));
    }
}
