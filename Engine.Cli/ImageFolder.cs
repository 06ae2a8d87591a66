using Scratch.Cli.Pictures;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>What was read from a folder: each part that there is, and what to say about it.</summary>
/// <param name="Train">The images to train with; none if the folder has only others.</param>
/// <param name="Valid">The images to validate with; none if the folder does not say which.</param>
/// <param name="Test">The images to test with; none if the folder has none.</param>
/// <param name="Notes">What was left out, of the folder or of its pictures, or may not be meant.</param>
internal sealed record FolderImages(Dataset? Train, Dataset? Valid, Dataset? Test, IReadOnlyList<string> Notes);

/// <summary>Reads pictures that lie in a folder for each class.</summary>
/// <remarks>
/// <see cref="FolderLayout"/> says where. Classes are numbered in the order of their names. Where there are no parts, about a sixth of each class goes
/// to test, by the names of the files: a file that is added moves no other. All images are of one size, as they are seen; they are grey if all files
/// are, else red, green, blue.
/// </remarks>
internal sealed class ImageFolder
{
    private const double TestShare = 1.0 / 6;
    private const long ShuffleSeed = 0, TestSeed = 0;                        // the same parts whatever the seed of the training

    private readonly FolderLayout _layout;
    private readonly List<ImageFile> _files = [];

    private ImageFolder(FolderLayout layout)
    {
        _layout = layout;
        ImageFile[] train = [.. layout.Train ?? []];
        new RandomGenerator(ShuffleSeed).Shuffle<ImageFile>(train);          // so that the first images are of any class
        _files.AddRange(train);
        _files.AddRange(layout.Valid ?? []);
        _files.AddRange(layout.Test ?? []);
    }

    /// <summary>Reads all images of a folder.</summary>
    /// <exception cref="InvalidDataException">There is no image, a file is no whole image, or images differ in size.</exception>
    public static FolderImages Load(string folder)
    {
        var layout = new FolderLayout(folder);
        var pictures = new PictureNotes();
        Dataset all = new ImageFolder(layout).Read(pictures);
        List<string> notes = [.. layout.Notes];
        if (pictures.Line() is { } line) notes.Add(line);
        if (!layout.HasParts)
        {
            var (first, second) = all.SplitByName(TestShare, TestSeed);
            if (second.Count == 0)
            {
                throw new InvalidDataException(
                    $"'{folder}' has one image of each class, {NameList.Of(layout.ClassNames)}: must have more to train and test with.");
            }
            notes.Add($"there are no folders 'train' and 'test': {second.Count} of {all.Count} images are kept to test with, chosen by their names");
            return new(first, null, second, notes);
        }
        Dataset? Next(IReadOnlyList<ImageFile>? files)
        {
            if (files is null) return null;
            (Dataset part, all) = all.Split(files.Count);
            return part;
        }
        return new(Next(layout.Train), Next(layout.Valid), Next(layout.Test), notes);
    }

    private Dataset Read(PictureNotes notes)
    {
        PictureInfo? known = null;
        bool grey = true;
        foreach (var (path, _, _) in _files)
        {
            PictureInfo info = Picture.Read(path).Info;
            known ??= info;
            if (info.Width != known.Width || info.Height != known.Height)
                throw new InvalidDataException($"'{path}' is {info.Height}x{info.Width} (H, W), '{_files[0].Path}' is {known.Height}x{known.Width}. "
                    + "Bring all images to one size first.");
            grey &= info.IsGrey;
        }
        var (height, width) = (known!.Height, known.Width);                 // there is at least one file
        int channels = grey ? 1 : 3, size = channels * height * width;
        if ((long)_files.Count * size > Array.MaxLength)
            throw new InvalidDataException($"{_files.Count} images of {channels}x{height}x{width} (C, H, W) are more than {Array.MaxLength} bytes.");
        var pixels = new byte[_files.Count * size];
        for (int i = 0; i < _files.Count; i++) Picture.Read(_files[i].Path).CopyTo(grey, pixels.AsMemory(i * size, size), notes);
        int[] labels = [.. _files.Select(file => file.Label)];
        return new Dataset(new Shape(_files.Count, channels, height, width), pixels, labels, _layout.ClassNames.Count)
            .WithClassNames(_layout.ClassNames).WithImageNames([.. _files.Select(file => file.Name)]);
    }
}
