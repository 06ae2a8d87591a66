using System.Runtime.ExceptionServices;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>One training from the images to the saved weights: the engine's parts put together.</summary>
/// <param name="settings">What to do.</param>
/// <param name="terminal">Where to say what came of it.</param>
internal sealed class TrainingRun(TrainSettings settings, Terminal terminal)
{
    /// <summary>Trains, tests, prints and writes.</summary>
    /// <param name="cancellation">Stops it, as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(CancellationToken cancellation)
    {
        using var interrupt = new Interrupt(cancellation);
        if (settings.Out is not null) OutputFolder.Check(settings.Out, settings.Overwrite);       // at once; and again when the folder is ours
        var task = LearningTask.Of(settings.Task);
        TrainingData data = task.Load(settings, terminal.Diagnose);
        Normalization normalization = Normalization.Of(data.Train);

        Sequential<float> model = NamedModel.Build<float>(settings.Model, data.Train.ImageShape, task.Outputs(data.Train), settings.Threads, settings.Dropout);
        model.Initialize(SharedOptions.Initializations[settings.Init], settings.Seed);
        Optimizer<float> optimizer = settings.Optimizer.Create(model, settings.Threads);
        var train = new BatchSampler<float>(
            data.Train, normalization, settings.BatchSize, shuffle: true, new RandomGenerator(settings.Seed), AugmentSettings.Parse(settings.Augment).Create(),
            Enum.Parse<LastBatch>(settings.LastBatch, ignoreCase: true));
        var valid = new BatchSampler<float>(data.Valid, normalization, settings.ValidBatchSize, shuffle: false, random: null);
        var test = new BatchSampler<float>(data.Test, normalization, settings.ValidBatchSize, shuffle: false, random: null);

        var recorder = new Recorder<float>(task.Metric);
        var telemetry = settings.Telemetry ? new TelemetryCallback<float>() : null;
        var weights = new EpochWeights<float>();
        var divergence = new Divergence<float>(recorder, terminal);
        List<Callback<float>> callbacks = [new NanGuard<float>(), recorder, weights, settings.Schedule.Create(settings.Optimizer, train.Count, settings.Epochs),
            new EpochTable<float>(recorder, settings.Json ? terminal.Error : terminal.Output), divergence];
        if (telemetry is not null) callbacks.Add(telemetry);
        if (settings.Optimizer.ClipNorm is { } norm) callbacks.Add(new GradientClipping<float>(norm));
        if (terminal.ShowsProgress) callbacks.Add(new EpochBar<float>(terminal.Error));
        using OutputFolder? folder = settings.Out is null ? null : new(settings.Out, settings.Overwrite);
        TestResult? result = null;
        LabelReport? labels = null;
        Learner<float> learner = null!;                                      // made of the callbacks, and one of them speaks of it
        if (folder is not null)
            callbacks.Add(new EpochFiles<float>(() => Save(model, Report(interrupted: true, statistics: null), folder), terminal));
        learner = new(model, task.Loss(settings.LabelSmoothing), optimizer, train, valid, callbacks);

        terminal.DescribeProcessor(settings.Threads);
        if (settings.Recipe is { } recipe) terminal.Diagnose($"recipe {recipe}: {Recipe.Named(recipe).Options}");
        ExceptionDispatchInfo? failure = null;
        try
        {
            if (!interrupt.Token.IsCancellationRequested) learner.Fit(settings.Epochs, interrupt.Token);
            if (recorder.Epochs.Count == settings.Epochs)
            {
                result = new(learner.Evaluate(test, task.Metric), task.Metric.Value);
                labels = task.Examine(learner, data, valid, test);
            }
        }
        catch (Exception e)                                                  // any: what is finished is kept first
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }
        bool byHand = interrupt.Token.IsCancellationRequested, interrupted = recorder.Epochs.Count < settings.Epochs;
        if (interrupted) weights.Restore();

        TrainReport report = Report(interrupted, telemetry?.Statistics);
        bool isWritten = report.Epochs.Count > 0 && folder is not null;
        try
        {
            if (isWritten) Save(model, report, folder!);
        }
        catch (Exception e)                                                  // any: what was learned is at least printed
        {
            failure ??= ExceptionDispatchInfo.Capture(e);
            isWritten = false;
        }
        if (settings.Json) terminal.WriteText(ReportJson.Text(report));
        else Print(report, task);
        if (interrupted) terminal.Notice(Interruption(report.Epochs.Count, isWritten));
        failure?.Throw();
        if (interrupted && !byHand) throw new InvalidDataException(learner.StopReason);       // the guard: something was not finite
        return interrupted ? ExitCode.Interrupted : ExitCode.Done;

        TrainReport Report(bool interrupted, ActivationStatistics<float>? statistics) =>
            TrainReport.Of(settings, data, normalization, interrupted, divergence.Epoch, recorder.Epochs, result, labels, learner, statistics);
    }

    private void Print(TrainReport report, LearningTask task)
    {
        if (report.Test is var (loss, accuracy)) terminal.WriteLine($"test loss {loss:F4}, {task.Metric.Name} {accuracy:F4}");
        report.Labels?.Print(terminal);
        if (report.Epochs.Count > 0)
        {
            if (settings.Telemetry) terminal.WriteLine($"telemetry {report.TelemetryCount.Sum} entries per layer");
            terminal.WriteLine($"speed {report.Speed.ImagesPerSecond:N0} images/s: {report.Speed.Images:N0} images in {report.Speed.TrainSeconds:F3} s of training, "
                + $"{report.Speed.Seconds:F3} s with validation");
            terminal.WriteLine($"weights {report.Weights}");
        }
    }

    private string Interruption(int finished, bool isWritten)
    {
        string kept = finished == 0 ? settings.Out is null ? "no epoch was finished" : "no epoch was finished, so nothing is written"
            : isWritten ? $"the weights after epoch {finished} are written" : $"the weights above are those after epoch {finished}";
        return $"interrupted in epoch {finished + 1} of {settings.Epochs}: {kept}";
    }

    private static void Save(Sequential<float> model, TrainReport report, OutputFolder folder)
    {
        ModelFile.Save(model, folder.File(OutputFolder.Model), [.. ModelNotes.Of(report)]);
        ReportJson.Write(report, folder.File(OutputFolder.Report));
    }
}
