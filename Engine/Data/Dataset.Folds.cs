using Scratch.Tensors;

namespace Scratch.Data;

/// <content>Cross-validation, and what unequal classes take.</content>
public sealed partial class Dataset
{
    /// <summary>Parts images into folds of about the same share of each class, or of each set of labels, and gives for each fold the others to train
    /// with and itself to validate with. Copies the images of a fold when it is asked for.</summary>
    /// <param name="folds">How many.</param>
    /// <param name="seed">What the choice follows from.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or fewer images than folds.</exception>
    public IEnumerable<(Dataset Train, Dataset Valid)> Folds(int folds, long seed)
    {
        if (folds < 2 || folds > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(folds), folds,
                $"Dataset: {folds} folds of {Count} images. It takes at least 2, and an image for each.");
        }
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomGenerator(seed).Shuffle<int>(order);
        int[] foldOf = new int[Count];
        int next = 0;                                                        // goes on from class to class: so folds have one size, or one more
        foreach (int[] images in Targets is null ? ByClass(order) : BySet(order))
            foreach (int image in images) foldOf[image] = next++ % folds;
        return Enumerable.Range(0, folds).Select(fold => Parts(order, [.. foldOf.Select(own => own == fold)]));
    }

    /// <summary>These images and others behind them. Copies both.</summary>
    /// <param name="others">Of the same size and classes, or with targets of the same shape; of names only where all have some.</param>
    /// <exception cref="ArgumentException">They are of another size, of other classes or targets, or of another source.</exception>
    public Dataset With(Dataset others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.ImageShape != ImageShape || others.Classes != Classes || others.Targets?.Shape.Tail() != Targets?.Shape.Tail())
        {
            throw new ArgumentException(
                $"Dataset: {this} and {others} do not go together. Both need the same size, and the same classes or targets of one shape.",
                nameof(others));
        }
        if (Source != others.Source)
        {
            throw new ArgumentException($"Dataset: {this} and {others} do not go together: images that are not in memory must come from one source.",
                nameof(others));
        }
        int[] labels = [.. Labels, .. others.Labels];
        string[] names = _names.Length == Count && others._names.Length == others.Count ? [.. ImageNames, .. others.ImageNames] : [];
        Tensor<float>? targets = Targets is null ? null : new(Targets.Shape.Tail().Prepend(Count + others.Count));
        if (targets is not null)
        {
            Targets!.Span.CopyTo(targets.Span);
            others.Targets!.Span.CopyTo(targets.Span[Targets.Shape.Length..]);
        }
        if (!IsInMemory) return new(this, (int[])[.. Places, .. others.Places], labels, targets, names);
        byte[] pixels = [.. Pixels, .. others.Pixels];
        Shape shape = ImageShape.Prepend(Count + others.Count);
        Dataset both = targets is null ? new(shape, pixels, labels, Classes) : new(shape, pixels, targets);
        return new(both, both._labels, ClassNames, names);
    }

    /// <summary>A weight for each class, so that all count alike however many images they have: images / (classes · images of the class),
    /// scikit-learn's <c>balanced</c>; 1 for a class without images.</summary>
    /// <exception cref="InvalidOperationException">The images have no labels.</exception>
    public double[] BalancedClassWeights()
    {
        if (_labels.IsEmpty) ShapeGuard.WrongOrder("Dataset", "BalancedClassWeights needs images with labels, found none.");
        long[] counts = new long[Classes];
        foreach (int label in Labels) counts[label]++;
        return Array.ConvertAll(counts, count => count == 0 ? 1 : Count / ((double)Classes * count));
    }

    /// <summary>A weight for each label, so that the images that have it count as much as those that have it not: those without it by those
    /// with it, for <c>BceWithLogitsLoss</c>; 1 for a label that no image has, or each.</summary>
    /// <returns>[labels].</returns>
    /// <exception cref="InvalidOperationException">The images have no targets [N, labels].</exception>
    public double[] BalancedPositiveWeights()
    {
        if (Targets is not { Shape.Rank: 2 })
            ShapeGuard.WrongOrder("Dataset", "BalancedPositiveWeights needs images with targets [N, labels], found none.");
        double[] sums = new double[Targets!.Shape[1]];
        for (int i = 0; i < Targets.Span.Length; i++) sums[i % sums.Length] += Targets.Span[i];
        return Array.ConvertAll(sums, sum => sum == 0 || sum == Count ? 1 : (Count - sum) / sum);
    }

    // Images with the same targets together. Where two sets had one hash, folds would only be a little less even.
    private IEnumerable<int[]> BySet(int[] order)
    {
        int size = Targets!.Shape.Tail().Length;
        long Hash(int image)
        {
            long hash = 0;
            foreach (float value in Targets.Span.Slice(image * size, size)) hash = hash * 1_000_003 + BitConverter.SingleToInt32Bits(value);
            return hash;
        }
        return order.GroupBy(Hash).Select(images => images.ToArray());
    }
}
