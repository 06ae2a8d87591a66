using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Some images of a dataset as a batch, normalised while they are laid into lanes.</summary>
/// <remarks>
/// One object serves every batch of a training run: <see cref="Set"/> changes which images it shows and allocates nothing; labels read before then
/// change with it. Between two calls of <see cref="Set"/>, <see cref="CopyBlock"/> may run on many threads, for another block on each. What
/// augmentations make of an image follows from the seed, the epoch and the image's place in the dataset, so that no thread or batch size changes it.
/// </remarks>
public sealed partial class DatasetBatch<T> : Batch<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] _places = [.. Enumerable.Range(0, Lanes.Count)];

    private readonly Dataset _dataset;
    private readonly T[] _inputOf;                                           // [256] or [C, 256], the input for each value of a pixel
    private readonly int[] _indices, _labels;                                // [capacity], the first Count in use
    private readonly Augmentation[] _augmentations;
    private readonly long _seed;
    // [capacity, C, H, W]: the result, and the step before; empty without augmentations
    private readonly byte[] _augmented, _spare;
    private readonly byte[] _mixed;                                          // [capacity, C, H, W], or empty where none are mixed
    private readonly ImageMixing[] _mixings;
    private readonly byte[] _read;                                           // [capacity, C, H, W] of a dataset that is not in memory; else empty
    private int _count, _epoch;

    /// <summary>A batch that shows no image yet.</summary>
    /// <param name="dataset">Where the images are.</param>
    /// <param name="normalization">What becomes of their pixels.</param>
    /// <param name="capacity">How many images it can show at most.</param>
    /// <param name="augmentations">What happens to each image before, one after the other; nothing if null.</param>
    /// <param name="seed">What their chances follow from.</param>
    /// <param name="mixings">How each image is then mixed with another, one of them by chance; not at all if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or the normalisation divides by nothing.</exception>
    public DatasetBatch(Dataset dataset, Normalization normalization, int capacity, IEnumerable<Augmentation>? augmentations = null, long seed = 0,
        IEnumerable<ImageMixing>? mixings = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ShapeGuard.Positive("DatasetBatch", capacity);
        _mixings = mixings is null ? [] : [.. mixings];
        TargetShape = dataset.Targets?.Shape.Tail() ?? (_mixings.Length > 0 ? new Shape(dataset.Classes) : null);
        _mixed = new byte[_mixings.Length > 0 ? new Shape(capacity, dataset.ImageShape.Length).Length : 0];
        (_dataset, _inputOf, _indices, _labels) = (dataset, normalization.Tables<T>(dataset.ImageShape[0]), new int[capacity], new int[capacity]);
        (_augmentations, _seed) = (augmentations is null ? [] : [.. augmentations], seed);
        int bytes = _augmentations.Length > 0 ? new Shape(capacity, dataset.ImageShape.Length).Length : 0;
        _augmented = new byte[bytes];
        _spare = new byte[_augmentations.Length > 1 ? bytes : 0];
        _read = new byte[dataset.IsInMemory ? 0 : new Shape(capacity, dataset.ImageShape.Length).Length];
    }

    /// <summary>Who has read the images already, where they are not in memory; nobody if null.</summary>
    internal ReadAhead? Ahead { get; init; }

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override Shape ImageShape => _dataset.ImageShape;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Labels => _dataset.Labels.IsEmpty ? [] : _labels.AsSpan(0, _count);

    /// <inheritdoc/>
    public override Shape? TargetShape { get; }

    /// <summary>Where the images are.</summary>
    internal Dataset Images => _dataset;

    /// <summary>What the chances of augmentations follow from.</summary>
    internal long Seed => _seed;

    /// <summary>Where each image stands in the dataset, [<see cref="Count"/>].</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, _count);

    /// <summary>Shows other images from now on.</summary>
    /// <param name="indices">Where they stand in the dataset, copied; one may come twice.</param>
    /// <param name="epoch">In another epoch, augmentations make something else of an image.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too many for the
    /// batch, or one is not in the dataset. Nothing has changed then.</exception>
    /// <exception cref="InvalidDataException">An image is on disk and cannot be read any more.</exception>
    public void Set(ReadOnlySpan<int> indices, int epoch = 0)
    {
        ReadOnlySpan<int> labels = _dataset.Labels;
        if (indices.Length > _indices.Length) TooMany(indices.Length);
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)_dataset.Count) NoSuchImage(index);
        }
        if (!_dataset.IsInMemory) Read(indices);
        indices.CopyTo(_indices);
        for (int n = 0; n < indices.Length && !labels.IsEmpty; n++) _labels[n] = labels[indices[n]];
        (_count, _epoch) = (indices.Length, epoch);
    }

    /// <summary>What it shows, for later.</summary>
    /// <returns>Shows it again.</returns>
    internal Action Remember()
    {
        var (indices, epoch) = (Indices.ToArray(), _epoch);
        return () => Set(indices, epoch);
    }

    /// <inheritdoc/>
    public override void CopyBlock(int block, Span<T> lanes)
    {
        for (int phase = 0; phase < Phases; phase++) CopyPart(block, phase, part: 0, parts: 1, lanes);
    }

    // First images are changed, then mixed; then all are laid into lanes.
    internal override int Phases => (_augmentations.Length > 0 ? 1 : 0) + (_mixings.Length > 0 ? 1 : 0) + 1;

    internal override void CopyPart(int block, int phase, int part, int parts, Span<T> lanes)
    {
        int size = ImageShape.Length, images = Lanes.Filled(block, _count);
        if (lanes.Length != size * Lanes.Count) WrongLength(lanes.Length);
        bool lays = phase == Phases - 1;
        int first = Parts.Begin(lays ? size : images, part, parts), end = Parts.Begin(lays ? size : images, part + 1, parts);
        if (lays) Lay(block, first, end, lanes);
        else if (phase == 0 && _augmentations.Length > 0) Augment(block * Lanes.Count + first, block * Lanes.Count + end);
        else Mix(block, first, end);
    }

    // Of every image of a block the numbers from first to end.
    private void Lay(int block, int first, int end, Span<T> lanes)
    {
        int size = ImageShape.Length, images = Lanes.Filled(block, _count);
        if (images < Lanes.Count) lanes[(first * Lanes.Count)..(end * Lanes.Count)].Clear();
        BlockPixels from = _mixings.Length > 0 ? Some(_mixed, block) : Unmixed(block);
        const int Strip = 128;                                               // pixels whose block rows stay in the cache over all images
        int plane = _inputOf.Length > Normalization.Levels ? size / ImageShape[0] : size;                // of one table
        for (int start = first, length; start < end; start += length)
        {
            length = Math.Min(Math.Min(Strip, end - start), plane - start % plane);
            ReadOnlySpan<T> inputOf = _inputOf.AsSpan(start / plane * Normalization.Levels, Normalization.Levels);
            CopyStrip(from.Pixels, from.Places, inputOf, start, length, lanes.Slice(start * Lanes.Count, length * Lanes.Count));
        }
    }

    /// <inheritdoc/>
    public override void CopyTargets(int block, Span<T> lanes)
    {
        if (_mixings.Length > 0)
        {
            CopyMixedTargets(block * Lanes.Count, Lanes.Filled(block, _count), lanes);
            return;
        }
        if (_dataset.Targets is not { } targets)
        {
            base.CopyTargets(block, lanes);
            return;
        }
        ReadOnlySpan<float> all = targets.Span;
        ReadOnlySpan<int> indices = Indices.Slice(block * Lanes.Count, Lanes.Filled(block, _count));
        int size = lanes.Length / Lanes.Count;
        lanes.Clear();
        for (int n = 0; n < indices.Length; n++)
        {
            ReadOnlySpan<float> target = all.Slice(indices[n] * size, size);
            for (int p = 0; p < size; p++) lanes[p * Lanes.Count + n] = T.CreateTruncating(target[p]);
        }
    }

    internal override bool TryTarget(int image, out ReadOnlySpan<T> target)
    {
        target = default;
        if (_mixings.Length > 0 || _dataset.Targets is not Tensor<T> targets) return false;              // they are in float
        int size = targets.Length / _dataset.Count;
        target = targets.Span.Slice(_indices[image] * size, size);
        return true;
    }

    private void Read(ReadOnlySpan<int> indices)
    {
        int size = ImageShape.Length;
        if (Ahead is not null) Ahead.Take(indices, _read.AsSpan(0, indices.Length * size));
        else for (int n = 0; n < indices.Length; n++) _dataset.CopyImage(indices[n], _read.AsSpan(n * size, size));
    }

    // The images of a block as they are before they are mixed, and where each stands among them.
    private BlockPixels Unmixed(int block) => _augmentations.Length > 0 ? Some(_augmented, block) : !_dataset.IsInMemory ? Some(_read, block)
        : new(_dataset.Pixels, _indices.AsSpan(block * Lanes.Count, Lanes.Filled(block, _count)));

    private BlockPixels Some(byte[] all, int block)
    {
        int size = ImageShape.Length, images = Lanes.Filled(block, _count);
        return new(all.AsSpan(block * Lanes.Count * size, images * size), _places.AsSpan(0, images));
    }

    // Some of the batch's images, changed, each in memory of its own.
    private void Augment(int first, int end)
    {
        int size = ImageShape.Length;
        for (int n = first; n < end; n++)
        {
            var random = new RandomSequence(_seed, _epoch, _indices[n]);
            ReadOnlySpan<byte> image = _dataset.IsInMemory ? _dataset.Pixels.Slice(_indices[n] * size, size) : _read.AsSpan(n * size, size);
            for (int i = 0; i < _augmentations.Length; i++)
            {
                // Results go to and fro between the two, so that the last one is in _augmented.
                Span<byte> result = ((_augmentations.Length - i) % 2 == 1 ? _augmented : _spare).AsSpan(n * size, size);
                _augmentations[i].Apply(ImageShape, image, result, ref random);
                image = result;
            }
        }
    }

    // rows [length, lanes]: rows[p][n] = the input for pixel start + p of image n. Four images at once, because four adjacent lanes take one index
    // check, and their pixels come from memory side by side; one at a time takes twice as long.
    private void CopyStrip(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> indices, ReadOnlySpan<T> inputOf, int start, int length, Span<T> rows)
    {
        int size = _dataset.ImageShape.Length, n = 0;
        for (; n + 4 <= indices.Length; n += 4)
        {
            ReadOnlySpan<byte> a = pixels.Slice(indices[n] * size + start, length), b = pixels.Slice(indices[n + 1] * size + start, length);
            ReadOnlySpan<byte> c = pixels.Slice(indices[n + 2] * size + start, length), d = pixels.Slice(indices[n + 3] * size + start, length);
            for (int p = 0; p < length; p++)
            {
                Span<T> four = rows.Slice(p * Lanes.Count + n, 4);
                four[0] = inputOf[a[p]];
                four[1] = inputOf[b[p]];
                four[2] = inputOf[c[p]];
                four[3] = inputOf[d[p]];
            }
        }
        for (; n < indices.Length; n++)
        {
            ReadOnlySpan<byte> a = pixels.Slice(indices[n] * size + start, length);
            for (int p = 0; p < length; p++) rows[p * Lanes.Count + n] = inputOf[a[p]];
        }
    }

    // [.., C, H, W], and where each of a block's images stands there.
    private readonly ref struct BlockPixels(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> places)
    {
        public readonly ReadOnlySpan<byte> Pixels = pixels;
        public readonly ReadOnlySpan<int> Places = places;
    }

    [DoesNotReturn]
    private void WrongLength(int length) => ShapeGuard.Mismatch("DatasetBatch",
        $"the block has {length} numbers, images {ImageShape} in {Lanes.Count} lanes take {ImageShape.Length * Lanes.Count}.",
        new Shape(ImageShape.Length * Lanes.Count), new Shape(length));

    [DoesNotReturn]
    private void TooMany(int count) =>
        throw new ArgumentOutOfRangeException(nameof(count), count, $"DatasetBatch: {count} indices, it has room for {_indices.Length}.");

    [DoesNotReturn]
    private void NoSuchImage(int index) => throw new ArgumentOutOfRangeException(nameof(index), index,
        $"DatasetBatch: image {index} was asked for, the dataset has {_dataset.Count}, counted from 0.");
}
