using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Scratch.Tensors;

/// <summary>The only place that words an error about shapes: who, what is wrong with both numbers, every shape involved, what to do.</summary>
internal static class ShapeGuard
{
    public static void Same(string who, string what, Shape expected, Shape actual)
    {
        if (expected != actual) Mismatch(who, $"{what} has shape {actual}, expected {expected}.", expected, actual);
    }

    public static void Rank(string who, Shape input, int rank, string axes)
    {
        if (input.Rank != rank)
            Mismatch(who, $"input of one image has {input.Rank} axes {input}, expected {rank} ({axes}). Put a Reshape or Flatten before it.",
                new Shape(new int[rank]), input);
    }

    public static void Channels(string who, Shape input, int expected, string weight)
    {
        if (input[0] != expected)
            Mismatch(who, $"input has {input[0]} channels, weight takes {expected}. input {input} ({(input.Rank == 2 ? "C, L" : "C, H, W")}), weight {weight}.",
                new Shape([expected, .. input.Sizes[1..]]), input);
    }

    [DoesNotReturn]
    public static void Mismatch(string who, string what, Shape expected, Shape actual) =>
        throw new ShapeMismatchException($"{who}: {what}", expected, actual);

    [DoesNotReturn]
    public static void TooManyElements(ReadOnlySpan<int> sizes) =>
        throw new ArgumentOutOfRangeException(nameof(sizes), $"Shape [{string.Join(", ", sizes.ToArray())}]: more elements than one tensor can hold ({Array.MaxLength}).");

    [DoesNotReturn]
    public static void WrongOrder(string who, string what) => throw new InvalidOperationException($"{who}: {what}");

    public static void Positive(string who, int value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, value, $"{who}: {name} is {value}, must be at least 1.");
    }

    public static void NotNegative(string who, int value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < 0) throw new ArgumentOutOfRangeException(name, value, $"{who}: {name} is {value}, must not be negative.");
    }

    public static void Finite(string who, double value, double atLeast, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= atLeast && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value,
                string.Create(null, $"{who}: {name} is {value}, must be a finite number of at least {atLeast}."));
    }

    public static void Above(string who, double value, double limit, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value > limit && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, string.Create(null, $"{who}: {name} is {value}, must be a finite number above {limit}."));
    }

    public static void Share(string who, double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, value, string.Create(null, $"{who}: {name} is {value}, must be at least 0 and below 1."));
    }
}
