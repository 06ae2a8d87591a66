namespace Scratch.Cli.Reports;

/// <summary>Whether the parts of a run fit each other: its file may come from anyone, and a page is drawn by its sizes.</summary>
internal static class RunCheck
{
    private const int MostBins = 4096, ShapeRank = 4;

    /// <summary>Looks at all sizes.</summary>
    /// <param name="run">What a file says.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">Two do not fit each other.</exception>
    public static void Check(RunData run, string path)
    {
        void Expect(bool isSo, string what)
        {
            if (!isSo) throw new InvalidDataException($"{path} is no report of a training: {what}.");
        }
        bool Fits(ImageData? image) => image is { Channels: > 0, Height: > 0, Width: > 0, Pixels: not null }
            && (Int128)image.Channels * image.Height * image.Width == image.Pixels.Length;
        Expect(NoneIsMissing(run), "a part of a list is missing");
        int classes = run.Data.Classes.Count;
        Expect(run.Steps.Every > 0 && run.Steps.TelemetryEvery > 0 && run.Metric.Length > 0, "its steps are none");
        if (run.Kernels is { } kernels)
            Expect(kernels.Shape.Length == ShapeRank && kernels.Shape.All(size => size > 0) && kernels.Before.Length == kernels.After.Length
                && kernels.Shape.Aggregate((Int128)1, (product, size) => product * size) == kernels.Before.Length,
                "its kernels do not fill their shape");
        if (run.Features is { } features)
        {
            Expect(Fits(features.Image) && features.Layers.All(layer => Fits(layer.Maps)), "an image does not fill its sizes");
            Expect(features.Layers.All(layer => layer.Size.Length == 2), "a map has no height and width");
        }
        if (run.Judged is { } judged)
        {
            Expect(judged.Confusion.Length == classes && judged.Confusion.All(row => row.Length == classes && row.All(count => count is >= 0 and
                <= int.MaxValue)), $"its confusion matrix is not one of {classes} classes");
            Expect(judged.Worst.All(image => Fits(image.Image)), "an image does not fill its sizes");
        }
        if (run.Activations is not { } activations) return;
        Expect(activations.Bins is > 0 and <= MostBins && activations.Layers.All(layer => layer.Histogram.Length == 0
            || layer.Histogram.Length == (long)activations.Bins * activations.Columns.Length) && activations.Low < activations.High,
            "its histograms do not fill their bins");
        Expect(Rises(activations.Iterations) && Rises(activations.Columns), "its steps do not rise from 0");
    }

    // The text has said that these are there, but not that what is in them is.
    private static bool NoneIsMissing(RunData run) => All(run.Data.Classes) && All(run.Data.Notes) && All(run.Epochs) && All(run.Steps.Parameters)
        && All(run.Activations?.Layers) && All(run.Features?.Layers) && All(run.Judged?.Confusion) && All(run.Judged?.Worst)
        && All(run.Summary.Layers) && All(run.Settings.Values);

    private static bool All<T>(IEnumerable<T>? list) where T : class => list is null || !list.Contains(null!);

    private static bool Rises(int[] numbers) => numbers.Length == 0 || (numbers[0] >= 0 && numbers.Zip(numbers.Skip(1)).All(pair => pair.First
        < pair.Second));
}
