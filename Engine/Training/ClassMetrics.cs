using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>How the numbers of single classes become one.</summary>
public enum Averaging
{
    /// <summary>The mean over the classes: each class counts alike.</summary>
    Macro,

    /// <summary>From the counts of all classes together: each image counts alike. With one label an image this is the accuracy.</summary>
    Micro,
}

/// <summary>A number that is made of each class's true positives, false positives and false negatives.</summary>
public abstract class ClassMetric<T> : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ClassMetric(int classes, Averaging averaging)
    {
        if (!Enum.IsDefined(averaging)) throw new ArgumentOutOfRangeException(nameof(averaging), averaging,
            $"{GetType().Name}: there is no such averaging.");
        (Matrix, Averaging) = (new(classes), averaging);
    }

    /// <summary>What it is worked out from.</summary>
    public ConfusionMatrix<T> Matrix { get; }

    /// <summary>How classes become one number.</summary>
    public Averaging Averaging { get; }

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            IEnumerable<int> classes = Enumerable.Range(0, Matrix.Classes);
            if (Matrix.Total == 0) return double.NaN;
            return Averaging == Averaging.Macro
                ? classes.Average(Of)
                : Of(classes.Sum(Matrix.TruePositives), classes.Sum(Matrix.FalsePositives), classes.Sum(Matrix.FalseNegatives));
        }
    }

    /// <summary>The number of one class; 0 where it would be a share of nothing, as scikit-learn has it.</summary>
    public double Of(int c) => Of(Matrix.TruePositives(c), Matrix.FalsePositives(c), Matrix.FalseNegatives(c));

    /// <inheritdoc/>
    public override void Reset() => Matrix.Reset();

    /// <inheritdoc/>
    public override void Exchange(SavedState state) => Matrix.Exchange(state);

    /// <inheritdoc/>
    protected internal override Action Remember() => Matrix.Remember();

    /// <inheritdoc/>
    public override void Add(Tensor<T> output, Batch<T> batch) => Matrix.Add(output, batch);

    private protected abstract double Of(long truePositives, long falsePositives, long falseNegatives);

    private protected static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}

/// <summary>Of the images taken for a class, the share that is of it.</summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="averaging">How they become one number.</param>
public sealed class Precision<T>(int classes, Averaging averaging = Averaging.Macro) : ClassMetric<T>(classes, averaging)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "precision";

    private protected override double Of(long truePositives, long falsePositives, long falseNegatives) =>
        Share(truePositives, truePositives + falsePositives);
}

/// <summary>Of the images of a class, the share that was taken for it.</summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="averaging">How they become one number.</param>
public sealed class Recall<T>(int classes, Averaging averaging = Averaging.Macro) : ClassMetric<T>(classes, averaging)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "recall";

    private protected override double Of(long truePositives, long falsePositives, long falseNegatives) =>
        Share(truePositives, truePositives + falseNegatives);
}

/// <summary>Precision and recall in one, recall beta times as important: (1 + beta²) · P · R / (beta² · P + R).</summary>
public sealed class FBeta<T> : ClassMetric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>F1 by default.</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="beta">How much more recall counts.</param>
    /// <param name="averaging">How classes become one number.</param>
    /// <exception cref="ArgumentOutOfRangeException">Beta is negative or not finite.</exception>
    public FBeta(int classes, double beta = 1, Averaging averaging = Averaging.Macro)
        : base(classes, averaging)
    {
        ShapeGuard.Finite(nameof(FBeta<>), beta, 0);
        Beta = beta;
    }

    /// <summary>How much more recall counts.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public override string Name => string.Create(null, $"f{Beta}");

    private protected override double Of(long truePositives, long falsePositives, long falseNegatives)
    {
        double square = Beta * Beta;
        return Share((1 + square) * truePositives, (1 + square) * truePositives + square * falseNegatives + falsePositives);
    }
}
