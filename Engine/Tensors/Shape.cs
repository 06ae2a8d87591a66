using System.Diagnostics.CodeAnalysis;

namespace Scratch.Tensors;

/// <summary>The sizes of a tensor, outermost first: <c>[64, 1, 28, 28]</c> is 64 images of one channel, 28 rows, 28 columns.</summary>
/// <remarks>Immutable, any rank; rank 0 is a single number. Sizes are not negative and their product fits an <see cref="int"/>.</remarks>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? _sizes;

    /// <summary>A shape of the given sizes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or there are more elements than one tensor can hold.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        long length = 1;
        foreach (int size in sizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(sizes));
            length *= size;
            if (length > Array.MaxLength) ShapeGuard.TooManyElements(sizes);
        }
        _sizes = sizes.ToArray();
        Length = (int)length;
    }

    /// <summary>How many elements: the product of the sizes.</summary>
    public int Length => _sizes is null ? 1 : field;

    /// <summary>How many sizes.</summary>
    public int Rank => _sizes?.Length ?? 0;

    /// <summary>The sizes, outermost first.</summary>
    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>The size of one axis, counted from either end: <c>shape[0]</c> is the first and <c>shape[^1]</c> the last.</summary>
    public int this[Index axis] => _sizes![axis];

    /// <summary>This shape with a size put in front: the shape of one image becomes that of a batch.</summary>
    public Shape Prepend(int size) => new([size, .. Sizes]);

    /// <summary>This shape without its first size: the shape of a batch becomes that of one image.</summary>
    public Shape Tail() => new(Sizes[1..]);

    /// <inheritdoc/>
    public bool Equals(Shape other) => Sizes.SequenceEqual(other.Sizes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int size in Sizes) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>Whether all sizes agree.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether a size or the rank differs.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>For example <c>[64, 1, 28, 28]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _sizes ?? [])}]";
}
