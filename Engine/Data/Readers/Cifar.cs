using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Reads CIFAR-10 and CIFAR-100, in their binary files or those for Python.</summary>
/// <remarks>
/// 50,000 images of 32x32 in colour to train with and 10,000 to test with. The files for Python are pickles, of which only data is read, and nothing
/// run. A file's length decides how many images it has. Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
/// </remarks>
public static class Cifar
{
    private const int Side = 32, Channels = 3, Pixels = Channels * Side * Side, Batches = 5, MostNames = 256;
    private static readonly string[] _folders = ["cifar-10-batches-bin", "cifar-10-batches-py", "cifar-100-binary", "cifar-100-python"];

    private sealed record Files(string[] Train, string Test, string Names, bool IsBinary, bool Has100);

    /// <summary>Whether a folder holds such files, itself or in one of the folders that the archives unpack to.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsIn(string folder) => Find(folder) is not null;

    /// <summary>Reads training and test images with their labels.</summary>
    /// <param name="folder">Where the files are, or the folder that the archive was unpacked to.</param>
    /// <param name="coarse">Of CIFAR-100: the 20 groups of classes in place of the 100 classes. CIFAR-10 has none.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken.</exception>
    public static DatasetParts Load(string folder, bool coarse = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (Find(folder) is not var (path, files))
        {
            throw new FileNotFoundException($"Cifar: '{Path.GetFullPath(folder)}' holds no files of CIFAR: expected data_batch_1.bin and so on, "
                + "train.bin, or the files for Python.", folder);
        }
        if (coarse && !files.Has100) throw new InvalidDataException($"Cifar: '{path}' holds CIFAR-10, whose classes are in no groups.");
        string namesPath = Path.Combine(path, files.Names.Replace("fine", coarse ? "coarse" : "fine", StringComparison.Ordinal));
        string[] names = files.IsBinary ? NameLines(namesPath) : PickledNames(namesPath, files, coarse);
        if (names.Length > MostNames)
            throw new InvalidDataException($"{Path.GetFileName(namesPath)}: expected a name for each class, at most {MostNames}, found more.");
        Dataset Part(IEnumerable<string> parts)
        {
            (byte[] Images, int[] Labels)[] batches = [.. parts.Select(file => Path.Combine(path, file)).Select(file =>
                files.IsBinary ? Binary(file, files.Has100, coarse) : Pickled(file, files.Has100, coarse))];
            int[] labels = [.. batches.SelectMany(batch => batch.Labels)];
            if (labels.Length == 0 || labels.Max() >= names.Length || labels.Min() < 0)
                throw new InvalidDataException($"{parts.First()}: expected labels from 0 to {names.Length - 1}, as {files.Names} "
                    + "names them, found others or none.");
            return new Dataset(new Shape(labels.Length, Channels, Side, Side), batches.SelectMany(batch => batch.Images).ToArray(), labels,
                names.Length)
                .WithClassNamesOf(Path.GetFileName(namesPath), names);
        }
        return new(Part(files.Train), null, Part([files.Test]));
    }

    private static (string Path, Files Files)? Find(string folder)
    {
        foreach (string path in _folders.Select(name => Path.Combine(folder, name)).Prepend(folder))
        {
            bool Has(string name) => File.Exists(Path.Combine(path, name));
            if (Has("data_batch_1.bin")) return (path, new([.. Numbered(".bin")], "test_batch.bin", "batches.meta.txt", true, false));
            if (Has("data_batch_1")) return (path, new([.. Numbered("")], "test_batch", "batches.meta", false, false));
            if (Has("train.bin") && Has("fine_label_names.txt")) return (path, new(["train.bin"], "test.bin", "fine_label_names.txt", true, true));
            if (Has("train") && Has("meta")) return (path, new(["train"], "test", "meta", false, true));
        }
        return null;
    }

    private static IEnumerable<string> Numbered(string ending) => Enumerable.Range(1, Batches).Select(i => $"data_batch_{i}{ending}");

    private static string[] NameLines(string path) => [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)
        .Take(MostNames + 1)];

    // Each record: the label (of CIFAR-100 two, the coarse one first), then red, green and blue, row by row.
    private static (byte[] Images, int[] Labels) Binary(string path, bool has100, bool coarse)
    {
        int labelBytes = has100 ? 2 : 1, record = labelBytes + Pixels, label = has100 && !coarse ? 1 : 0;
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length == 0 || bytes.Length % record != 0)
            throw new InvalidDataException($"{Path.GetFileName(path)}: expected records of {record} bytes each, found {bytes.Length} bytes.");
        int count = bytes.Length / record;
        byte[] images = new byte[count * Pixels];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = bytes[n * record + label];
            bytes.AsSpan(n * record + labelBytes, Pixels).CopyTo(images.AsSpan(n * Pixels));
        }
        return (images, labels);
    }

    private static (byte[] Images, int[] Labels) Pickled(string path, bool has100, bool coarse)
    {
        IReadOnlyDictionary<string, object> content = PickleReader.Read(path);
        string key = !has100 ? "labels" : coarse ? "coarse_labels" : "fine_labels";
        if (content.GetValueOrDefault("data") is not PickledArray { Sizes: [var count, Pixels] } array
            || content.GetValueOrDefault(key) is not List<object> labels
            || labels.Count != count || !labels.All(label => label is long and >= 0 and < 256))
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: expected 'data' [N, {Pixels}] and '{key}' [N], found "
                + $"{PrintableText.Of(string.Join(", ", content.Keys.Take(8)))}.");
        }
        return (array.Bytes.ToArray(), [.. labels.Select(label => (int)(long)label)]);
    }

    private static string[] PickledNames(string path, Files files, bool coarse)
    {
        string key = !files.Has100 ? "label_names" : coarse ? "coarse_label_names" : "fine_label_names";
        string?[] names = PickleReader.Read(path).GetValueOrDefault(key) is List<object> list ? [.. list.Select(PickleReader.Text)] : [];
        if (names.Length == 0 || names.Contains(null)) throw new InvalidDataException($"{Path.GetFileName(path)}: expected '{key}', "
            + "a list of texts, found none.");
        return [.. names!];
    }
}
