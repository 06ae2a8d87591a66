using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Images as bytes, 0 to 255, each with the number of its class, or with a target of several numbers.</summary>
/// <remarks>
/// Immutable, safe for many threads. <see cref="Take"/> and <see cref="Split"/> give views of the same memory; all parts keep <see cref="Classes"/>,
/// even where a part shows no image of some class. Images of an <see cref="ImageSource"/> are not in memory, but read when they are needed. Classes
/// and images may have names: those of classes go with a model to its file, those of images
/// decide in <see cref="SplitByName"/>.
/// </remarks>
public sealed partial class Dataset
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<int> _labels;
    private readonly ReadOnlyMemory<string> _names;
    private readonly ReadOnlyMemory<int> _places;                            // [N], in the source, where there is one

    /// <summary>Pairs images with labels. The memory is kept, not copied.</summary>
    /// <param name="shape">[N, C, H, W], or [N, H, W] for images of one channel.</param>
    /// <param name="pixels">The images, [<paramref name="shape"/>].</param>
    /// <param name="labels">The class of each image, [N], counted from 0.</param>
    /// <param name="classes">How many classes there are; one more than the largest label if null.</param>
    /// <exception cref="ShapeMismatchException">The shape is not one of images, or pixels or labels do not fill it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not one of the classes.</exception>
    public Dataset(Shape shape, ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> labels, int? classes = null) : this(shape, pixels)
    {
        if (labels.Length != shape[0])
        {
            ShapeGuard.Mismatch("Dataset",
                $"{shape[0]} images, {labels.Length} labels. images {shape}, labels [{labels.Length}]. Give one label per image.",
                new Shape(shape[0]), new Shape(labels.Length));
        }
        Classes = classes ?? CountClasses(labels.Span);
        CheckLabels(labels.Span, Classes);
        _labels = labels;
    }

    /// <summary>Pairs images with targets: many labels at once, or numbers to predict. The memory is kept, not copied.</summary>
    /// <param name="shape">[N, C, H, W], or [N, H, W] for images of one channel.</param>
    /// <param name="pixels">The images, [<paramref name="shape"/>].</param>
    /// <param name="targets">[N, ...], such as [N, classes] with 1 for each label that an image has and 0 for each that it has not.</param>
    /// <exception cref="ShapeMismatchException">The shape is not one of images, or pixels or targets do not fill it.</exception>
    public Dataset(Shape shape, ReadOnlyMemory<byte> pixels, Tensor<float> targets) : this(shape, pixels)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Shape.Rank == 0 || targets.Shape[0] != shape[0])
        {
            ShapeGuard.Mismatch("Dataset", $"{shape[0]} images, targets {targets.Shape}. images {shape}. Give one target per image.",
                new Shape(shape[0]), targets.Shape);
        }
        Targets = targets;
    }

    /// <summary>Images that are read when they are needed, with labels.</summary>
    /// <param name="source">The images.</param>
    /// <param name="labels">The class of each image, [N], counted from 0. Kept, not copied.</param>
    /// <param name="classes">How many classes there are; one more than the largest label if null.</param>
    /// <exception cref="ShapeMismatchException">There is not one label for each image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not one of the classes.</exception>
    public Dataset(ImageSource source, ReadOnlyMemory<int> labels, int? classes = null) : this(source)
    {
        if (labels.Length != Count)
            ShapeGuard.Mismatch("Dataset", $"{Count} images, {labels.Length} labels. Give one label per image.", new Shape(Count),
                new Shape(labels.Length));
        Classes = classes ?? CountClasses(labels.Span);
        CheckLabels(labels.Span, Classes);
        _labels = labels;
    }

    /// <summary>Images that are read when they are needed, with targets.</summary>
    /// <param name="source">The images.</param>
    /// <param name="targets">[N, ...], such as [N, classes] with 1 for each label that an image has. Kept, not copied.</param>
    /// <exception cref="ShapeMismatchException">There is not one target for each image.</exception>
    public Dataset(ImageSource source, Tensor<float> targets) : this(source)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Shape.Rank == 0 || targets.Shape[0] != Count)
            ShapeGuard.Mismatch("Dataset", $"{Count} images, targets {targets.Shape}. Give one target per image.", new Shape(Count), targets.Shape);
        Targets = targets;
    }

    private Dataset(ImageSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        (Source, Count, ImageShape) = (source, source.Count, source.ImageShape);
        _places = Enumerable.Range(0, Count).ToArray();
    }

    private Dataset(Shape shape, ReadOnlyMemory<byte> pixels)
    {
        if (shape.Rank is not (3 or 4))
        {
            ShapeGuard.Mismatch("Dataset", $"images have {shape.Rank} axes {shape}, expected 4 (N, C, H, W) or 3 (N, H, W)."
                + (shape.Rank == 2 ? FillingShape(shape, pixels.Length) : ""), new Shape(0, 0, 0, 0), shape);
        }
        if (pixels.Length != shape.Length)
        {
            ShapeGuard.Mismatch("Dataset",
                $"{pixels.Length} pixels do not fill images {shape} of {shape.Length}.{FillingShape(shape, pixels.Length)}",
                shape, new Shape(pixels.Length));
        }
        ImageShape = shape.Rank == 3 ? shape.Tail().Prepend(1) : shape.Tail();
        (Count, _pixels) = (shape[0], pixels);
    }

    private Dataset(Dataset whole, int start, int count)
    {
        (Count, ImageShape, Classes, ClassNames) = (count, whole.ImageShape, whole.Classes, whole.ClassNames);
        Source = whole.Source;
        if (Source is null) _pixels = whole._pixels.Slice(start * ImageShape.Length, count * ImageShape.Length);
        else _places = whole._places.Slice(start, count);
        _labels = whole._labels.IsEmpty ? default : whole._labels.Slice(start, count);
        _names = whole._names.IsEmpty ? default : whole._names.Slice(start, count);
        Targets = whole.Targets?.Slice(start, count);
    }

    private Dataset(Dataset whole, ReadOnlyMemory<int> labels, IReadOnlyList<string>? classNames, ReadOnlyMemory<string> names)
        : this(whole, 0, whole.Count)
    {
        (_labels, _names, ClassNames) = (labels, names, classNames);
        if (Targets is null && classNames is not null) Classes = classNames.Count;
    }

    private Dataset(Dataset whole, Tensor<float> targets, string[] classNames) : this(whole, default, classNames, whole._names) => Targets = targets;

    private Dataset(Dataset whole, ReadOnlyMemory<int> places, ReadOnlyMemory<int> labels, Tensor<float>? targets, ReadOnlyMemory<string> names)
    {
        (Source, Count, ImageShape, Classes, ClassNames) = (whole.Source, places.Length, whole.ImageShape, whole.Classes, whole.ClassNames);
        (_places, _labels, Targets, _names) = (places, labels, targets, names);
    }

    /// <summary>How many images.</summary>
    public int Count { get; }

    /// <summary>The shape of one image, [C, H, W].</summary>
    public Shape ImageShape { get; }

    /// <summary>How many classes; labels run from 0 to one less. 0 where there are no labels.</summary>
    public int Classes { get; }

    /// <summary>What the classes are called, in the order of their numbers; none if nobody said.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>What the images are called, for example the paths of their files; empty if nobody said.</summary>
    public ReadOnlySpan<string> ImageNames => _names.Span;

    /// <summary>Whether all pixels are in memory; otherwise they are read when they are needed, and <see cref="CopyImage"/> gives them.</summary>
    public bool IsInMemory => Source is null;

    /// <summary>All pixels, [N, C, H, W].</summary>
    /// <exception cref="InvalidOperationException">They are not in memory.</exception>
    public ReadOnlySpan<byte> Pixels
    {
        get
        {
            if (Source is not null) ShapeGuard.WrongOrder("Dataset", "the pixels are not in memory, they are read when they are needed. "
                + "Call CopyImage.");
            return _pixels.Span;
        }
    }

    /// <summary>The class of each image, [N]; empty where images have targets instead.</summary>
    public ReadOnlySpan<int> Labels => _labels.Span;

    /// <summary>The target of each image, [N, ...]; none where images have labels instead.</summary>
    public Tensor<float>? Targets { get; }

    /// <summary>The pixels of one image, [C, H, W].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="InvalidOperationException">The pixels are not in memory.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        CheckIndex(index);
        return Pixels.Slice(index * ImageShape.Length, ImageShape.Length);
    }

    /// <summary>Copies the pixels of one image, wherever they are.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="image">[C, H, W], overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="InvalidDataException">It is on disk and cannot be read any more.</exception>
    public void CopyImage(int index, Span<byte> image)
    {
        CheckIndex(index);
        if (Source is null) Image(index).CopyTo(image);
        else Source.Read(_places.Span[index], image);
    }

    /// <summary>Who reads the images; none if they are in memory.</summary>
    internal ImageSource? Source { get; }

    /// <summary>Where the images are in the source, [N].</summary>
    internal ReadOnlySpan<int> Places => _places.Span;

    /// <summary>The first <paramref name="count"/> images.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public Dataset Take(int count) => Split(count).First;

    /// <summary>The first images and the rest: <c>Split(50_000)</c> of MNIST's 60,000 leaves 10,000 to validate with.</summary>
    /// <param name="first">How many images the first part gets.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public (Dataset First, Dataset Second) Split(int first)
    {
        if ((uint)first > (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(first), first, $"Dataset: the first {first} images were asked for, there are {Count}.");
        return (new Dataset(this, 0, first), new Dataset(this, first, Count - first));
    }

    /// <summary>For example <c>60000 images [1, 28, 28], 10 classes</c>.</summary>
    public override string ToString() =>
        Targets is null ? $"{Count} images {ImageShape}, {Classes} classes" : $"{Count} images {ImageShape}, targets {Targets.Shape.Tail()}";

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Dataset: image {index} was asked for, there are {Count}, counted from 0.");
    }

    // The likeliest slip is to leave out how many images there are, or to miscount them: what shape would the pixels fill?
    private static string FillingShape(Shape shape, int pixels)
    {
        bool isOneImage = shape.Rank == 2 || shape.Rank == 3 && shape[0] is 1 or 3 or 4;   // of grey, of red, green, blue, of these and opacity
        Shape image = isOneImage ? shape : shape.Tail();
        if (image.Length == 0 || pixels == 0 || pixels % image.Length != 0) return "";
        return $" They are {pixels / image.Length} images {image}: how many there are comes first, {image.Prepend(pixels / image.Length)}.";
    }

    private static int CountClasses(ReadOnlySpan<int> labels)
    {
        int largest = -1;
        foreach (int label in labels) largest = Math.Max(largest, label);
        return largest + 1;
    }

    private static void CheckLabels(ReadOnlySpan<int> labels, int classes)
    {
        for (int n = 0; n < labels.Length; n++)
        {
            int label = labels[n];
            if (label < 0 || label >= classes)
                throw new ArgumentOutOfRangeException(nameof(labels), label, $"Dataset: label {label} of image {n} is not in 0 to {classes - 1}.");
        }
    }
}
