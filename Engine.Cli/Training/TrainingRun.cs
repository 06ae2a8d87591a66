using System.Runtime.ExceptionServices;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>One training from the images to the saved weights.</summary>
/// <param name="settings">What to do.</param>
/// <param name="terminal">Where to say what came of it.</param>
/// <param name="choose">What to do in place of it with such images, and the command line that says so; nothing where it is right as it is.</param>
internal sealed class TrainingRun(TrainSettings settings, Terminal terminal, Func<TrainingData, (TrainSettings Settings, string CommandLine)?> choose)
{
    /// <summary>Trains, tests, prints and writes.</summary>
    /// <param name="cancellation">Stops it, as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellation)
    {
        using var interrupt = new Interrupt(cancellation);
        bool overwrite = settings.Overwrite || settings.Checkpoints.From is not null;             // a training that goes on replaces its own files
        if (settings.Out is not null) OutputFolder.Check(settings.Out, overwrite);                // at once; and again when the folder is ours
        Task rehearsal = Rehearsal.Begin(settings);
        (settings, LearningTask task, TrainingData data) = Prepared(settings, terminal, choose);
        using OutputFolder? folder = settings.Out is null ? null : new(settings.Out, overwrite);
        rehearsal.Wait(CancellationToken.None);
        using CheckpointFolder? checkpoints = settings.Checkpoints.Open();
        var parts = new TrainingParts(settings, task, data, folder, terminal, checkpoints);

        if (!settings.Quiet) Describe(data, parts);
        ExceptionDispatchInfo? failure = Caught(() => parts.Fit(interrupt.Token));                // what is finished is kept first
        if (settings.Checkpoints.From is not null && !parts.Learner.IsResumed) failure?.Throw();  // nothing was trained, and nothing is to be written
        bool byHand = interrupt.Token.IsCancellationRequested, interrupted = !parts.IsComplete;
        if (interrupted) parts.Restore();

        TrainReport report = parts.Report(interrupted, withTelemetry: true);
        bool isWritten = report.Epochs.Count > 0 && folder is not null;
        if (isWritten && Caught(() => Save(parts, report, folder!)) is { } unwritten)              // what was learned is at least printed
        {
            failure ??= unwritten;
            isWritten = false;
        }
        if (settings.Json) terminal.WriteText(ReportJson.Line(report));
        else Print(report, task);
        if (interrupted) terminal.Notice(Interruption(report.Epochs.Count, isWritten));
        if (interrupted && checkpoints is not null) terminal.Notice(settings.Checkpoints.WayOn(parts.LastCheckpoint));
        failure?.Throw();
        if (interrupted && !byHand) throw new InvalidDataException(parts.Learner.StopReason);     // the guard: something was not finite
        return interrupted ? interrupt.ExitCode : ExitCode.Done;
    }

    /// <summary>Loads the images, says at once what is not right with them, and settles what is to be done with them.</summary>
    internal static (TrainSettings Settings, LearningTask Task, TrainingData Data) Prepared(
        TrainSettings settings, Terminal terminal, Func<TrainingData, (TrainSettings Settings, string CommandLine)?> choose)
    {
        TrainingData data = LearningTask.Of(settings.Task).Load(settings);
        foreach (string warning in data.Warnings) terminal.Notice($"note: {warning}");            // at once: it may be why the rest fails
        if (choose(data) is var (chosen, words))
        {
            settings = chosen with { Checkpoints = settings.Checkpoints };
            terminal.Diagnose($"chosen for {Amount.Of(data.Train.Count, "image")} of {Amount.OfClasses(data.Train.ClassNames!.Count)}: {words}");
        }
        settings.CheckEpochs();
        var task = LearningTask.Of(settings.Task);
        task.Check(data, settings);
        return (settings, task, data);
    }

    private void Describe(TrainingData data, TrainingParts parts)
    {
        foreach (string line in data.Summary) terminal.Diagnose(line);
        terminal.DescribeProcessor(settings.Threads);
        terminal.Diagnose(TrainingMemory.Of(settings, data, parts).Line);
        if (parts.Tuned is { } tuned) terminal.Diagnose(tuned.Line);
        if (settings.Recipe is { } recipe) terminal.Diagnose($"recipe {recipe}: {Recipe.Named(recipe).Options}");
    }

    private static void Save(TrainingParts parts, TrainReport report, OutputFolder folder)
    {
        Task page = Task.Run(() => parts.SavePage(report, folder));          // beside the disk's work
        ExceptionDispatchInfo? failure = Caught(() => parts.Save(report, folder)) ?? Caught(() => page.GetAwaiter().GetResult());
        Caught(page.Wait);
        failure?.Throw();
    }

    private static ExceptionDispatchInfo? Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e)                                                  // any: it is thrown again when there is nothing left to lose
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    private void Print(TrainReport report, LearningTask task)
    {
        if (report.StoppedEarly is { } reason) terminal.WriteLine($"stopped early after epoch {report.Epochs.Count}: {reason}");
        if (report.Averaged is var (validLoss, validAccuracy))
            terminal.WriteLine($"averaged weights: valid loss {validLoss:F4}, {task.Metric.Name} {validAccuracy:F4}");
        if (report.Test is var (loss, accuracy)) terminal.WriteLine($"test loss {loss:F4}, {task.Metric.Name} {accuracy:F4}");
        foreach (MetricColumn column in report.Metrics)
            if (column.Test is { } number) terminal.WriteLine($"test {column.Name} {number:F4}");
        report.Labels?.Print(terminal);
        if (report.Epochs.Count > 0)
        {
            if (settings.Telemetry) terminal.WriteLine($"telemetry {report.TelemetryCount.Sum} entries per layer");
            terminal.WriteLine($"speed {report.Speed.ImagesPerSecond:N0} images/s: {report.Speed.Images:N0} in {report.Speed.TrainSeconds:F3} s "
                + $"of training, {report.Speed.Seconds:F3} s with validation");
            terminal.WriteLine($"weights {report.Weights}");
        }
    }

    private string Interruption(int finished, bool isWritten)
    {
        string kept = finished == 0 ? settings.Out is null ? "no epoch was finished" : "no epoch was finished, so nothing is written"
            : isWritten ? $"the weights after epoch {finished} are written" : $"the weights above are those after epoch {finished}";
        return $"interrupted in epoch {finished + 1} of {settings.Epochs}: {kept}";
    }
}
