using Scratch.Cli.Pictures;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>Reads pictures that lie in a folder for each class.</summary>
/// <remarks>
/// <c>FOLDER/train/CLASS/*.png</c> and <c>FOLDER/test/CLASS/*.png</c>, and <c>FOLDER/valid/CLASS</c> if there is one; or just
/// <c>FOLDER/CLASS/*.png</c>, of which a sixth goes to test. Classes are numbered in the order of their names. All images are of one size,
/// as they are seen; they are grey if all files are, else red, green, blue.
/// </remarks>
internal sealed class ImageFolder
{
    private static readonly string[] _train = ["train", "training"], _valid = ["valid", "val", "validation"], _test = ["test", "testing"];
    private static readonly string[] _endings = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"];
    private const int TestShare = 6;
    private const long ShuffleSeed = 0;                                      // the same parts whatever the seed of the training

    private readonly string[] _classes;
    private readonly List<(string Path, int Label)> _files = [];
    private readonly Dictionary<string, (int From, int Count)> _parts = [];

    private ImageFolder(string folder)
    {
        string[] parts = [.. new[] { _train, _valid, _test }.Select(names => Find(folder, names)).OfType<string>()];
        string[] roots = parts.Length > 0 ? parts : [folder];
        _classes = [.. roots.SelectMany(Directory.GetDirectories).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.')
            .Distinct().Order(StringComparer.Ordinal)];
        foreach (string root in roots)
        {
            int from = _files.Count;
            for (int label = 0; label < _classes.Length; label++) AddFiles(Path.Combine(root, _classes[label]), label);
            _parts[root] = (from, _files.Count - from);
        }
    }

    /// <summary>Whether a folder holds images in folders, rather than the files of MNIST.</summary>
    public static bool IsOne(string folder) => Directory.Exists(folder) && !Directory.EnumerateFiles(folder, "*idx?-ubyte*").Any()
        && Directory.EnumerateDirectories(folder).Any();

    /// <summary>Reads all images of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="say">Is told in a line what was dropped of the pictures, if anything was.</param>
    /// <exception cref="InvalidDataException">There is nothing to train or test with, a file is no whole image, or images differ in size.</exception>
    public static (Dataset Train, Dataset? Valid, Dataset Test) Load(string folder, Action<string>? say = null)
    {
        var images = new ImageFolder(folder);
        if (images._files.Count == 0) throw new InvalidDataException($"'{folder}': no image found. Expected {folder}/CLASS/*.png or .jpg, "
            + $"or {folder}/train/CLASS/*.png and {folder}/test/CLASS/*.png.");
        Dataset all = images.Read(say);
        string? train = Find(folder, _train), valid = Find(folder, _valid), test = Find(folder, _test);
        if (train is null && valid is null && test is null)
        {
            Dataset shuffled = images.Part(all, folder, ShuffleSeed);
            int testCount = Math.Max(1, shuffled.Count / TestShare);
            if (testCount >= shuffled.Count) throw new InvalidDataException($"'{folder}' has {shuffled.Count} image, must have more to train and test with.");
            var (first, second) = shuffled.Split(shuffled.Count - testCount);
            return (first, null, second);
        }
        if (train is null || test is null)
            throw new InvalidDataException($"'{folder}' has no folder '{(train is null ? "train" : "test")}'. Expected {folder}/train/CLASS and {folder}/test/CLASS.");
        return (images.Part(all, train, ShuffleSeed), valid is null ? null : images.Part(all, valid, null), images.Part(all, test, null));
    }

    private static string? Find(string folder, string[] names) => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);

    private void AddFiles(string folder, int label)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string path in Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)) _files.Add((path, label));
    }

    private static bool IsImage(string path) => _endings.Contains(Path.GetExtension(path).ToLowerInvariant()) && Path.GetFileName(path)[0] != '.';

    private Dataset Part(Dataset all, string root, long? shuffle)
    {
        var (from, count) = _parts[root];
        if (count == 0) throw new InvalidDataException($"'{root}': no image found. Expected {root}/CLASS/*.png or .jpg.");
        Dataset part = all.Split(from).Second.Take(count);
        if (shuffle is not { } seed) return part;
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomGenerator(seed).Shuffle<int>(order);
        int size = part.ImageShape.Length;
        var pixels = new byte[(long)count * size];
        for (int i = 0; i < count; i++) part.Image(order[i]).CopyTo(pixels.AsSpan(i * size, size));
        return new Dataset(part.ImageShape.Prepend(count), pixels, order.Select(i => _files[from + i].Label).ToArray(), _classes.Length);
    }

    private Dataset Read(Action<string>? say)
    {
        PictureInfo first = Picture.Read(_files[0].Path).Info;
        bool grey = true;
        foreach (var (path, _) in _files)
        {
            PictureInfo info = Picture.Read(path).Info;
            if (info.Width != first.Width || info.Height != first.Height)
                throw new InvalidDataException($"'{path}' is {info.Height}x{info.Width} (H, W), '{_files[0].Path}' is {first.Height}x{first.Width}. "
                    + "Bring all images to one size first.");
            grey &= info.IsGrey;
        }
        int channels = grey ? 1 : 3, size = channels * first.Height * first.Width;
        if ((long)_files.Count * size > Array.MaxLength)
            throw new InvalidDataException($"{_files.Count} images of {channels}x{first.Height}x{first.Width} (C, H, W) are more than {Array.MaxLength} bytes.");
        var pixels = new byte[_files.Count * size];
        var notes = new PictureNotes();
        for (int i = 0; i < _files.Count; i++) Picture.Read(_files[i].Path).CopyTo(grey, pixels.AsMemory(i * size, size), notes);
        if (notes.Line() is { } line) say?.Invoke(line);
        return new Dataset(new Shape(_files.Count, channels, first.Height, first.Width), pixels, _files.Select(file => file.Label).ToArray(), _classes.Length);
    }
}
