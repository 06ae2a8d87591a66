using Scratch.Data;
using Scratch.Tensors;
using StbImageSharp;

namespace Scratch.Cli;

/// <summary>What was read from a folder: each part that there is, and what to say about it.</summary>
/// <param name="Train">The images to train with; none if the folder has only others.</param>
/// <param name="Valid">The images to validate with; none if the folder does not say which.</param>
/// <param name="Test">The images to test with; none if the folder has none.</param>
/// <param name="Notes">What was left out or may not be meant.</param>
internal sealed record FolderImages(Dataset? Train, Dataset? Valid, Dataset? Test, IReadOnlyList<string> Notes);

/// <summary>Reads PNG and JPEG images that lie in a folder for each class.</summary>
/// <remarks>
/// <see cref="FolderLayout"/> says where. Classes are numbered in the order of their names. Where there are no parts, about a sixth of each class goes
/// to test, by the names of the files: a file that is added moves no other. All images are of one size; they are grey if all files are, else red,
/// green, blue.
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
    /// <exception cref="InvalidDataException">There is no image, a file is no image, or images differ in size.</exception>
    public static FolderImages Load(string folder)
    {
        var layout = new FolderLayout(folder);
        Dataset all = new ImageFolder(layout).Read();
        if (!layout.HasParts)
        {
            var (first, second) = all.SplitByName(TestShare, TestSeed);
            if (second.Count == 0)
            {
                throw new InvalidDataException(
                    $"'{folder}' has one image of each class, {NameList.Of(layout.ClassNames)}: must have more to train and test with.");
            }
            string kept = $"there are no folders 'train' and 'test': {second.Count} of {all.Count} images are kept to test with, chosen by their names";
            return new(first, null, second, [.. layout.Notes, kept]);
        }
        Dataset? Next(IReadOnlyList<ImageFile>? files)
        {
            if (files is null) return null;
            (Dataset part, all) = all.Split(files.Count);
            return part;
        }
        return new(Next(layout.Train), Next(layout.Valid), Next(layout.Test), layout.Notes);
    }

    private Dataset Read()
    {
        ImageInfo first = Info(_files[0].Path);
        bool grey = true;
        foreach (var (path, _, _) in _files)
        {
            ImageInfo info = Info(path);
            if (info.Width != first.Width || info.Height != first.Height)
                throw new InvalidDataException($"'{path}' is {info.Height}x{info.Width} (H, W), '{_files[0].Path}' is {first.Height}x{first.Width}. "
                    + "Bring all images to one size first.");
            grey &= info.ColorComponents is ColorComponents.Grey or ColorComponents.GreyAlpha;
        }
        int channels = grey ? 1 : 3, plane = first.Height * first.Width;
        if ((long)_files.Count * channels * plane > Array.MaxLength)
            throw new InvalidDataException($"{_files.Count} images of {channels}x{first.Height}x{first.Width} (C, H, W) are more than {Array.MaxLength} bytes.");
        var pixels = new byte[_files.Count * channels * plane];
        for (int i = 0; i < _files.Count; i++) Decode(_files[i].Path, grey, pixels.AsSpan(i * channels * plane, channels * plane));
        int[] labels = [.. _files.Select(file => file.Label)];
        return new Dataset(new Shape(_files.Count, channels, first.Height, first.Width), pixels, labels, _layout.ClassNames.Count)
            .WithClassNames(_layout.ClassNames).WithImageNames([.. _files.Select(file => file.Name)]);
    }

    private static ImageInfo Info(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ImageInfo.FromStream(stream) ?? throw NoImage(path);
    }

    /// <summary>Channel by channel, as the engine wants it; the file has the channels of a pixel side by side.</summary>
    private static void Decode(string path, bool grey, Span<byte> planes)
    {
        ImageResult image;
        try
        {
            image = ImageResult.FromMemory(File.ReadAllBytes(path), grey ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
        }
        catch (Exception e) when (e is not IOException)                      // the decoder throws exceptions of its own kinds
        {
            throw NoImage(path, e);
        }
        int channels = grey ? 1 : 3, plane = planes.Length / channels;
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < plane; p++) planes[c * plane + p] = image.Data[p * channels + c];
    }

    private static InvalidDataException NoImage(string path, Exception? e = null) =>
        new($"'{path}' is not a PNG or JPEG image that can be read. Repair it or take it away.", e);
}
