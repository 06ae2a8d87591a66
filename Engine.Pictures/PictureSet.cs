using System.Globalization;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>Reads the pictures of a list, on all cores, and brings them to one size.</summary>
/// <remarks>All are grey if all files are, else red, green, blue. Training pictures come in random order, so that the first ones are of any class.
/// </remarks>
internal sealed class PictureSet
{
    private const double TestShare = 1.0 / 6;
    private const long ShuffleSeed = 0, TestSeed = 0;                        // the same parts whatever the seed of the training
    private const int MostFound = 224;                                       // pixels of a side where nobody said a size and there are several

    private readonly IPictureList _list;
    private readonly ResizeMethod _method;
    private readonly List<ImageFile> _files = [];
    private readonly List<string> _notes;
    private PictureCounts? _counts;

    private PictureSet(IPictureList list, ResizeMethod method)
    {
        (_list, _method, _notes) = (list, method, [.. list.Notes]);
        ImageFile[] train = [.. list.Train ?? []];
        new RandomGenerator(ShuffleSeed).Shuffle<ImageFile>(train);
        _files.AddRange(train);
        _files.AddRange(list.Valid ?? []);
        _files.AddRange(list.Test ?? []);
    }

    /// <summary>Reads them all.</summary>
    /// <param name="list">Which.</param>
    /// <param name="size">Height and width that they come to; by default what most have.</param>
    /// <param name="method">How.</param>
    /// <param name="channels">1 or 3; by default what the files have.</param>
    /// <exception cref="InvalidDataException">A file is no whole picture, or there are too few.</exception>
    public static FolderImages Load(IPictureList list, Size2? size, ResizeMethod method, int? channels)
    {
        var set = new PictureSet(list, method);
        Dataset all = set.Read(size, channels);
        return set.Parted(all) with { Pictures = set._counts };
    }

    private FolderImages Parted(Dataset all)
    {
        if (!_list.HasParts)
        {
            var (first, second) = all.SplitByName(TestShare, TestSeed);
            if (second.Count == 0)
            {
                throw new InvalidDataException(
                    $"{_list.Name} has one image of each class, {NameList.Of(_list.ClassNames)}: must have more to train and test with.");
            }
            string why = _list is FolderLayout ? "there are no folders 'train' and 'test'" : "no column says which part an image is for";
            _notes.Add($"{why}: {second.Count} of {all.Count} images are kept to test with, chosen by their names");
            return new(first, null, second, _method, _notes);
        }
        Dataset? Next(IReadOnlyList<ImageFile>? files)
        {
            if (files is null) return null;
            (Dataset part, all) = all.Split(files.Count);
            return part;
        }
        return new(Next(_list.Train), Next(_list.Valid), Next(_list.Test), _method, _notes);
    }

    private Dataset Read(Size2? said, int? channels)
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
            Copy(file, shape, size, _method, pixels.AsMemory(i * length, length), losses[i]);
        });
        var pictures = new PictureNotes();
        foreach (PictureNotes loss in losses) pictures.Add(loss);
        if (pictures.Line() is { } line) _notes.Add(line);
        Count(infos, size, said is null);
        return Labelled(shape.Prepend(_files.Count), pixels).WithClassNames(_list.ClassNames).WithImageNames([.. _files.Select(file => file.Name)]);
    }

    private Dataset Labelled(Shape shape, byte[] pixels)
    {
        int classes = _list.ClassNames.Count;
        if (!_list.HasManyLabels) return new(shape, pixels, (int[])[.. _files.Select(file => file.Label)], classes);
        var targets = new Tensor<float>(new Shape(_files.Count, classes));
        for (int n = 0; n < _files.Count; n++)
            foreach (int label in _files[n].Labels) targets.Span[n * classes + label] = 1;
        return new(shape, pixels, targets);
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

    private void Count(PictureInfo[] infos, Size2 size, bool isFound)
    {
        PictureInfo smallest = infos.MinBy(Area)!, largest = infos.MaxBy(Area)!;
        int others = infos.Count(info => info.Height != size.Height || info.Width != size.Width);
        _counts = new(infos.Length, new(smallest.Height, smallest.Width), new(largest.Height, largest.Width), others, _list.Skipped);
        if (others == 0) return;
        string how = _method switch
        {
            ResizeMethod.Crop => "scaled to fill it, the middle kept",
            ResizeMethod.Pad => "scaled to fit in, the rest black",
            _ => "each side scaled by itself",
        };
        _notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"{others} of {Amount.Of(infos.Length, "picture")}, which are from {_counts.Smallest} to {_counts.Largest} (H, W), brought to "
            + $"{size}{(isFound ? ", chosen by what is most common" : "")}: {how}"));
    }

    private static long Area(PictureInfo info) => (long)info.Height * info.Width;
}
