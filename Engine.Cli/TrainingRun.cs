using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
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
        var task = LearningTask.Of(settings.Task);
        TrainingData data = task.Load(settings);
        Normalization normalization = Normalization.Of(data.Train);

        Sequential<float> model = NamedModel.Build<float>(settings.Model, data.Train.ImageShape, task.Outputs(data.Train), settings.Threads, settings.Dropout);
        model.Initialize(SharedOptions.Initializations[settings.Init], settings.Seed);
        Optimizer<float> optimizer = settings.Optimizer.Create(model, settings.Threads);
        var train = new BatchSampler<float>(
            data.Train, normalization, settings.BatchSize, shuffle: true, new RandomGenerator(settings.Seed), AugmentSettings.Parse(settings.Augment).Create());
        var valid = new BatchSampler<float>(data.Valid, normalization, settings.ValidBatchSize, shuffle: false, random: null);
        BatchSampler<float>? test = data.Test is null ? null : new(data.Test, normalization, settings.ValidBatchSize, shuffle: false, random: null);

        var recorder = new Recorder<float>(task.Metric);
        var telemetry = settings.Telemetry ? new TelemetryCallback<float>() : null;
        var weights = new EpochWeights<float>();
        List<Callback<float>> callbacks = [new NanGuard<float>(), recorder, weights, settings.Schedule.Create(settings.Optimizer, train.Count, settings.Epochs),
            new EpochTable<float>(recorder, terminal)];
        if (telemetry is not null) callbacks.Add(telemetry);
        if (settings.Optimizer.ClipNorm is { } norm) callbacks.Add(new GradientClipping<float>(norm));
        if (terminal.ShowsProgress) callbacks.Add(new EpochBar<float>(terminal.Error));
        var learner = new Learner<float>(model, task.Loss(settings.LabelSmoothing), optimizer, train, valid, callbacks);

        OutputFolder? folder = settings.Out is null ? null : new(settings.Out);
        terminal.DescribeProcessor(settings.Threads);
        foreach (string warning in data.Warnings) terminal.Notice($"note: {warning}");
        if (settings.Recipe is { } recipe) terminal.Diagnose($"recipe {recipe}: {Recipe.Named(recipe).Options}");
        if (!interrupt.Token.IsCancellationRequested) learner.Fit(settings.Epochs, interrupt.Token);
        bool byHand = interrupt.Token.IsCancellationRequested, interrupted = (byHand || learner.StopReason is not null) && recorder.Epochs.Count < settings.Epochs;
        TestResult? result = null;
        LabelReport? labels = null;
        if (interrupted) weights.Restore();
        else if (test is not null)
            (result, labels) = (new(learner.Evaluate(test, task.Metric), task.Metric.Value), task.Examine(learner, data, valid, test));

        TrainReport report = TrainReport.Of(settings, data, normalization, interrupted, recorder.Epochs, result, labels, learner, telemetry?.Statistics);
        Print(report, task);
        if (report.Epochs.Count > 0) Save(model, report, folder);
        else folder?.RemoveIfNew();
        if (interrupted && !byHand) throw new InvalidDataException(learner.StopReason);       // the guard: something was not finite
        return interrupted ? ExitCode.Interrupted : ExitCode.Done;
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
        if (report.Interrupted) terminal.Notice(Interruption(report.Epochs.Count));
    }

    private string Interruption(int finished)
    {
        string kept = (finished, settings.Out) switch
        {
            (0, null) => "no epoch was finished",
            (0, _) => "no epoch was finished, so nothing is written",
            (_, null) => $"the weights above are those after epoch {finished}",
            _ => $"the weights after epoch {finished} are written",
        };
        return $"interrupted in epoch {finished + 1} of {settings.Epochs}: {kept}";
    }

    private static void Save(Sequential<float> model, TrainReport report, OutputFolder? folder)
    {
        if (folder is null) return;
        ModelFile.Save(model, folder.File("model.safetensors"), [.. ModelNotes.Of(report)]);
        ReportJson.Write(report, folder.File("train.json"));
    }
}
