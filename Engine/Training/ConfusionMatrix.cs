using System.Globalization;
using System.Numerics;
using System.Text;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>How often each class was taken for each other: a row for every true class, a column for every guess.</summary>
/// <remarks>The guess is the class of the largest output, of equal ones the first. As a number it is the accuracy.
/// Positions count like images, where each has a label. Negative labels do not count.</remarks>
public sealed class ConfusionMatrix<T> : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LongestName = 12;                                      // letters of a name in the table; the rest is cut off

    private readonly long[] _counts;

    /// <summary>A matrix of zeros, its classes called by their numbers.</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public ConfusionMatrix(int classes)
    {
        ShapeGuard.Positive(nameof(ConfusionMatrix<>), classes);
        (Classes, _counts) = (classes, new long[classes * classes]);
        ClassNames = [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>A matrix of zeros, its classes called by their names.</summary>
    /// <param name="classNames">One for each class, such as <see cref="Dataset.ClassNames"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public ConfusionMatrix(IReadOnlyList<string> classNames) : this(classNames?.Count ?? throw new ArgumentNullException(nameof(classNames))) =>
        ClassNames = [.. classNames];

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>What the table calls them.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public override string Name => "confusion";

    /// <summary>How many images of a class were taken for another, or rightly for itself.</summary>
    public long this[int label, int guess] => _counts[label * Classes + guess];

    /// <summary>Images.</summary>
    public long Total => _counts.Sum();

    /// <inheritdoc/>
    public override double Value => (double)Enumerable.Range(0, Classes).Sum(c => this[c, c]) / Total;

    /// <summary>Images of a class that were taken for it.</summary>
    public long TruePositives(int c) => this[c, c];

    /// <summary>Images of other classes that were taken for this one.</summary>
    public long FalsePositives(int c) => Guesses(c) - this[c, c];

    /// <summary>Images of a class that were taken for others.</summary>
    public long FalseNegatives(int c) => Images(c) - this[c, c];

    /// <summary>Images of a class.</summary>
    public long Images(int c) => Enumerable.Range(0, Classes).Sum(guess => this[c, guess]);

    /// <summary>Images that were taken for a class.</summary>
    public long Guesses(int c) => Enumerable.Range(0, Classes).Sum(label => this[label, c]);

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(_counts);

    /// <inheritdoc/>
    public override void Exchange(SavedState state) => state.Exchange("counts", _counts.AsSpan());

    /// <inheritdoc/>
    protected internal override Action Remember()
    {
        long[] counts = [.. _counts];
        return () => counts.CopyTo(_counts, 0);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeMismatchException">The model has another number of outputs.</exception>
    public override void Add(Tensor<T> output, Batch<T> batch)
    {
        var outputs = new LabelledOutputs<T>(nameof(ConfusionMatrix<>), output, batch);
        if (outputs.Classes != Classes)
            ShapeGuard.Mismatch(nameof(ConfusionMatrix<>),
                $"the model has {outputs.Classes} outputs, the matrix {Classes} classes. output {output.Shape}.", new Shape(Classes),
                new Shape(outputs.Classes));
        for (int i = 0; i < outputs.Labels.Length; i++)
            if (outputs.Labels[i] >= 0) _counts[outputs.Labels[i] * Classes + outputs.Best(i)]++;
    }

    /// <summary>A table: true classes down, guesses across, then the recall of each class; at the bottom its precision.</summary>
    public override string ToString()
    {
        string[] names = [.. ClassNames.Select(name => name.Length <= LongestName ? name : $"{name[..(LongestName - 1)]}…")];
        int longest = names.Max(name => name.Length), first = Math.Max(4, longest);
        int width = Math.Max(Math.Max(6, longest + 1), Total.ToString(CultureInfo.InvariantCulture).Length + 1);
        var table = new StringBuilder("true".PadRight(first));
        string Cell(string text) => text.PadLeft(width);
        string Share(long part, long whole) => Cell(((double)part / whole).ToString("F3", CultureInfo.InvariantCulture));
        foreach (string name in names) table.Append(Cell(name));
        table.Append(Cell("recall").PadLeft(width + 2)).Append('\n');
        for (int label = 0; label < Classes; label++)
        {
            table.Append(names[label].PadLeft(first));
            for (int guess = 0; guess < Classes; guess++) table.Append(Cell(this[label, guess].ToString(CultureInfo.InvariantCulture)));
            table.Append("  ").Append(Share(this[label, label], Images(label))).Append('\n');
        }
        table.Append("prec".PadRight(first));
        for (int guess = 0; guess < Classes; guess++) table.Append(Share(this[guess, guess], Guesses(guess)));
        return table.Append('\n').ToString();
    }
}
