using Scratch.Data;

namespace Scratch.Pictures;

/// <summary>Which images lie in a folder, of which class and for what; and what else lies there.</summary>
/// <remarks>
/// <c>FOLDER/train/CLASS/FILE</c> with <c>valid</c> and <c>test</c> beside <c>train</c>, or <c>FOLDER/CLASS/FILE</c>. A folder is a class if images
/// lie in it, and <c>train</c> is a part if classes lie in it, or if there is nothing but parts. Whatever is not read is counted and named; what cannot
/// be meant is an error that says what was found and what is expected.
/// </remarks>
internal sealed class FolderLayout : IPictureList
{
    private static readonly string[][] _partWords = PartWords.All;
    internal static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"];
    private static readonly string[] _ofSystems = [".DS_Store", "Thumbs.db", "desktop.ini"];

    private readonly string _root;
    private readonly List<string> _notes = [], _skipped = [], _otherFiles = [], _outside = [], _deeper = [], _emptyFolders = [];

    /// <summary>Looks through a folder.</summary>
    /// <exception cref="InvalidDataException">There is no image, or it is not clear which class one is of.</exception>
    public FolderLayout(string root)
    {
        _root = root;
        string[] top = Folders(root);
        string?[] parts = [.. _partWords.Select(words => Part(top, words))];
        string[] found = [.. parts.OfType<string>()], others = [.. top.Except(found)];
        HasParts = found.Any(HoldsClasses) || found.Length > 0 && !others.Any(HoldsImages);
        if (HasParts) NoteOutside(root, others);
        else
        {
            foreach (string part in found.Where(HoldsImages))
                _notes.Add($"'{Relative(part)}' is taken for a class: it holds images itself and lies beside others that do");
        }
        Dictionary<string, string[]> classes = (HasParts ? found : [root]).ToDictionary(part => part, Classes);
        IEnumerable<string> names = classes.Values.SelectMany(folders => folders).Select(ClassName);
        ClassNames = [.. names.Distinct().Order(StringComparer.Ordinal)];
        if (HasParts) (Train, Valid, Test) = (Files(parts[0], classes), Files(parts[1], classes), Files(parts[2], classes));
        else Train = Files(root, classes);
        NoteSkipped(_otherFiles, "file", "whose type is not read");
        NoteSkipped(_outside, "image", "in no class");
        NoteSkipped(_deeper, "image", "in a folder below a class");
        NoteSkipped(_emptyFolders, "folder", "without images");
    }

    /// <inheritdoc/>
    public bool HasParts { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Train { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Valid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Test { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _notes;

    /// <inheritdoc/>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <inheritdoc/>
    public bool HasManyLabels => false;

    /// <inheritdoc/>
    public string Name => $"'{_root}'";

    private static string[] Folders(string folder) =>
        [.. Directory.GetDirectories(folder).Where(path => Path.GetFileName(path)[0] != '.').Order(StringComparer.Ordinal)];

    internal static string[] Images(string folder) => [.. Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];

    internal static bool IsImage(string path) => Endings.Contains(Path.GetExtension(path).ToLowerInvariant()) && Path.GetFileName(path)[0] != '.';

    private static bool HoldsImages(string folder) => Directory.EnumerateFiles(folder).Any(IsImage);

    private static bool HoldsClasses(string folder) => Folders(folder).Any(HoldsImages);

    internal static IEnumerable<string> ImagesBelow(string folder) => Folders(folder).SelectMany(below => Images(below).Concat(ImagesBelow(below)));

    private static bool IsPart(string folder, string[] words) => words.Contains(Path.GetFileName(folder).ToLowerInvariant());

    private string? Part(string[] folders, string[] words)
    {
        string[] found = [.. folders.Where(folder => IsPart(folder, words))];
        if (found.Length > 1 && found.Any(HoldsClasses))
        {
            string both = string.Join(" and ", found.Select(folder => $"'{Relative(folder)}'"));
            throw new InvalidDataException($"'{_root}' has folders {both}, which mean the same. Keep one.");
        }
        return found.FirstOrDefault();
    }

    // The folders of a part, or of the whole, that hold images; there is at least one.
    private string[] Classes(string part)
    {
        string[] folders = Folders(part), classes = [.. folders.Where(HoldsImages)];
        foreach (string folder in folders.Except(classes))
        {
            if (ImagesBelow(folder).FirstOrDefault() is { } deep) throw TooDeep(part, folder, deep);
            _emptyFolders.Add(Relative(folder));
        }
        string[] direct = Images(part);
        if (classes.Length == 0) throw NoClass(part, direct, folders);
        _outside.AddRange(direct.Select(Relative));
        return classes;
    }

    private ImageFile[]? Files(string? part, Dictionary<string, string[]> classes)
    {
        if (part is null) return null;
        var files = new List<ImageFile>();
        foreach (string folder in classes[part])
        {
            string name = ClassName(folder);
            int label = ClassNames.Index().First(entry => entry.Item == name).Index;
            files.AddRange(Images(folder).Select(path => new ImageFile(path, label, $"{name}/{Path.GetFileName(path)}")));
            _otherFiles.AddRange(Others(folder));
            _deeper.AddRange(ImagesBelow(folder).Select(Relative));
        }
        return [.. files];
    }

    private IEnumerable<string> Others(string folder) =>
        Directory.EnumerateFiles(folder).Where(path => !IsImage(path) && !IsOfSystem(Path.GetFileName(path))).Order(StringComparer.Ordinal).Select(Relative);

    private static bool IsOfSystem(string name) => _ofSystems.Contains(name) || name.StartsWith("._", StringComparison.Ordinal);

    private void NoteOutside(string root, string[] others)
    {
        _outside.AddRange(Images(root).Concat(others.SelectMany(folder => Images(folder).Concat(ImagesBelow(folder)))).Select(Relative));
        _emptyFolders.AddRange(others.Where(folder => !HoldsImages(folder) && !ImagesBelow(folder).Any()).Select(Relative));
    }

    private void NoteSkipped(List<string> paths, string kind, string why)
    {
        if (paths.Count == 0) return;
        _skipped.Add($"{Amount.Of(paths.Count, kind)} {why}");
        _notes.Add($"skipped {_skipped[^1]}: {NameList.Of(paths)}");
    }

    private static string ClassName(string folder) => NameForm.Composed(Path.GetFileName(folder));

    private string Relative(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');

    private InvalidDataException TooDeep(string part, string folder, string deep)
    {
        string above = Path.GetDirectoryName(Path.GetDirectoryName(deep))!;
        if (_partWords.Any(words => IsPart(above, words))) above = Path.GetDirectoryName(above)!;
        string advice = part == _root ? $"Move the images up, or take '{above}'." : "Move the images up.";
        return new($"'{folder}' holds no image itself, but there is one deeper, '{deep}'. Expected {part}/CLASS/*.png or .jpg. {advice}");
    }

    private InvalidDataException NoClass(string part, string[] direct, string[] folders)
    {
        string expected = part == _root ? $"{ImageFolder.Expected(_root)}." : $"Expected {part}/CLASS/*.png or .jpg.";
        if (direct.Length > 0)
            return new($"'{part}' holds {Amount.Of(direct.Length, "image")} in no class, such as '{Relative(direct[0])}'. {expected}");
        string[] others = [.. folders.Prepend(part).SelectMany(Others)];
        string found = others.Length > 0 ? $", but {Amount.Of(others.Length, "other file")}: {NameList.Of(others)}"
            : folders.Length > 0 ? $", but empty folders: {NameList.Of([.. folders.Select(Relative)])}" : "";
        return new($"'{part}': no image found{found}. {expected}");
    }
}
