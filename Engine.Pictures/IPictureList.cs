namespace Scratch.Pictures;

/// <summary>One picture of a list.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Label">The number of its class; none where it may have several.</param>
/// <param name="Name">Such as <c>CLASS/FILE</c>: the same wherever the list lies.</param>
internal readonly record struct ImageFile(string Path, int Label, string Name)
{
    /// <summary>The numbers of its labels, where it may have several.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];
}

/// <summary>Which pictures there are, of which class and for what.</summary>
internal interface IPictureList
{
    /// <summary>What errors call it.</summary>
    string Name { get; }

    /// <summary>Whether it says what is to train with; otherwise all are in <see cref="Train"/>.</summary>
    bool HasParts { get; }

    /// <summary>Whether a picture may have several labels, or none.</summary>
    bool HasManyLabels { get; }

    /// <summary>What the classes are called, in the order of their numbers.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The pictures to train with; none if there is no such part.</summary>
    IReadOnlyList<ImageFile>? Train { get; }

    /// <summary>The pictures to validate with; none if there is no such part.</summary>
    IReadOnlyList<ImageFile>? Valid { get; }

    /// <summary>The pictures to test with; none if there is no such part.</summary>
    IReadOnlyList<ImageFile>? Test { get; }

    /// <summary>What was left out or may not be meant, a line each.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>What was left out, such as <c>2 files whose type is not read</c>.</summary>
    IReadOnlyList<string> Skipped { get; }
}
