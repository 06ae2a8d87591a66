using Scratch.Data;

namespace Scratch.Pictures;

/// <summary>How to train on pictures of which nothing is known but how many they are.</summary>
/// <remarks>
/// AdamW and one cycle of the learning rate: of what was tried on drawings this learns most in the fewest steps, and forgives a rate that is some
/// times too large. Small sets are seen often, in small batches, and changed a little each time; large ones seldom, in large batches.
/// </remarks>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="Epochs">How often every image is seen.</param>
/// <param name="BatchSize">Images a step.</param>
/// <param name="LearningRate">The largest rate of the cycle.</param>
/// <param name="Shift">By what share of its size an image is shifted at most.</param>
/// <param name="Degrees">By how much it is turned at most.</param>
/// <param name="Scale">By what share it is made larger or smaller at most.</param>
public sealed record TrainingChoice(string Model, int Epochs, int BatchSize, double LearningRate, double Shift, double Degrees, double Scale)
{
    private const int LeastEpochs = 5, MostEpochs = 100, UsualClasses = 10, ManyOfAClass = 5000;
    private const double ImagesSeen = 40_000;

    /// <summary>Chooses.</summary>
    /// <param name="images">How many there are to train with.</param>
    /// <param name="classes">How many classes they are of; more of them take more steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is below 1.</exception>
    public static TrainingChoice For(int images, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        int batchSize = images switch { < 200 => 8, < 500 => 16, < 4000 => 32, < 20_000 => 64, _ => 128 };
        double seen = ImagesSeen * Math.Max(1, (double)classes / UsualClasses);
        int epochs = (int)Math.Clamp(Math.Round(seen / images), LeastEpochs, MostEpochs);
        bool changes = images < (long)ManyOfAClass * classes;
        return new("lesson-bn", epochs, batchSize, 0.01, changes ? 0.1 : 0, changes ? 10 : 0, changes ? 0.1 : 0);
    }

    /// <summary>The changes of images.</summary>
    public IReadOnlyList<Augmentation> Augmentations() =>
        Shift + Degrees + Scale > 0 ? [new RandomAffine(Degrees, Shift, (1 - Scale, 1 + Scale))] : [];
}
