namespace Scratch.Cli.Reports;

/// <summary>Losses, accuracies, and what was set, by epoch and by batch.</summary>
internal static class LearningFigures
{
    private const int SmoothShare = 15;                                      // of an epoch's batches are smoothed together

    /// <summary>Adds two sections.</summary>
    public static void Add(PageWriter page, RunData run)
    {
        StepData steps = run.Steps;
        page.Section("learning", "Learning", "Loss is what training makes small; accuracy is what one wants. Validation images are "
            + "never trained with: where their "
            + "loss rises while the other falls, the network learns images by heart.");
        page.BeginGrid();
        page.Chart("loss-by-epoch", new("Loss by epoch", "epoch", "mean loss")
        {
            Lines = [ByEpoch(run, "training", "s1", epoch => epoch.TrainLoss), ByEpoch(run, "validation", "s0", epoch => epoch.ValidLoss)],
        }, "The training loss is a mean over the epoch, of a network that got better meanwhile; the validation loss is taken at its end. So the "
            + "first may lie above the second.");
        page.Chart("accuracy-by-epoch", new($"{Capital(run.Metric)} by epoch", "epoch", run.Metric)
        {
            Lines = [ByEpoch(run, "training", "s1", epoch => epoch.TrainAccuracy), ByEpoch(run, "validation", "s0", epoch => epoch.ValidAccuracy)],
        }, "The share of right answers. By chance it would be one in the number of classes.");
        page.Chart("loss-by-batch", ByBatch(steps, "Loss by batch", "loss", "s1", steps.Loss, steps.Every, (0, null)),
            "Faint: each batch as it came. Strong: smoothed over a fifteenth of an epoch. Dotted lines stand where epochs end.");
        if (steps.Accuracy.Length > 0)
        {
            page.Chart("accuracy-by-batch", ByBatch(steps, $"{Capital(run.Metric)} by "
                + $"batch", run.Metric, "s1", steps.Accuracy, steps.TelemetryEvery, (0, 1)),
                "Each batch before the step that learns from it, so of images that this epoch has not shown yet.");
        }
        page.EndGrid();
        page.Section("schedule", "Schedule", "How long the steps were, and how much of each went on into the next.");
        page.BeginGrid();
        page.Chart("learning-rate", new("Learning rate", "step", "learning rate")
        {
            Lines = [Line.OfSteps("", "s2", steps.LearningRate, steps.Every)], Marks = EpochEnds(steps), Range = (0, null),
        }, "What each gradient is multiplied by. Too small wastes time; too large makes the loss jump, and then explode.");
        if (steps.Momentum.Length > 0)
        {
            page.Chart("momentum", new("Momentum", "step", "momentum")
            {
                Lines = [Line.OfSteps("", "s3", steps.Momentum, steps.TelemetryEvery)], Marks = EpochEnds(steps), Range = (0, 1),
            }, "The share of the last step that goes on into the next: 0 is none, 0.9 is a mean of about ten steps. For Adam it is its first beta.");
        }
        page.EndGrid();
    }

    /// <summary>A number of every epoch.</summary>
    public static Line ByEpoch(RunData run, string name, string color, Func<EpochLine, double> of) =>
        new(name, color, [.. run.Epochs.Select(epoch => (double)epoch.Epoch)], [.. run.Epochs.Select(of)]) { HasMarks = run.Epochs.Count <= 30 };

    /// <summary>How many points to smooth together.</summary>
    public static int Smoothing(StepData steps, long every) => (int)Math.Max(steps.PerEpoch / every / SmoothShare, 1);

    /// <summary>Where epochs end, while there is room to show it.</summary>
    public static IReadOnlyList<double> EpochEnds(StepData steps)
    {
        int epochs = (int)(steps.Loss.Length * steps.Every / Math.Max(steps.PerEpoch, 1));
        return epochs > 20 ? [] : [.. Enumerable.Range(1, Math.Max(epochs, 0)).Select(epoch => (double)epoch * steps.PerEpoch)];
    }

    private static LineChart ByBatch(StepData steps, string title, string what, string color, float[] values, long every, (double?, double?) range)
    {
        var raw = Line.OfSteps("", color, values, every);
        return new(title, "step", what) { Lines = [raw with { IsFaint = true }, raw.Smoothed(Smoothing(steps, every))], Marks = EpochEnds(steps),
            Range = range };
    }

    private static string Capital(string word) => $"{char.ToUpperInvariant(word[0])}{word[1..]}";
}
