namespace Scratch.Cli.Reports;

/// <summary>How long the gradients were, and how far they moved the weights.</summary>
internal static class GradientFigures
{
    private const int Most = 12, Colors = 8;
    private const double Usual = 1e-3;

    /// <summary>Adds a section.</summary>
    public static void Add(PageWriter page, RunData run)
    {
        // a bias starts at zero, and its ratio says nothing: weights are shown, the file has all
        ParameterSeries[] weights = [.. run.Steps.Parameters.Where(parameter => parameter.Name.EndsWith("weight", StringComparison.Ordinal))];
        if (weights.Length == 0) weights = [.. run.Steps.Parameters];
        ParameterSeries[] shown = weights.Length <= Most ? weights : [.. Enumerable.Range(0,
            Most).Select(i => weights[i * (weights.Length - 1) / (Most - 1)])];
        page.Section("gradients", "Gradients and steps", "Both axes upwards are logarithmic: a line further up is ten times as much. Violet lines "
            + "are layers near the image. "
            + (shown.Length < run.Steps.Parameters.Count ? $"Of {run.Steps.Parameters.Count} parameters {shown.Length} weights "
            + "are shown; report.json has all." : ""));
        page.BeginGrid();
        page.Chart("gradient-norms", Of(run, shown, "Length of the gradient", "length", parameter => parameter.GradientNorm),
            "The root of the sum of squares, before any clipping. Where it shrinks by tens from layer to layer towards the image, the first layers "
                + "hardly learn: gradients vanish. Where it leaps, they explode.");
        LineChart ratios = Of(run, shown, "Step as a share of the weight", "share", parameter => parameter.UpdateRatio);
        Line usual = new("1e-3, a rule of "
            + "thumb", "s6", [0, (run.Steps.Loss.Length - 1) * (double)run.Steps.Every], [Usual, Usual]) { IsDashed = true };
        page.Chart("update-ratios", ratios with { Lines = [.. ratios.Lines, usual] },
            "The length of each step over the length of the weight it moves. Far above a hundredth a layer is torn about; far below a "
                + "ten-thousandth it stands still.");
        page.EndGrid();
    }

    private static LineChart Of(RunData run, ParameterSeries[] shown, string title, string what, Func<ParameterSeries, float[]> of) => new(title,
        "step", what)
    {
        IsLogarithmic = true,
        Marks = LearningFigures.EpochEnds(run.Steps),
        Lines = [.. shown.Select((parameter, i) => Line.OfSteps(parameter.Name, $"d{(shown.Length == 1 ? 0 : i * (Colors - 1) / (shown.Length - 1))}",
            of(parameter), run.Steps.TelemetryEvery).Smoothed(LearningFigures.Smoothing(run.Steps, run.Steps.TelemetryEvery)))],
    };
}
