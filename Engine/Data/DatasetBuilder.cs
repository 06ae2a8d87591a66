using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Gathers images of the user's own, one after the other, into a <see cref="Dataset"/>.</summary>
/// <remarks>
/// <code>
/// var builder = new DatasetBuilder(new Shape(1, 28, 28));
/// foreach (var (pixels, name) in scans) builder.Add(pixels, name);
/// Dataset images = builder.ToDataset();
/// </code>
/// Classes are numbered in the order of their names. Pixels are copied.
/// </remarks>
/// <param name="imageShape">[C, H, W] of every image.</param>
/// <exception cref="ShapeMismatchException">It is not the shape of an image.</exception>
public sealed class DatasetBuilder(Shape imageShape)
{
    private readonly Shape _shape = imageShape.Rank == 3 && imageShape.Length > 0 ? imageShape
        : throw new ShapeMismatchException($"DatasetBuilder: an image is {imageShape}, expected [C, H, W] of at least one pixel.",
            new Shape(1, 1, 1), imageShape);
    private readonly List<string> _classes = [], _names = [];
    private byte[] _pixels = [];                                             // [room, C, H, W]

    /// <summary>How many images there are so far.</summary>
    public int Count => _classes.Count;

    /// <summary>All images of a sequence.</summary>
    /// <param name="imageShape">[C, H, W] of every image.</param>
    /// <param name="images">Pixels [C, H, W], 0 to 255, and the name of their class. Walked through once.</param>
    /// <exception cref="ShapeMismatchException">An image has more or fewer pixels.</exception>
    /// <exception cref="ArgumentException">A class has no name.</exception>
    public static Dataset Of(Shape imageShape, IEnumerable<(byte[] Pixels, string Class)> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var builder = new DatasetBuilder(imageShape);
        foreach (var (pixels, name) in images) builder.Add(pixels, name);
        return builder.ToDataset();
    }

    /// <summary>Adds one image.</summary>
    /// <param name="pixels">[C, H, W], 0 to 255.</param>
    /// <param name="className">What it shows.</param>
    /// <param name="name">What it is called: decides in <see cref="Dataset.SplitByName"/>. Its number if null.</param>
    /// <exception cref="ShapeMismatchException">There are more or fewer pixels.</exception>
    /// <exception cref="ArgumentException">The class has no name.</exception>
    public void Add(ReadOnlySpan<byte> pixels, string className, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(className);
        if (pixels.Length != _shape.Length)
        {
            ShapeGuard.Mismatch("DatasetBuilder", $"image {Count} has {pixels.Length} pixels, an image {_shape} has {_shape.Length}.", _shape,
                new Shape(pixels.Length));
        }
        int at = Count * _shape.Length;
        if (_pixels.Length - at < pixels.Length) Array.Resize(ref _pixels, new Shape(Math.Max(2 * Count, 16), _shape.Length).Length);
        pixels.CopyTo(_pixels.AsSpan(at));
        _classes.Add(NameForm.Composed(className));
        _names.Add(name ?? $"{Count - 1}");
    }

    /// <summary>The images so far; more may be added, and do not show in it.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Dataset ToDataset()
    {
        if (Count == 0) ShapeGuard.WrongOrder("DatasetBuilder", "ToDataset was called before any Add.");
        string[] names = [.. _classes.Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        int[] labels = [.. _classes.Select(name => numbers[name])];
        return new Dataset(_shape.Prepend(Count), _pixels.AsSpan(0, Count * _shape.Length).ToArray(), labels, names.Length)
            .WithClassNames(names).WithImageNames([.. _names]);
    }
}
