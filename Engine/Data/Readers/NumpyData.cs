using System.Globalization;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Makes datasets of arrays of NumPy.</summary>
/// <remarks>
/// Images [N, H, W], [N, H, W, C] or [N, C, H, W] of 1 or 3 channels, as bytes; labels [N] or [N, 1], or [N, labels] of 0 and 1 where an image may
/// have several. Classes are called as their numbers.
/// </remarks>
public static class NumpyData
{
    private const int MostClasses = 65_536;
    private const string TrainImages = "train-imgs.npz";

    private static readonly (string Images, string Labels)[][] _names =
    [
        [("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"), ("x", "y"), ("arr_0", "arr_1")],
        [("x_valid", "y_valid"), ("x_val", "y_val"), ("val_images", "val_labels"), ("valid_images", "valid_labels")],
        [("x_test", "y_test"), ("test_images", "test_labels")],
    ];

    /// <summary>Reads a file <c>.npz</c> of images and labels.</summary>
    /// <remarks>Named <c>x_train</c>, <c>y_train</c>, <c>x_test</c>, <c>y_test</c> as Keras does, or <c>train_images</c>, <c>val_images</c>,
    /// <c>test_images</c> with their labels as MedMNIST does, or <c>images</c> and <c>labels</c> alone.</remarks>
    /// <exception cref="InvalidDataException">It is no such file, or its arrays do not fit each other.</exception>
    public static DatasetParts Load(string path)
    {
        string file = Path.GetFileName(path);
        IReadOnlyDictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(path);
        var found = new (NumpyArray Images, NumpyArray Labels)?[_names.Length];
        for (int part = 0; part < found.Length; part++)
        {
            foreach (var (images, labels) in _names[part])
                if (found[part] is null && arrays.TryGetValue(images, out NumpyArray? x) && arrays.TryGetValue(labels, out NumpyArray? y))
                    found[part] = (x, y);
        }
        if (found.All(pair => pair is null))
        {
            throw new InvalidDataException($"{file}: expected arrays x_train and y_train, train_images and train_labels, or images and labels, found "
                + $"{(arrays.Count == 0 ? "none" : string.Join(", ", arrays.Keys.Take(12)))}.");
        }
        return Parts(file, found);
    }

    /// <summary>Whether a folder holds four files as Kuzushiji-MNIST has them: <c>kmnist-train-imgs.npz</c>, <c>kmnist-train-labels.npz</c> and the
    /// same with <c>test</c>.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsIn(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, $"*{TrainImages}").Any();

    /// <summary>Reads such a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or there are several sets.</exception>
    public static DatasetParts LoadFolder(string folder)
    {
        string[] sets = [.. Directory.GetFiles(folder, $"*{TrainImages}").Select(path => path[..^TrainImages.Length]).Order(StringComparer.Ordinal)];
        if (sets.Length != 1) throw new InvalidDataException($"'{folder}' holds {sets.Length} files *{TrainImages}, must be one. Move the others.");
        NumpyArray Only(string ending)
        {
            IReadOnlyDictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(sets[0] + ending);
            return arrays.Count == 1 ? arrays.Values.First()
                : throw new InvalidDataException($"{Path.GetFileName(sets[0])}{ending}: expected one array, found {arrays.Count}.");
        }
        string name = Path.GetFileName(sets[0]);
        DatasetParts parts = Parts(name, [(Only(TrainImages), Only("train-labels.npz")), null, (Only("test-imgs.npz"), Only("test-labels.npz"))]);
        return KnownClasses.Of(name, parts.Train!.Classes) is { } known
            ? new(parts.Train.WithClassNames(known), null, parts.Test!.WithClassNames(known)) : parts;
    }

    /// <summary>Pairs two arrays.</summary>
    /// <param name="images">[N, H, W], [N, H, W, C] or [N, C, H, W].</param>
    /// <param name="labels">[N], [N, 1], or [N, labels] of 0 and 1.</param>
    /// <exception cref="InvalidDataException">They do not fit each other, or are not what they should be.</exception>
    public static Dataset Of(NumpyArray images, NumpyArray labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        return Parts("arrays", [(images, labels), null, null]).Train!;
    }

    internal static DatasetParts Parts(string file, (NumpyArray Images, NumpyArray Labels)?[] parts)
    {
        int[]?[] labels = [.. parts.Select(part => part?.Labels.ToLabels())];
        bool hasMany = parts.Any(part => part is { Labels.Shape: { Rank: 2 } shape } && shape[1] > 1);
        int classes = labels.OfType<int[]>().SelectMany(numbers => numbers).DefaultIfEmpty(-1).Max() + 1;
        if (hasMany) classes = classes <= 2 ? parts.OfType<(NumpyArray Images, NumpyArray Labels)>().First().Labels.Shape[^1] : 0;
        if (classes is < 1 or > MostClasses)
            throw new InvalidDataException($"{file}: expected labels from 0 to {MostClasses - 1}, or of 0 and 1 where an image has several, "
                + "found others.");
        string[] names = [.. Enumerable.Range(0, classes).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        var made = new Dataset?[parts.Length];
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is not var (x, y)) continue;
            (Shape shape, byte[] pixels) = Images(x, file);
            if (y.Shape.Rank is not (1 or 2) || y.Shape[0] != shape[0] || y.Shape.Rank == 2 && y.Shape[1] != (hasMany ? classes : 1) || hasMany
                && y.Shape.Rank == 1)
                throw new InvalidDataException($"{file}: expected labels [{shape[0]}] for images {x.Shape}, or [{shape[0]}, labels], found "
                    + $"{y.Shape}.");
            Dataset images = hasMany ? new(shape, pixels, new Tensor<float>(y.Shape, Array.ConvertAll(labels[part]!, label => (float)label)))
                : new(shape, pixels, labels[part]!, classes);
            made[part] = images.WithClassNames(names);
            if (made.FirstOrDefault(one => one is not null && one.ImageShape != images.ImageShape) is { } other)
                throw new InvalidDataException($"{file}: expected images of one size in all parts, found {other.ImageShape} and "
                    + $"{images.ImageShape}.");
        }
        return new(made[0], made[1], made[2]);
    }

    private static (Shape Shape, byte[] Pixels) Images(NumpyArray array, string file)
    {
        Shape shape = array.Shape;
        if (shape.Rank is 3 or 4 && shape.Length > 0)
        {
            if (shape.Rank == 3) return (shape, array.ToBytes());
            if (shape[3] is 1 or 3) return (new Shape(shape[0], shape[3], shape[1], shape[2]), ChannelsFirst(array.ToBytes(), shape));
            if (shape[1] is 1 or 3) return (shape, array.ToBytes());
        }
        throw new InvalidDataException($"{file}: expected images [N, H, W], [N, H, W, C] or [N, C, H, W] of 1 or 3 channels, found {shape}.");
    }

    // [N, H, W, C] becomes [N, C, H, W].
    private static byte[] ChannelsFirst(byte[] bytes, Shape shape)
    {
        int plane = shape[1] * shape[2], channels = shape[3];
        byte[] planes = new byte[bytes.Length];
        for (int from = 0; from < bytes.Length; from += plane * channels)
            for (int p = 0; p < plane; p++)
                for (int c = 0; c < channels; c++) planes[from + c * plane + p] = bytes[from + p * channels + c];
        return planes;
    }
}
