using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>What classes and images are called.</summary>
public sealed partial class Dataset
{
    /// <summary>The same images, their classes with names. Shares memory.</summary>
    /// <param name="names">One for each class, in the order of their numbers; each once. Kept as <see cref="NameForm.Composed"/> writes them.</param>
    /// <exception cref="ShapeMismatchException">There is not one name for each class.</exception>
    /// <exception cref="ArgumentException">Two classes have one name, or one has none.</exception>
    public Dataset WithClassNames(params IReadOnlyList<string> names)
    {
        names = Checked(names);
        int classes = Targets is null ? Classes : Targets.Shape[^1];
        if (names.Count != classes)
        {
            ShapeGuard.Mismatch("Dataset", $"{names.Count} names for {classes} classes. Give one name per class.",
                new Shape(classes), new Shape(names.Count));
        }
        return new(this, _labels, [.. names], _names);
    }

    /// <summary>The same images, each with a name. Shares memory.</summary>
    /// <param name="names">[N], for example the paths of files.</param>
    /// <exception cref="ShapeMismatchException">There is not one name for each image.</exception>
    public Dataset WithImageNames(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count != Count)
            ShapeGuard.Mismatch("Dataset", $"{names.Count} names for {Count} images. Give one name per image.", new Shape(Count),
                new Shape(names.Count));
        return new(this, _labels, ClassNames, names.ToArray());
    }

    /// <summary>The same images with labels that number classes as a list does, for example as a saved model does; targets [N, classes] are put in
    /// that order. Shares the pixels.</summary>
    /// <param name="names">All classes of the list, in the order of their numbers; some may have no image here.</param>
    /// <exception cref="InvalidOperationException">The classes of this dataset have no names.</exception>
    /// <exception cref="ArgumentException">An image is of a class that is not on the list.</exception>
    public Dataset NumberedAs(params IReadOnlyList<string> names)
    {
        string[] list = Checked(names);
        if (ClassNames is null || Targets is { Shape.Rank: not 2 })
            ShapeGuard.WrongOrder("Dataset", "NumberedAs needs classes with names, found none. Call WithClassNames before.");
        int[] numbers = [.. ClassNames.Select(name => Array.IndexOf(list, name))];
        string[] unknown = [.. ClassesWithImages().Where(label => numbers[label] < 0).Select(label => $"'{ClassNames[label]}'")];
        if (unknown.Length > 0)
        {
            throw new ArgumentException($"Dataset: images of class {string.Join(", ", unknown)}, which is none of '{string.Join("', '", list)}'. "
                + "Name their class as it was named, or take them away.", nameof(names));
        }
        if (Targets is null) return new(this, Array.ConvertAll(_labels.ToArray(), label => numbers[label]), list, _names);
        var targets = new Tensor<float>(new Shape(Count, list.Length));
        for (int i = 0; i < Targets.Length; i++)
            if (Targets.Span[i] != 0) targets.Span[i / numbers.Length * list.Length + numbers[i % numbers.Length]] = Targets.Span[i];
        return new(this, targets, list);
    }

    /// <summary>The classes of which there is an image, in the order of their numbers; of targets [N, classes] those that are not 0
    /// everywhere.</summary>
    public IReadOnlyList<int> ClassesWithImages()
    {
        var found = new bool[Targets is { Shape.Rank: 2 } ? Targets.Shape[1] : Classes];
        foreach (int label in Labels) found[label] = true;
        if (Targets is { Shape.Rank: 2 })
            for (int i = 0; i < Targets.Length; i++) found[i % found.Length] |= Targets.Span[i] != 0;
        return [.. found.Index().Where(entry => entry.Item).Select(entry => entry.Index)];
    }

    /// <summary>The same with names that stand in a file.</summary>
    /// <param name="file">What it is called.</param>
    /// <param name="names">One for each class.</param>
    /// <exception cref="InvalidDataException">Two classes have one name, or one has none.</exception>
    internal Dataset WithClassNamesOf(string file, IReadOnlyList<string> names) =>
        Complaint(Composed(names)) is { } what ? throw new InvalidDataException($"{file}: {what}") : WithClassNames(names);

    private static string[] Checked(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] composed = Composed(names);
        return Complaint(composed) is { } what ? throw new ArgumentException($"Dataset: {what}", nameof(names)) : composed;
    }

    private static string[] Composed(IReadOnlyList<string> names) => [.. names.Select(name => NameForm.Composed(name ?? ""))];

    // What is wrong with composed names; nothing if null.
    private static string? Complaint(string[] names)
    {
        if (Array.IndexOf(names, "") is >= 0 and var label) return $"class {label} has an empty name.";
        foreach (var (name, count) in names.CountBy(name => name).Where(entry => entry.Value > 1))
            return $"{count} classes are called '{PrintableText.Of(name)}', must be one.";
        return null;
    }
}
