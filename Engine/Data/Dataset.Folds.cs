namespace Scratch.Data;

/// <content>Cross-validation, and what unequal classes take.</content>
public sealed partial class Dataset
{
    /// <summary>Parts images into folds of about the same share of each class, and gives for each fold the others to train with and itself to
    /// validate with. Copies the images of a fold when it is asked for.</summary>
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
        new Tensors.RandomGenerator(seed).Shuffle<int>(order);
        int[] foldOf = new int[Count];
        int next = 0;                                                        // goes on from class to class: so folds have one size, or one more
        foreach (int[] images in ByClass(order))
            foreach (int image in images) foldOf[image] = next++ % folds;
        return Enumerable.Range(0, folds).Select(fold => Parts(order, [.. foldOf.Select(own => own == fold)]));
    }

    /// <summary>These images and others behind them. Copies both.</summary>
    /// <param name="others">Of the same size and classes; of names only where all have some.</param>
    /// <exception cref="ArgumentException">They are of another size, of other classes or of another source, or have targets.</exception>
    public Dataset With(Dataset others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.ImageShape != ImageShape || others.Classes != Classes || Targets is not null || others.Targets is not null)
        {
            throw new ArgumentException(
                $"Dataset: {this} and {others} do not go together. Both need labels, the same classes and the same size.", nameof(others));
        }
        if (Source != others.Source)
        {
            throw new ArgumentException($"Dataset: {this} and {others} do not go together: images that are not in memory must come from one source.",
                nameof(others));
        }
        int[] labels = [.. Labels, .. others.Labels];
        string[] names = _names.Length == Count && others._names.Length == others.Count ? [.. ImageNames, .. others.ImageNames] : [];
        if (!IsInMemory) return new(this, (int[])[.. Places, .. others.Places], labels, null, names);
        byte[] pixels = [.. Pixels, .. others.Pixels];
        Dataset both = new(ImageShape.Prepend(Count + others.Count), pixels, labels, Classes);
        return new(both, both._labels, ClassNames, names);
    }

    /// <summary>A weight for each class, so that all count alike however many images they have: images / (classes · images of the class),
    /// scikit-learn's <c>balanced</c>; 1 for a class without images.</summary>
    /// <exception cref="InvalidOperationException">The images have no labels.</exception>
    public double[] BalancedClassWeights()
    {
        if (_labels.IsEmpty) Tensors.ShapeGuard.WrongOrder("Dataset", "BalancedClassWeights needs images with labels, found none.");
        long[] counts = new long[Classes];
        foreach (int label in Labels) counts[label]++;
        return Array.ConvertAll(counts, count => count == 0 ? 1 : Count / ((double)Classes * count));
    }
}
