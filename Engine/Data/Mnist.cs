using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Reads the four files of MNIST, or of anything packed alike, such as Fashion-MNIST, or EMNIST with its own habits.</summary>
public static class Mnist
{
    private const string TrainImages = "train-images-idx3-ubyte", TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte", TestLabels = "t10k-labels-idx1-ubyte";
    private const string EmnistBeginning = "emnist-";
    private const int ImageRank = 3, LabelRank = 1, FirstSize = 4;

    /// <summary>Reads training and test images with their labels.</summary>
    /// <remarks>
    /// Each file may be plain or <c>.gz</c>, and named with a dot (<c>train-images.idx3-ubyte</c>); where both are there, the plain one is read.
    /// Classes are counted over both parts and called as their labels: "0", "1" and so on; those of a folder whose name says <c>fashion</c> or
    /// <c>kmnist</c> as that dataset calls its ten.
    /// Names may have a beginning in common, as EMNIST's <c>emnist-letters-train-images-idx3-ubyte</c>, and say <c>test</c> for <c>t10k</c>. Files
    /// that begin with <c>emnist-</c> hold images with rows and columns exchanged, which are turned back, and those of letters count labels from 1:
    /// the first class is then called "1". A file such as <c>emnist-letters-mapping.txt</c> beside them gives the classes their characters.
    /// </remarks>
    /// <param name="folder">Where the files are; where there are several sets, with the beginning of their names behind it, such as
    /// <c>folder/emnist-letters</c>.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, two do not belong together, or there are several sets of files.</exception>
    public static MnistData Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string beginning = "";
        if (!Directory.Exists(folder) && IsBeginning(folder))
            (folder, beginning) = (Path.GetDirectoryName(Path.GetFullPath(folder))!, $"{Path.GetFileName(folder)}-");
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Mnist: there is no folder '{Path.GetFullPath(folder)}'. It must hold {TrainImages}, "
                + $"{TrainLabels}, " +
                $"{TestImages} and {TestLabels}, each plain or .gz.");
        }
        if (beginning == "") beginning = OnlyBeginning(folder);
        string[] paths = [.. new[] { TrainImages, TrainLabels, TestImages, TestLabels }.Select(name => Find(folder, beginning, name))];
        IdxFile trainImages = ReadImages(paths[0]), trainLabels = ReadLabels(paths[1], trainImages);
        IdxFile testImages = ReadImages(paths[2]), testLabels = ReadLabels(paths[3], testImages);
        if (trainImages.Shape.Tail() != testImages.Shape.Tail())
        {
            throw new InvalidDataException($"{testImages.Name}: expected image size {trainImages.Shape.Tail()} (H, W) at byte {2 * FirstSize}, " +
                $"as in {trainImages.Name}, found {testImages.Shape.Tail()}.");
        }
        int[] train = ToInts(trainLabels), test = ToInts(testLabels);
        bool isEmnist = beginning.StartsWith(EmnistBeginning, StringComparison.Ordinal);
        int first = isEmnist ? Math.Min(1, Math.Min(train.Min(), test.Min())) : 0, end = Math.Max(train.Max(), test.Max()) + 1;
        string mapping = Path.Combine(folder, $"{beginning}mapping.txt");
        Func<int, string> nameOf = LabelNames.Of(mapping);
        string[]? known = File.Exists(mapping) ? null : KnownClasses.Of($"{Path.GetFileName(Path.GetFullPath(folder))}/{beginning}", end - first);
        string[] names = known ?? [.. Enumerable.Range(first, end - first).Select(nameOf)];
        return new MnistData(ToDataset(trainImages, train), ToDataset(testImages, test));

        Dataset ToDataset(IdxFile images, int[] labels)
        {
            int[] fromZero = Array.ConvertAll(labels, label => label - first);
            Dataset dataset = isEmnist ? new(Turned(images.Shape), Turned(images), fromZero, end - first) : new(images.Shape, images.Bytes, fromZero,
                end - first);
            return dataset.WithClassNamesOf(Path.GetFileName(mapping), names);
        }
    }

    /// <summary>Whether a path is a folder and the beginning of file names in it, as <see cref="Load"/> takes it.</summary>
    /// <param name="path">For example <c>folder/emnist-letters</c>.</param>
    public static bool IsBeginning(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = Path.GetFileName(path);
        return name.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && Directory.Exists(folder)
            && Beginnings(folder).Contains($"{name}-");
    }

    // Of the sets of files in a folder, each once: "" for MNIST's own names.
    private static IEnumerable<string> Beginnings(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Beginning(Path.GetFileName(path))).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    private static string? Beginning(string file) =>
        Names(TrainImages).FirstOrDefault(name => file.EndsWith(name, StringComparison.Ordinal)) is { } name ? file[..^name.Length] : null;

    private static string OnlyBeginning(string folder)
    {
        string[] all = [.. Beginnings(folder)];
        if (all.Contains("")) return "";                                     // as if the others were not there
        if (all.Length <= 1) return all.FirstOrDefault("");
        throw new InvalidDataException($"Mnist: '{Path.GetFullPath(folder)}' holds several sets of files, {string.Join(", ", all)}. "
            + $"Say which, for example '{Path.Combine(folder, all[0].TrimEnd('-'))}'.");
    }

    private static string[] Names(string name)
    {
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return [name, dotted, name + ".gz", dotted + ".gz"];
    }

    private static string Find(string folder, string beginning, string name)
    {
        foreach (string variant in (ReadOnlySpan<string>)[name, name.Replace("t10k", "test", StringComparison.Ordinal)])
            foreach (string candidate in Names(beginning + variant))
            {
                string path = Path.Combine(folder, candidate);
                if (File.Exists(path)) return path;
            }
        throw new FileNotFoundException($"{beginning}{name}: not found in '{Path.GetFullPath(folder)}', neither plain nor .gz. " +
            "Put it there, or name another folder.", name);
    }

    private static IdxFile ReadImages(string path)
    {
        var images = IdxFile.Read(path, ImageRank);
        if (images.Shape.Length == 0)
        {
            throw new InvalidDataException(
                $"{images.Name}: expected at least one image of at least one pixel at byte {FirstSize}, found sizes {images.Shape}.");
        }
        return images;
    }

    private static IdxFile ReadLabels(string path, IdxFile images)
    {
        var labels = IdxFile.Read(path, LabelRank);
        int count = images.Shape[0];
        if (labels.Shape[0] != count)
        {
            throw new InvalidDataException($"{labels.Name}: expected {count} labels at byte {FirstSize}, one per image of {images.Name}, " +
                $"found {labels.Shape[0]}.");
        }
        return labels;
    }

    private static int[] ToInts(IdxFile labels) => Array.ConvertAll(labels.Bytes.ToArray(), label => (int)label);

    private static Shape Turned(Shape images) => new(images[0], images[2], images[1]);

    // [N, W, H] becomes [N, H, W].
    private static byte[] Turned(IdxFile images)
    {
        int rows = images.Shape[1], columns = images.Shape[2];
        byte[] turned = new byte[images.Bytes.Length];
        ReadOnlySpan<byte> bytes = images.Bytes.Span;
        for (int from = 0; from < turned.Length; from += rows * columns)
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++) turned[from + column * rows + row] = bytes[from + row * columns + column];
        return turned;
    }
}
