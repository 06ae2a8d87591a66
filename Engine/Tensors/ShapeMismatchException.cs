namespace Scratch.Tensors;

/// <summary>Two shapes that had to agree do not. Both are kept as data, for callers and tests.</summary>
public sealed class ShapeMismatchException : ArgumentException
{
    /// <summary>Says in <paramref name="message"/> what is wrong, with both shapes and what to do.</summary>
    public ShapeMismatchException(string message, Shape expected, Shape actual) : base(message) => (Expected, Actual) = (expected, actual);

    /// <summary>The shape that was wanted; sizes that may be anything are 0.</summary>
    public Shape Expected { get; }

    /// <summary>The shape that came.</summary>
    public Shape Actual { get; }
}
