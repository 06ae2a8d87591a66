namespace Scratch.Pictures;

/// <summary>What a model takes a picture for.</summary>
public sealed class Prediction
{
    private const int Shown = 3;

    private readonly ClassProbability[] _classes;
    private readonly ModelNotes _notes;

    internal Prediction(ClassProbability[] classes, ModelNotes notes) => (_classes, _notes) = (classes, notes);

    /// <summary>The most probable class.</summary>
    public string Name => _classes[0].Name;

    /// <summary>Its probability.</summary>
    public double Probability => _classes[0].Probability;

    /// <summary>All classes, the most probable first; of equals, the one with the lower number.</summary>
    public IReadOnlyList<ClassProbability> Classes => _classes;

    /// <summary>Whether the picture may have several labels, or none: probabilities then do not sum to 1.</summary>
    public bool HasManyLabels => _notes.HasManyLabels;

    /// <summary>The names that are said of the picture: of one label the most probable class; of many those that reach their threshold.</summary>
    public IReadOnlyList<string> Labels => HasManyLabels
        ? [.. _classes.Where(one => one.Probability >= Threshold(one.Class)).Select(one => one.Name)] : [Name];

    /// <summary>The most probable classes.</summary>
    /// <param name="count">How many; all if there are fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public IReadOnlyList<ClassProbability> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new ArraySegment<ClassProbability>(_classes, 0, Math.Min(count, _classes.Length));
    }

    private double Threshold(int label) => _notes.Thresholds[_notes.Thresholds.Count == 1 ? 0 : label];

    /// <summary>For example <c>cat 0.982, dog 0.013, cow 0.004</c>.</summary>
    public override string ToString() => string.Join(", ", Top(Shown));
}
