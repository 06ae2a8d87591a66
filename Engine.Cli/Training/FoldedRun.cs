using Scratch.Data;

namespace Scratch.Cli;

/// <summary>What one number came to over all folds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Folds">In each.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation, of a sample.</param>
internal sealed record FoldNumber(string Name, IReadOnlyList<double> Folds, double Mean, double Deviation)
{
    /// <summary>Works out mean and deviation.</summary>
    public static FoldNumber Of(string name, IReadOnlyList<double> folds)
    {
        double mean = folds.Average();
        return new(name, folds, mean, Math.Sqrt(folds.Sum(value => (value - mean) * (value - mean)) / (folds.Count - 1)));
    }
}

/// <summary>What <c>train --folds</c> says.</summary>
internal sealed record FoldReport(TrainSettings Settings, int Images, IReadOnlyList<FoldNumber> Numbers);

/// <summary>As many trainings as there are folds, each validated with the part of the images that it did not see.</summary>
/// <param name="settings">What to do in each.</param>
/// <param name="terminal">Where to say what came of it.</param>
/// <param name="choose">As for <see cref="TrainingRun"/>.</param>
internal sealed class FoldedRun(TrainSettings settings, Terminal terminal, Func<TrainingData, (TrainSettings Settings, string CommandLine)?> choose)
{
    /// <summary>Trains, and prints.</summary>
    /// <param name="cancellation">Stops it, as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellation)
    {
        using var interrupt = new Interrupt(cancellation);
        (settings, LearningTask task, TrainingData data) = TrainingRun.Prepared(settings, terminal, choose);
        if (!settings.Quiet)
        {
            foreach (string loaded in data.Summary) terminal.Diagnose(loaded);
            terminal.DescribeProcessor(settings.Threads);
        }
        Dataset all = data.Train.With(data.Valid);
        int folds = settings.Extras.Folds!.Value;
        if (all.Count < folds) throw new InvalidDataException($"--folds is {folds}, and there are {Amount.Of(all.Count, "image")}.");
        List<IReadOnlyList<(string Name, double Value)>> results = [];
        foreach (var (train, valid) in all.Folds(folds, settings.Seed))
        {
            if (!settings.Quiet) Say($"fold {results.Count + 1} of {folds}: {train.Count} images to train with, {valid.Count} to validate with");
            var parts = new TrainingParts(settings, task, data with { Train = train, Valid = valid, Test = null }, folder: null, terminal);
            parts.Fit(interrupt.Token);
            if (interrupt.Token.IsCancellationRequested)
            {
                terminal.Notice($"interrupted in fold {results.Count + 1} of {folds}: there is no mean yet");
                return interrupt.ExitCode;
            }
            if (!parts.IsComplete) throw new InvalidDataException(parts.Learner.StopReason);
            results.Add(parts.Validate());
        }
        var report = new FoldReport(settings, all.Count,
            [.. results[0].Select((number, i) => FoldNumber.Of(number.Name, [.. results.Select(result => result[i].Value)]))]);
        if (settings.Json) terminal.WriteText(ReportJson.Line(report));
        foreach (FoldNumber number in report.Numbers)
            Say($"{number.Name} {number.Mean:F4} +- {number.Deviation:F4}, from {number.Folds.Min():F4} to {number.Folds.Max():F4} in {folds} folds");
        return ExitCode.Done;
    }

    private void Say(string line)
    {
        if (settings.Json) terminal.Diagnose(line);
        else terminal.WriteLine(line);
    }
}
