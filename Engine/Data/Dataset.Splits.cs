using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Ways to part images into those to learn from and those to look at.</summary>
/// <remarks>
/// <see cref="Split"/> cuts where it is told, which is right for images in random order. Where they are sorted by class, its second part would hold the
/// last classes only.
/// </remarks>
public sealed partial class Dataset
{
    /// <summary>Chosen images in a chosen order. Copies them, where they are in memory.</summary>
    /// <param name="indices">Which, counted from 0; one may come twice.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public Dataset Subset(params ReadOnlySpan<int> indices)
    {
        int size = ImageShape.Length, targetSize = Targets is null || Count == 0 ? 0 : Targets.Length / Count;
        var pixels = new byte[IsInMemory ? new Shape(indices.Length, size).Length : 0];
        int[] places = new int[IsInMemory ? 0 : indices.Length];
        int[] labels = new int[_labels.IsEmpty ? 0 : indices.Length];
        string[] names = new string[_names.IsEmpty ? 0 : indices.Length];
        Tensor<float>? targets = Targets is null ? null : new(Targets.Shape.Tail().Prepend(indices.Length));
        for (int i = 0; i < indices.Length; i++)
        {
            CheckIndex(indices[i]);
            if (IsInMemory) Image(indices[i]).CopyTo(pixels.AsSpan(i * size));
            else places[i] = _places.Span[indices[i]];
            if (labels.Length > 0) labels[i] = Labels[indices[i]];
            if (names.Length > 0) names[i] = ImageNames[indices[i]];
            Targets?.Span.Slice(indices[i] * targetSize, targetSize).CopyTo(targets!.Span[(i * targetSize)..]);
        }
        if (!IsInMemory) return new(this, places, labels, targets, names);
        Shape shape = ImageShape.Prepend(indices.Length);
        Dataset chosen = targets is null ? new(shape, pixels, labels, Classes) : new(shape, pixels, targets);
        return new(chosen, chosen._labels, ClassNames, names);
    }

    /// <summary>Two random parts with about the same share of each class in both. Copies the images, each part in random order.</summary>
    /// <remarks>
    /// The second part gets the share of all images, to the nearest whole number, and of each class that number rounded down or up; but a class of two
    /// images or more has at least one in either part. Images with targets in place of labels are parted as if they were of one class.
    /// </remarks>
    /// <param name="secondShare">How much goes to the second part, between 0 and 1: a sixth of MNIST's 60,000 leaves 10,000 to validate with.</param>
    /// <param name="seed">What the choice follows from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public (Dataset First, Dataset Second) SplitStratified(double secondShare, long seed)
    {
        CheckShare(secondShare);
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomGenerator(seed).Shuffle<int>(order);
        int[][] classes = [.. ByClass(order)];
        int[] seconds = Portions([.. classes.Select(images => images.Length)], secondShare);
        var isSecond = new bool[Count];
        for (int label = 0; label < classes.Length; label++)
            foreach (int image in classes[label].AsSpan(0, seconds[label])) isSecond[image] = true;
        return Parts(order, isSecond);
    }

    /// <summary>Two parts of which each image's name alone decides: images that are added or taken away later move no other one. Copies the images.</summary>
    /// <remarks>
    /// An image goes to the second part if a hash of its name and the seed, as a number in [0, 1), is below the share; so the shares are met on average,
    /// in each class alike. The hash is FNV-1a of the UTF-8 bytes of the name as <see cref="NameForm.Composed"/> writes it, mixed with the seed by
    /// SplitMix64. Only a class of two images or more that would miss one part altogether sends there the image whose number is nearest.
    /// </remarks>
    /// <param name="secondShare">How much goes to the second part, between 0 and 1.</param>
    /// <param name="seed">What the choice follows from, beside the names.</param>
    /// <exception cref="InvalidOperationException">The images have no names.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public (Dataset First, Dataset Second) SplitByName(double secondShare, long seed = 0)
    {
        CheckShare(secondShare);
        if (_names.Length != Count) ShapeGuard.WrongOrder("Dataset", "SplitByName needs images with names, found none. Call WithImageNames before.");
        double[] numbers = new double[Count];
        for (int n = 0; n < Count; n++) numbers[n] = NameHash.Share(ImageNames[n], seed);
        bool[] isSecond = Array.ConvertAll(numbers, number => number < secondShare);
        int[] order = [.. Enumerable.Range(0, Count)];
        foreach (int[] images in ByClass(order).Where(images => images.Length > 1))
        {
            int seconds = images.Count(n => isSecond[n]);
            if (seconds == 0) isSecond[images.MinBy(n => numbers[n])] = true;
            if (seconds == images.Length) isSecond[images.MaxBy(n => numbers[n])] = false;
        }
        return Parts(order, isSecond);
    }

    private (Dataset First, Dataset Second) Parts(int[] order, bool[] isSecond) =>
        (Subset([.. order.Where(n => !isSecond[n])]), Subset([.. order.Where(n => isSecond[n])]));

    private IEnumerable<int[]> ByClass(int[] order) =>
        _labels.IsEmpty ? [order] : order.GroupBy(n => _labels.Span[n]).OrderBy(images => images.Key).Select(images => images.ToArray());

    // How many images of each class go to the second part: each share rounded down, and those that lost most by it rounded up until the sum is right.
    private static int[] Portions(int[] counts, double share)
    {
        int[] portions = Array.ConvertAll(counts, count => (int)(count * share));
        int missing = (int)Math.Round(counts.Sum() * share) - portions.Sum();
        int[] byLoss = [.. Enumerable.Range(0, counts.Length).OrderByDescending(label => counts[label] * share - portions[label])];
        foreach (int label in byLoss.Take(missing)) portions[label]++;
        for (int label = 0; label < counts.Length; label++)
            if (counts[label] > 1) portions[label] = Math.Clamp(portions[label], 1, counts[label] - 1);
        return portions;
    }

    private static void CheckShare(double share)
    {
        if (!(share > 0 && share < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share,
                string.Create(null, $"Dataset: the second part's share is {share}, must be between 0 and 1."));
        }
    }
}
