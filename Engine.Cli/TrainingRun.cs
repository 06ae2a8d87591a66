using Scratch.Data;
using Scratch.Losses;
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
        TrainingData data = TrainingData.Load(settings.Data);
        if (settings.TrainSize is { } size) data = data.WithTrainSize(size);
        Normalization normalization = Normalization.Of(data.Train);

        Sequential<float> model = NamedModel.Build<float>(settings.Model, data.Train.ImageShape, data.Train.Classes, settings.Threads);
        model.Initialize(SharedOptions.Initializations[settings.Init], settings.Seed);
        var optimizer = new Sgd<float>(
            model.ParameterVector, settings.LearningRate, settings.Momentum, settings.Dampening, settings.WeightDecay, settings.Nesterov) { Threads = settings.Threads };
        var train = new BatchSampler<float>(data.Train, normalization, settings.BatchSize, shuffle: true, new RandomGenerator(settings.Seed));
        var valid = new BatchSampler<float>(data.Valid, normalization, settings.ValidBatchSize, shuffle: false, random: null);
        var test = new BatchSampler<float>(data.Test, normalization, settings.ValidBatchSize, shuffle: false, random: null);

        var accuracy = new Accuracy<float>();
        var recorder = new Recorder<float>(accuracy);
        var telemetry = new TelemetryCallback<float>();
        var weights = new EpochWeights<float>();
        List<Callback<float>> callbacks = [new NanGuard<float>(), recorder, telemetry, weights, new EpochTable<float>(recorder, terminal)];
        if (terminal.ShowsProgress) callbacks.Add(new EpochBar<float>(terminal.Error));
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), optimizer, train, valid, callbacks);

        OutputFolder? folder = settings.Out is null ? null : new(settings.Out);
        terminal.DescribeProcessor(settings.Threads);
        if (!interrupt.Token.IsCancellationRequested) learner.Fit(settings.Epochs, interrupt.Token);
        bool byHand = interrupt.Token.IsCancellationRequested, interrupted = (byHand || learner.StopReason is not null) && recorder.Epochs.Count < settings.Epochs;
        TestResult? result = null;
        if (interrupted) weights.Restore();
        else result = new(learner.Evaluate(test, accuracy), accuracy.Value);

        TrainReport report = TrainReport.Of(settings, data, normalization, interrupted, recorder.Epochs, result, learner, telemetry.Statistics);
        Print(report);
        if (report.Epochs.Count > 0) Save(model, report, folder);
        else folder?.RemoveIfNew();
        if (interrupted && !byHand) throw new InvalidDataException(learner.StopReason);       // the guard: something was not finite
        return interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private void Print(TrainReport report)
    {
        if (report.Test is var (loss, accuracy)) terminal.WriteLine($"test loss {loss:F4}, accuracy {accuracy:F4}");
        if (report.Epochs.Count > 0)
        {
            terminal.WriteLine($"telemetry {report.TelemetryCount.Sum} entries per layer");
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
