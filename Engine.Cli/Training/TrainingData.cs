using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>The three parts of a folder of images: to train with, to validate with, to test with at the end.</summary>
/// <param name="Train">What is left of the images to train with when those to validate with are taken out.</param>
/// <param name="Valid">What the folder names so, or a sixth: <see cref="FolderImages.TrainAndValid"/>.</param>
/// <param name="Test">The images to test with; none where a folder has images to train and to validate with only.</param>
/// <param name="Notes">What was left out of the folder or may not be meant.</param>
internal sealed record TrainingData(Dataset Train, Dataset Valid, Dataset? Test, IReadOnlyList<string> Notes)
{
    private const double TestShare = 1.0 / 6;
    private const long TestSeed = 0;
    private const string KnownFolder = "data";                               // where a dataset is looked for that is called by its name

    private static readonly (string Name, string Source)[] _sources =
    [
        ("fashion", "https://github.com/zalandoresearch/fashion-mnist"), ("kmnist", "https://github.com/rois-codh/kmnist"),
        ("emnist", "https://www.nist.gov/itl/products-and-services/emnist-dataset"), ("cifar", "https://www.cs.toronto.edu/~kriz/cifar.html"),
    ];

    /// <summary>What was loaded, in three lines.</summary>
    public IReadOnlyList<string> Summary { get; init; } = [];

    /// <summary>The bytes of the images that are held in memory, as many as were loaded.</summary>
    public long HeldBytes { get; init; } = Held(Train) + Held(Valid) + (Test is null ? 0 : Held(Test));

    /// <summary>Whether the images are grey and nameless, as those of MNIST and what is packed alike.</summary>
    public bool IsLikeMnist => Train.ImageNames.IsEmpty && Train.ImageShape[0] == 1;

    /// <summary>Reads a folder, or a list of pictures.</summary>
    /// <param name="folder">The folder, or the list.</param>
    /// <param name="pictures">What becomes of pictures of another size.</param>
    /// <exception cref="InvalidDataException">A file is broken, or there are too few images to divide.</exception>
    public static TrainingData Load(string folder, PictureSettings? pictures = null)
    {
        pictures ??= PictureSettings.Usual;
        FolderImages found = Read(folder, pictures with { Size = pictures.Size ?? pictures.SizeBefore });
        if (pictures.Size is { } size && found.Pictures is null)
            throw new UsageException($"--size is {size}, and '{folder}' holds no picture files. They alone are resized.");
        if (found.Train is null) throw new InvalidDataException($"'{folder}' has no folder 'train'. {Expected(folder)}");
        var (train, valid) = found.TrainAndValid();
        return new(train, valid, found.Test, found.Notes) { Summary = (found with { Train = train, Valid = valid }).Summary() };
    }

    /// <summary>Reads a folder to test with: only that part need be there, or one to validate with.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="image">[C, H, W] of the images that are wanted, if that is known; pictures are brought to it.</param>
    /// <param name="pictures">How, and which labels.</param>
    /// <returns>What there is to test with as <see cref="FolderImages.Test"/>, the rest as it was found.</returns>
    /// <exception cref="InvalidDataException">A file is broken, or there is nothing to test with.</exception>
    public static FolderImages LoadTest(string folder, Shape? image, PictureSettings pictures)
    {
        FolderImages found = Read(folder, pictures with { Size = image is { } wanted ? new Size2(wanted[1], wanted[2]) : null }, image?[0]);
        if (found.Test is not null) return found;
        if (found.Valid is null) throw new InvalidDataException($"'{folder}' has no folder 'test'. Expected {folder}/test/CLASS/*.png or .jpg.");
        const string Note = "there is no folder 'test': the images to validate with are tested";
        return found with { Test = found.Valid, Notes = [.. found.Notes, Note] };
    }

    /// <summary>What was loaded to test with, in three lines.</summary>
    public static IReadOnlyList<string> SummaryOf(FolderImages found) =>
        (ReferenceEquals(found.Test, found.Valid) ? found with { Valid = null } : found).Summary();

    /// <summary>Those that a training on this folder would train with; none if there are none.</summary>
    public static Dataset? TrainOf(FolderImages found) =>
        found.Train is null || found.Valid is not null ? found.Train : found.TrainAndValid().Train;

    /// <summary>The same with fewer images to train with.</summary>
    /// <exception cref="UsageException">There are not as many.</exception>
    public TrainingData WithTrainSize(int count) => count <= Train.Count
        ? this with { Train = Train.Take(count) }
        : throw new UsageException($"--train-size is {count}, but there are {Train.Count} images to train with.");

    private static long Held(Dataset images) => images.IsInMemory ? (long)images.Count * images.ImageShape.Length : 0;

    /// <summary>Everything that should be known about the images before they are trained with.</summary>
    public IEnumerable<string> Warnings => Notes.Concat(MissingClasses(Train, "train")).Concat(MissingClasses(Valid, "validate"))
        .Concat(Test is null ? [] : MissingClasses(Test, "test"));

    /// <summary>The classes of which there is no image for some purpose, in a sentence; nothing if each has one.</summary>
    public static IEnumerable<string> MissingClasses(Dataset images, string purpose)
    {
        IReadOnlyList<int> found = images.ClassesWithImages();
        int classes = images.ClassNames?.Count ?? images.Classes;
        string[] missing = [.. Enumerable.Range(0, classes).Except(found).Select(label => $"'{images.ClassNames?[label] ?? $"{label}"}'")];
        string what = missing.Length == 1 ? "class" : "classes";
        if (missing.Length > 0) yield return $"there is no image to {purpose} with of {what} {NameList.Of(missing)}";
        if (classes == 1 && purpose == "train" && images.Targets is null) yield return "there is only one class: nothing to tell apart";
    }

    private static FolderImages Read(string folder, PictureSettings pictures, int? channels = null)
    {
        ResizeMethod method = pictures.Method;
        channels = channels is 1 or 3 ? channels : null;
        folder = Located(folder, KnownFolder);
        if (pictures.Coarse && !(Directory.Exists(folder) && Cifar.IsIn(folder)))
            throw new UsageException($"--coarse is for CIFAR-100, and '{folder}' holds no files of it.");
        if (IsArchive(folder)) return Of(NumpyData.Load(folder), method);
        if (IsList(folder)) return ImageFiles.Load(folder, pictures.Size, method, channels, pictures.Bytes, pictures.Cache);
        if (File.Exists(folder)) throw new InvalidDataException($"--data '{folder}' is a file, must be a folder, a .csv or a .npz. "
            + $"{Expected("DIR")}");
        if (!Directory.Exists(folder) && !Mnist.IsBeginning(folder)) throw new DirectoryNotFoundException(Missing(folder));
        if (Cifar.IsIn(folder)) return Of(Cifar.Load(folder, pictures.Coarse), method);
        if (NumpyData.IsIn(folder)) return Of(NumpyData.LoadFolder(folder), method);
        if (!HoldsMnist(folder)) return ImageFolder.Load(folder, pictures.Size, method, channels, pictures.Bytes, pictures.Cache);
        MnistData data = Mnist.Load(folder);
        return new(data.Train, null, data.Test, method, []);
    }

    /// <summary>The path, or where it is not, the folder of that name among known ones.</summary>
    public static string Located(string path, string knownFolder) =>
        !Path.Exists(path) && Directory.Exists(Path.Combine(knownFolder, path)) ? Path.Combine(knownFolder, path) : path;

    /// <summary>Whether the path is a list of pictures with their labels.</summary>
    public static bool IsList(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    private static bool IsArchive(string path) => Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    // Where the files have one part only, a sixth of it is kept to test with, the same for every seed of a training.
    private static FolderImages Of(DatasetParts parts, ResizeMethod method)
    {
        if (parts.Valid is not null || parts.Test is not null || parts.Train is null) return new(parts.Train, parts.Valid, parts.Test, method, []);
        var (train, test) = parts.Train.SplitStratified(TestShare, TestSeed);
        return new(train, null, test, method, [$"there are no images to test with: {test.Count} of {parts.Train.Count} are kept for that, "
            + "some of each class"]);
    }

    private static bool HoldsMnist(string folder) => !Directory.Exists(folder) || Directory.EnumerateFiles(folder, "*idx?-ubyte*").Any();

    // What there is not, and for a dataset with a name, where its files are to be had.
    private static string Missing(string path)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".npz") return $"--data: there is no file '{full}'.";
        bool isName = Path.GetFileName(path) == path;
        string known = Path.Combine(KnownFolder, path);
        string name = Path.GetFileName(full.TrimEnd(Path.DirectorySeparatorChar));
        string? source = _sources.FirstOrDefault(one => name.Contains(one.Name, StringComparison.OrdinalIgnoreCase)).Source;
        return $"--data: there is no folder '{full}'{(isName ? $", nor '{known}'" : "")}. "
            + (source is null ? Expected("DIR") : $"Put the files of {source} into {(isName ? $"'{known}'" : "that folder")}.");
    }

    private static string Expected(string folder) =>
        $"{ImageFolder.Expected(folder)}, or the files of MNIST (train-images-idx3-ubyte and so on, plain or .gz) or CIFAR.";
}
