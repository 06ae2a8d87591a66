using System.Diagnostics.CodeAnalysis;
using System.Numerics;
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
            Mismatch(who, $"input has {input[0]} channels, weight takes {expected}. input {input} ({(input.Rank == 2 ? "C, L" : "C, H, W")}), weight "
                + $"{weight}.",
                new Shape([expected, .. input.Sizes[1..]]), input);
    }

    [DoesNotReturn]
    public static void Mismatch(string who, string what, Shape expected, Shape actual) =>
        throw new ShapeMismatchException($"{who}: {what}", expected, actual);

    [DoesNotReturn]
    public static void TooManyElements(ReadOnlySpan<int> sizes) =>
        throw new ArgumentOutOfRangeException(nameof(sizes),
            $"Shape [{string.Join(", ", sizes.ToArray())}]: more elements than one tensor can hold ({Array.MaxLength}).");

    /// <summary>Sizes that are right each by itself, and together more than an array can hold.</summary>
    [DoesNotReturn]
    public static void TooLarge(string who, string what, long elements) =>
        throw new ArgumentOutOfRangeException(nameof(elements), elements, $"{who}: {what} One tensor can hold {Array.MaxLength} elements.");

    /// <summary>The shape of a layer's output, if one tensor can hold a block of such images.</summary>
    public static Shape Output(string who, Shape input, params ReadOnlySpan<int> sizes)
    {
        double elements = 1;
        foreach (int size in sizes) elements *= size;
        if (elements > Array.MaxLength)
            TooLarge(who, $"input {input} gives an output of [{string.Join(", ", sizes.ToArray())}].",
                elements < long.MaxValue ? (long)elements : long.MaxValue);
        return new(sizes);
    }

    /// <summary>Numbers of so many images of a shape side by side.</summary>
    public static int Block(string who, Shape image, int lanes)
    {
        long elements = (long)image.Length * lanes;
        if (elements > Array.MaxLength)
            TooLarge(who, $"{lanes} images of {image} side by side, as batches are computed, are {elements} elements. "
                + "Use smaller images, or parts of them.", elements);
        return (int)elements;
    }

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

    /// <summary>A finite number of at least so much, which T can hold too.</summary>
    public static void Finite<T>(string who, double value, double atLeast, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Finite(who, value, atLeast, name);
        if (!T.IsFinite(T.CreateTruncating(value))) AsSeen<T>(who, value, name, "must be finite there too");
    }

    public static void Above(string who, double value, double limit, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value > limit && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value,
                string.Create(null, $"{who}: {name} is {value}, must be a finite number above {limit}."));
    }

    /// <summary>A finite number above a limit, in T too.</summary>
    public static void Above<T>(string who, double value, double limit, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Above(who, value, limit, name);
        T seen = T.CreateTruncating(value);
        if (!(T.IsFinite(seen) && seen > T.CreateTruncating(limit)))
            AsSeen<T>(who, value, name, string.Create(null, $"must be finite and above {limit} there too"));
    }

    /// <summary>What a variance is kept from zero with: 0 for nothing, else a number that is none in T.</summary>
    public static void Epsilon<T>(string who, double eps, [CallerArgumentExpression(nameof(eps))] string name = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Finite<T>(who, eps, 0, name);
        if (eps > 0 && T.CreateTruncating(eps) == T.Zero) AsSeen<T>(who, eps, name, "must be above 0 there too, or be 0 itself");
    }

    /// <summary>A factor of losses: 0 for none, else so far from T's ends that neither sums of it nor one over them leave T.</summary>
    public static void Weight<T>(string who, double value, string name) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Finite(who, value, 0, name);
        double most = Math.Sqrt(double.CreateTruncating(T.BitDecrement(T.PositiveInfinity)));
        if (value != 0 && !(value >= 1 / most && value <= most))
            throw new ArgumentOutOfRangeException(name, value,
                string.Create(null, $"{who}: {name} is {value}, must be 0 or {1 / most:G3} to {most:G3} in {typeof(T).Name}. ")
                + "Only their ratios matter to a mean.");
    }

    /// <summary>At least 0 and below 1, in T too.</summary>
    public static void Share<T>(string who, double value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Share(who, value, name);
        if (!(T.CreateTruncating(value) < T.One)) AsSeen<T>(who, value, name, "must be below 1 there too");
    }

    public static void Share(string who, double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, value, string.Create(null, $"{who}: {name} is {value}, must be at least 0 and below 1."));
    }

    // A number that is right as it was written, and wrong in the precision at hand.
    [DoesNotReturn]
    private static void AsSeen<T>(string who, double value, string name, string rule) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        throw new ArgumentOutOfRangeException(name, value,
            string.Create(null, $"{who}: {name} is {value}, which is {T.CreateTruncating(value)} in {typeof(T).Name}; it {rule}."));
}
