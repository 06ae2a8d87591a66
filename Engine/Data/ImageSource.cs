using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Images that are made when they are asked for, such as pictures on disk: for a <see cref="Dataset"/> that is larger than memory.</summary>
/// <remarks>
/// What was made is kept as long as there is room, in memory and then in a file, if there is to be one; so where all fit, each is made once. Any
/// number of threads may read at once, and an image has the same bytes each time: training on it gives the same bits as if all had been in memory.
/// </remarks>
public abstract class ImageSource
{
    private readonly byte[]?[] _kept;                                        // [Count], images that were made
    private readonly long[] _sums;                                           // [Count, C, 2], of pixels and of their squares; -1 is unknown yet
    private readonly PixelFile? _file;                                       // of those for which there is no room
    private long _room;

    /// <summary>Says what there is.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="imageShape">[C, H, W].</param>
    /// <param name="room">How many bytes of images may be kept in memory.</param>
    /// <param name="cache">A folder for a file of those for which there is no room; it goes with the process. None if null: they are made again
    /// whenever they are asked for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    /// <exception cref="ShapeMismatchException">The shape is not that of an image.</exception>
    /// <exception cref="IOException">There is no such folder, or no room on its disk.</exception>
    protected ImageSource(int count, Shape imageShape, long room = 0, string? cache = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(room);
        if (imageShape.Rank != 3)
            ShapeGuard.Mismatch("ImageSource", $"an image is {imageShape}, expected [C, H, W].", new Shape(0, 0, 0), imageShape);
        (Count, ImageShape, _room) = (count, imageShape, room);
        _kept = new byte[count][];
        _sums = new long[new Shape(count, imageShape[0], 2).Length];
        Array.Fill(_sums, -1);
        int size = imageShape.Length, others = size == 0 ? 0 : (int)(count - Math.Min(count, room / size));
        if (cache is not null && others > 0) _file = new(cache, count, others, size);
    }

    /// <summary>How many images.</summary>
    public int Count { get; }

    /// <summary>The shape of one image, [C, H, W].</summary>
    public Shape ImageShape { get; }

    /// <summary>Reads one image.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="image">[C, H, W], overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ShapeMismatchException">There is room for more or less than an image.</exception>
    public void Read(int index, Span<byte> image)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"ImageSource: image {index} was asked for, there are {Count}, counted from 0.");
        if (image.Length != ImageShape.Length)
            ShapeGuard.Mismatch("ImageSource", $"there is room for {image.Length} pixels, an image {ImageShape} has {ImageShape.Length}.", ImageShape,
                new Shape(image.Length));
        if (Volatile.Read(ref _kept[index]) is { } kept)
        {
            kept.CopyTo(image);
            return;
        }
        if (_file?.TryRead(index, image) == true) return;
        Make(index, image);
        if (Volatile.Read(ref _sums[index * ImageShape[0] * 2]) < 0) Measure(index, image);
        if (Interlocked.Add(ref _room, -image.Length) >= 0)
        {
            if (Interlocked.CompareExchange(ref _kept[index], image.ToArray(), null) is null) return;
        }
        Interlocked.Add(ref _room, image.Length);                            // there was none, or another thread was faster
        _file?.Add(index, image);
    }

    /// <summary>Makes one image: for a file, reads and decodes it. Called by several threads at once.</summary>
    /// <param name="index">Which, from 0 to <see cref="Count"/> - 1.</param>
    /// <param name="image">[C, H, W], to be overwritten whole with the same bytes each time.</param>
    protected abstract void Make(int index, Span<byte> image);

    /// <summary>The sums of one channel's pixels and of their squares; the image is made if it never was.</summary>
    internal (long Sum, long Squares) Sums(int index, int channel, Span<byte> spare)
    {
        int at = (index * ImageShape[0] + channel) * 2;
        if (Volatile.Read(ref _sums[at + 1]) < 0 || Volatile.Read(ref _sums[at]) < 0) Read(index, spare);
        return (_sums[at], _sums[at + 1]);
    }

    private void Measure(int index, ReadOnlySpan<byte> image)
    {
        int channels = ImageShape[0], plane = image.Length / Math.Max(channels, 1);
        for (int c = channels - 1; c >= 0; c--)                              // the first channel last: it stands for all
        {
            var (sum, squares) = PixelSums.Of(image.Slice(c * plane, plane));
            int at = (index * channels + c) * 2;
            Volatile.Write(ref _sums[at + 1], squares);
            Volatile.Write(ref _sums[at], sum);
        }
    }
}
