using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>What becomes of the images at the end of an epoch that do not fill a batch.</summary>
public enum LastBatch
{
    /// <summary>They are a batch, but for a single one, which goes into the batch before: that then has one image more. Batch normalisation cannot
    /// learn from one value a channel. The default.</summary>
    Join,

    /// <summary>They are a batch, even a single one.</summary>
    Keep,

    /// <summary>They are left out, so that all batches have one size: PyTorch's <c>drop_last</c>. Shuffled, they are others in every epoch.</summary>
    Drop,
}

/// <summary>Walks through a dataset batch by batch, in order or shuffled anew for each epoch.</summary>
/// <remarks>
/// <code>
/// sampler.Reset();                                  // once per epoch
/// while (sampler.MoveNext()) Use(sampler.Current);  // the same object each time, with other images
/// </code>
/// Every image comes once per epoch, but for those that <see cref="LastBatch.Drop"/> leaves out. The order of an epoch follows from the seed and
/// <see cref="Epoch"/> alone: the sampler forks a generator of its own, and draws only in <see cref="Reset"/>; what augmentations do to an image
/// follows from the seed, the epoch and its place in the dataset. To go on at a later epoch, call it once per epoch gone by. Nothing is allocated
/// after construction, but for images that are not in memory: those are read by other threads, up to two batches ahead.
/// </remarks>
public sealed class BatchSampler<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _order;                                           // [N], the images in the order of this epoch
    private readonly RandomGenerator? _random;
    private readonly ReadAhead? _ahead;                                      // where images are not in memory
    private int _next;

    /// <summary>A sampler before its first epoch.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="normalization">What becomes of their pixels.</param>
    /// <param name="batchSize">Images per batch; the last batch of an epoch has the rest, as <paramref name="lastBatch"/> says.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own; otherwise it is the dataset's.</param>
    /// <param name="random">Where the orders come from, and the chances of augmentations: drawn from once for each, here. Needed only for
    /// these.</param>
    /// <param name="augmentations">What happens to each image, anew in every epoch, one after the other; nothing if null.</param>
    /// <param name="lastBatch">What becomes of the rest of an epoch.</param>
    /// <param name="mixings">How each image is then mixed with another of its batch, one of them by chance; not at all if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1, the normalisation divides by nothing, or there is no such last
    /// batch.</exception>
    /// <exception cref="ArgumentNullException">Images are to be shuffled or augmented without a generator.</exception>
    public BatchSampler(Dataset dataset, Normalization normalization, int batchSize, bool shuffle, RandomGenerator? random = null,
        IReadOnlyList<Augmentation>? augmentations = null, LastBatch lastBatch = LastBatch.Join,
        IReadOnlyList<ImageMixing>? mixings = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ShapeGuard.Positive("BatchSampler", batchSize);
        if (!Enum.IsDefined(lastBatch)) throw new ArgumentOutOfRangeException(nameof(lastBatch), lastBatch,
            "BatchSampler: there is no such last batch.");
        if (shuffle && random is null)
        {
            throw new ArgumentNullException(nameof(random),
                "BatchSampler: shuffling needs a random generator, found none. Give new RandomGenerator(seed), or shuffle: false.");
        }
        bool augments = augmentations is { Count: > 0 } || mixings is { Count: > 0 };
        if (augments && random is null)
        {
            throw new ArgumentNullException(nameof(random),
                "BatchSampler: augmentations need a random generator, found none. Give new RandomGenerator(seed), or no augmentations.");
        }
        BatchSize = Math.Min(batchSize, Math.Max(dataset.Count, 1));
        _random = shuffle ? random!.Fork() : null;
        _order = new int[dataset.Count];
        int full = dataset.Count / BatchSize, rest = dataset.Count % BatchSize;
        bool joins = lastBatch == LastBatch.Join && rest == 1, drops = lastBatch == LastBatch.Drop;            // a rest has a full batch before it
        (LargestBatch, ImagesPerEpoch) = (joins ? BatchSize + 1 : BatchSize, dataset.Count - (drops ? rest : 0));
        Count = full + (rest > 0 && !joins && !drops ? 1 : 0);
        if (!dataset.IsInMemory) _ahead = new(dataset, images: 2 * LargestBatch, threads: Environment.ProcessorCount);
        Current = new DatasetBatch<T>(dataset, normalization, LargestBatch, augmentations, augments ? (long)random!.NextBits() : 0, mixings)
        {
            Ahead = _ahead,
        };
    }

    /// <summary>Images of a batch; the last one may have fewer, or one more.</summary>
    public int BatchSize { get; }

    /// <summary>Images of the largest batch: <see cref="BatchSize"/>, or one more where a single last image joins a batch.</summary>
    public int LargestBatch { get; }

    /// <summary>How many images come in an epoch.</summary>
    public int ImagesPerEpoch { get; }

    /// <summary>How many batches an epoch has.</summary>
    public int Count { get; }

    /// <summary>The number of this epoch, from 1; 0 before the first <see cref="Reset"/>.</summary>
    public int Epoch { get; private set; }

    /// <summary>The batch that <see cref="MoveNext"/> went to. Always the same object.</summary>
    public DatasetBatch<T> Current { get; }

    /// <summary>For example <c>98 batches of at most 512, shuffled, 50000 images an epoch [1, 28, 28]</c>.</summary>
    public override string ToString() => $"{Count} batches of at most {LargestBatch}, {(_random is null ? "in order" : "shuffled")}, "
        + $"{ImagesPerEpoch} images an epoch {Current.ImageShape}";

    /// <summary>Starts an epoch, whether or not the one before was finished.</summary>
    public void Reset()
    {
        for (int n = 0; n < _order.Length; n++) _order[n] = n;
        _random?.Shuffle<int>(_order);
        _ahead?.Begin(_order.AsSpan(0, ImagesPerEpoch));
        _next = 0;
        Epoch++;
    }

    /// <summary>Goes to the next batch. False if the epoch is over; <see cref="Current"/> then stays as it was.</summary>
    /// <exception cref="InvalidOperationException">No epoch was started.</exception>
    public bool MoveNext()
    {
        if (Epoch == 0) ShapeGuard.WrongOrder("BatchSampler", "MoveNext was called before Reset.");
        int left = ImagesPerEpoch - _next;
        if (left == 0) return false;
        int count = left <= LargestBatch ? left : BatchSize;
        Current.Set(_order.AsSpan(_next, count), Epoch);
        _next += count;
        return true;
    }

    /// <summary>Where it stands, into a checkpoint or out of it.</summary>
    /// <exception cref="InvalidDataException">It was written of other images, or other batches of them.</exception>
    internal void Exchange(SavedState state)
    {
        state.ExchangeEqual("images", Current.Images.Fingerprint, "the images");
        state.ExchangeEqual("batch_size", BatchSize, "the batch size");
        state.ExchangeEqual("images_per_epoch", ImagesPerEpoch, "the images of an epoch");
        state.ExchangeEqual("augmentation_seed", Current.Seed, "the seed of the augmentations");
        state.Exchange("order", _order.AsSpan());
        (_next, Epoch) = (state.Exchange("next", _next), state.Exchange("epoch", Epoch));
        if (_next < 0 || _next > ImagesPerEpoch || _order.AsSpan().ContainsAnyExceptInRange(0, _order.Length - 1))
            throw new InvalidDataException("BatchSampler: the checkpoint's order of images is none.");
        if (_random is not null) state.Within("shuffle", _random.Exchange);
        if (state.IsRestoring && Epoch > 0) _ahead?.Begin(_order.AsSpan(_next, ImagesPerEpoch - _next));
    }

    /// <summary>Where it stands, for later; what <see cref="Current"/> shows is part of it.</summary>
    /// <returns>Puts it back there.</returns>
    internal Action Remember()
    {
        var (order, next, epoch, restoreRandom, restoreCurrent) = ((int[])_order.Clone(), _next, Epoch, _random?.Remember(), Current.Remember());
        return () =>
        {
            restoreCurrent();
            order.CopyTo(_order, 0);
            (_next, Epoch) = (next, epoch);
            if (epoch > 0) _ahead?.Begin(_order.AsSpan(next, ImagesPerEpoch - next));
            restoreRandom?.Invoke();
        };
    }
}
