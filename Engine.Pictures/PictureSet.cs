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
    /// <param name="room">How many pixels may be held, and where the others lie.</param>
    /// <exception cref="InvalidDataException">A file is no whole picture, or there are too few.</exception>
    public static FolderImages Load(IPictureList list, Size2? size, ResizeMethod method, int? channels, PixelRoom room)
    {
        var set = new PictureSet(list, method);
        Dataset all = set.Read(size, channels, room);
        return set.Parted(all) with { Pictures = set._counts };
    }

    /// <summary>Refuses what cannot be, before anything is read.</summary>
    public static void Check(Size2? size, int? channels, long memory)
    {
        if (size is { } said) Picture.CheckSize(said);
        Picture.CheckChannels(channels);
        ArgumentOutOfRangeException.ThrowIfNegative(memory);
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

    private Dataset Read(Size2? said, int? channels, PixelRoom room)
    {
        var infos = new PictureInfo[_files.Count];
        if (said is null || channels is null) InOrder.ForEach(_files.Count, i => infos[i] = PictureFile.Read(_files[i].Path).Info);
        Size2 size = said ?? MostCommon(infos);
        channels ??= infos.All(info => info.IsGrey) ? 1 : 3;
        var shape = new Shape(channels.Value, size.Height, size.Width);
        long bytes = (long)_files.Count * shape.Length;
        Dataset all = bytes <= Math.Min(room.Memory, Array.MaxLength) ? ReadAll(shape, infos) : ReadWhenNeeded(shape, infos, room);
        if (!all.IsInMemory && room.Memory < bytes) _notes.Add(room.Note(bytes));
        Count(infos, size, said is null);
        return all.WithClassNames(_list.ClassNames).WithImageNames([.. _files.Select(file => file.Name)]);
    }

    private Dataset ReadAll(Shape shape, PictureInfo[] infos)
    {
        int length = shape.Length;
        var pixels = new byte[_files.Count * length];
        var losses = new PictureNotes[_files.Count];
        InOrder.ForEach(_files.Count, i =>
        {
            losses[i] = new();
            var file = PictureFile.Read(_files[i].Path);
            infos[i] = file.Info;
            PictureSource.Copy(file, shape, _method, pixels.AsSpan(i * length, length), losses[i]);
        });
        NoteLosses(losses);
        Shape whole = shape.Prepend(_files.Count);
        return _list.HasManyLabels ? new(whole, pixels, Targets()) : new(whole, pixels, Labels(), _list.ClassNames.Count);
    }

    // All are decoded once, so that what is damaged is known before training, and what is dropped is said.
    private Dataset ReadWhenNeeded(Shape shape, PictureInfo[] infos, PixelRoom room)
    {
        var source = new PictureSource(_files, shape, _method, room.Memory, room.Cache);
        using var spares = new ThreadLocal<byte[]>(() => new byte[shape.Length]);
        InOrder.ForEach(_files.Count, i => source.Read(i, spares.Value));
        for (int i = 0; i < infos.Length; i++) infos[i] = source.Infos[i]!;
        NoteLosses(source.Notes);
        return _list.HasManyLabels ? new(source, Targets()) : new(source, Labels(), _list.ClassNames.Count);
    }

    private void NoteLosses(IEnumerable<PictureNotes> losses)
    {
        var pictures = new PictureNotes();
        foreach (PictureNotes loss in losses) pictures.Add(loss);
        if (pictures.Line() is { } line) _notes.Add(line);
    }

    private int[] Labels() => [.. _files.Select(file => file.Label)];

    private Tensor<float> Targets()
    {
        int classes = _list.ClassNames.Count;
        var targets = new Tensor<float>(new Shape(_files.Count, classes));
        for (int n = 0; n < _files.Count; n++)
            foreach (int label in _files[n].Labels) targets.Span[n * classes + label] = 1;
        return targets;
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
