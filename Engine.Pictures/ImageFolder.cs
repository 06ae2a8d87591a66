using System.Globalization;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>Reads pictures that lie in a folder for each class.</summary>
/// <remarks>
/// <c>FOLDER/train/CLASS/FILE</c> with <c>valid</c> and <c>test</c> beside <c>train</c>, or <c>FOLDER/CLASS/FILE</c>. Classes are numbered in the
/// order of their names. Where there are no parts, about a sixth of each class goes to test, by the names of the files: a file that is added moves no
/// other. All images come to one size; they are grey if all files are, else red, green, blue.
/// </remarks>
public sealed class ImageFolder
{
    private const double TestShare = 1.0 / 6;
    private const long ShuffleSeed = 0, TestSeed = 0;                        // the same parts whatever the seed of the training
    private const int MostFound = 224;                                       // pixels of a side where nobody said a size and there are several

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

    /// <summary>Reads all images of a folder, on all cores.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size">Height and width of the images, or one number for both. By default the size that most pictures have; of sizes that are
    /// equally common, the one in the middle; and 224x224 where they differ and that has a longer side.</param>
    /// <param name="method">How pictures of another size are brought to it.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default grey if all pictures are.</param>
    /// <exception cref="InvalidDataException">There is no image, or a file is no whole picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such size or number of channels.</exception>
    public static FolderImages Load(string folder, Size2? size = null, ResizeMethod method = ResizeMethod.Crop, int? channels = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (size is { } said) Picture.CheckSize(said);
        Picture.CheckChannels(channels);
        var layout = new FolderLayout(folder);
        List<string> notes = [.. layout.Notes];
        Dataset all = new ImageFolder(layout).Read(size, method, channels, notes);
        if (!layout.HasParts)
        {
            var (first, second) = all.SplitByName(TestShare, TestSeed);
            if (second.Count == 0)
            {
                throw new InvalidDataException(
                    $"'{folder}' has one image of each class, {NameList.Of(layout.ClassNames)}: must have more to train and test with.");
            }
            notes.Add($"there are no folders 'train' and 'test': {second.Count} of {all.Count} images are kept to test with, chosen by their names");
            return new(first, null, second, method, notes);
        }
        Dataset? Next(IReadOnlyList<ImageFile>? files)
        {
            if (files is null) return null;
            (Dataset part, all) = all.Split(files.Count);
            return part;
        }
        return new(Next(layout.Train), Next(layout.Valid), Next(layout.Test), method, notes);
    }

    /// <summary>The picture files in a folder and in all folders in it, known by their endings, in the order of their names.</summary>
    public static IReadOnlyList<string> PicturesBelow(string folder) => [.. FolderLayout.Images(folder), .. FolderLayout.ImagesBelow(folder)];

    /// <summary>What is expected in a folder, in a sentence without its full stop.</summary>
    public static string Expected(string folder) =>
        $"Expected {folder}/CLASS/*.png or .jpg, or {folder}/train/CLASS/*.png and {folder}/test/CLASS/*.png";

    private Dataset Read(Size2? said, ResizeMethod method, int? channels, List<string> notes)
    {
        var infos = new PictureInfo[_files.Count];
        if (said is null || channels is null) InOrder.ForEach(_files.Count, i => infos[i] = PictureFile.Read(_files[i].Path).Info);
        Size2 size = said ?? MostCommon(infos);
        channels ??= infos.All(info => info.IsGrey) ? 1 : 3;
        var shape = new Shape(channels.Value, size.Height, size.Width);
        int length = shape.Length;
        if ((long)_files.Count * length > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{_files.Count} images of {shape} (C, H, W) are more than {Array.MaxLength} bytes. Bring them to a smaller size.");
        }
        var pixels = new byte[_files.Count * length];
        var losses = new PictureNotes[_files.Count];
        InOrder.ForEach(_files.Count, i =>
        {
            losses[i] = new();
            var file = PictureFile.Read(_files[i].Path);
            infos[i] = file.Info;
            Copy(file, shape, size, method, pixels.AsMemory(i * length, length), losses[i]);
        });
        var pictures = new PictureNotes();
        foreach (PictureNotes loss in losses) pictures.Add(loss);
        if (pictures.Line() is { } line) notes.Add(line);
        int others = infos.Count(info => info.Height != size.Height || info.Width != size.Width);
        if (others > 0) notes.Add(Resized(others, infos, size, said is null, method));
        int[] labels = [.. _files.Select(file => file.Label)];
        return new Dataset(shape.Prepend(_files.Count), pixels, labels, _layout.ClassNames.Count)
            .WithClassNames(_layout.ClassNames).WithImageNames([.. _files.Select(file => file.Name)]);
    }

    private static void Copy(PictureFile file, Shape shape, Size2 size, ResizeMethod method, Memory<byte> image, PictureNotes notes)
    {
        PictureInfo info = file.Info;
        if (info.Height == size.Height && info.Width == size.Width)
        {
            file.CopyTo(shape[0], image, notes);
            return;
        }
        var stored = new Shape(shape[0], info.Height, info.Width);
        var pixels = new byte[stored.Length];
        file.CopyTo(shape[0], pixels, notes);
        Resizing.Apply(stored, pixels, size, method, image.Span);
    }

    private static Size2 MostCommon(PictureInfo[] infos)
    {
        var sizes = infos.CountBy(info => new Size2(info.Height, info.Width)).ToArray();
        if (sizes.Length == 1) return sizes[0].Key;
        int most = sizes.Max(size => size.Value);
        Size2[] common = [.. sizes.Where(size => size.Value == most).Select(size => size.Key)
            .OrderBy(size => (long)size.Height * size.Width).ThenBy(size => size.Height)];
        Size2 middle = common[common.Length / 2];
        return Math.Max(middle.Height, middle.Width) <= MostFound ? middle : MostFound;
    }

    private static string Resized(int others, PictureInfo[] infos, Size2 size, bool isFound, ResizeMethod method)
    {
        PictureInfo smallest = infos.MinBy(Area)!, largest = infos.MaxBy(Area)!;
        string how = method switch
        {
            ResizeMethod.Crop => "scaled to fill it, the middle kept",
            ResizeMethod.Pad => "scaled to fit in, the rest black",
            _ => "each side scaled by itself",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"{others} of {Amount.Of(infos.Length, "picture")}, which are from {smallest.Height}x{smallest.Width} to "
            + $"{largest.Height}x{largest.Width} (H, W), brought to {size}{(isFound ? ", chosen by what is most common" : "")}: {how}");
    }

    private static long Area(PictureInfo info) => (long)info.Height * info.Width;
}
