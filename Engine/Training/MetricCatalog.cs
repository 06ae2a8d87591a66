using System.Globalization;
using System.Numerics;

namespace Scratch.Training;

/// <summary>The metrics that go by a name.</summary>
public static class MetricCatalog
{
    private const string TopPrefix = "top-";

    /// <summary>For one label an image; <c>top-5</c> stands for any number.</summary>
    public static IReadOnlyList<string> Names { get; } = ["accuracy", "top-5", "precision", "recall", "f1", "f2", "roc-auc", "average-precision"];

    /// <summary>For many labels an image.</summary>
    public static IReadOnlyList<string> ManyLabelsNames { get; } = ["subset-accuracy", "roc-auc", "average-precision"];

    /// <summary>Makes one. Of several classes each counts alike.</summary>
    /// <param name="name">One of <see cref="Names"/> or <see cref="ManyLabelsNames"/>.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentException">There is no such metric.</exception>
    public static Metric<T> Build<T>(string name, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
    {
        "accuracy" => new Accuracy<T>(),
        "precision" => new Precision<T>(classes),
        "recall" => new Recall<T>(classes),
        "f1" => new FBeta<T>(classes),
        "f2" => new FBeta<T>(classes, beta: 2),
        "roc-auc" => new RocAuc<T>(),
        "average-precision" => new AveragePrecision<T>(),
        "subset-accuracy" => new SubsetAccuracy<T>(),
        _ => name.StartsWith(TopPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(TopPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int k) && k > 0
            ? new TopKAccuracy<T>(k)
            : throw new ArgumentException($"there is no metric '{name}'. Metrics: {string.Join(", ", Names.Union(ManyLabelsNames))}.", nameof(name)),
    };
}
