using System.Globalization;

namespace Scratch.Pictures;

/// <summary>A class and how probable it is.</summary>
/// <param name="Class">Its number: the place among the model's outputs.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Probability">0 to 1.</param>
public readonly record struct ClassProbability(int Class, string Name, double Probability)
{
    /// <summary>For example <c>cat 0.982</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Probability:F3}");
}
