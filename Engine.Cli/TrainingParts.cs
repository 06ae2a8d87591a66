using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What a training is made of: images, model, optimiser, who looks on, and what came of it so far.</summary>
internal sealed class TrainingParts
{
    private readonly TrainSettings _settings;
    private readonly LearningTask _task;
    private readonly TrainingData _data;
    private readonly Normalization _normalization;
    private readonly BatchSampler<float> _valid;
    private readonly BatchSampler<float>? _test;
    private readonly Recorder<float> _recorder;
    private readonly EpochWeights<float> _weights = new();
    private readonly Divergence<float> _divergence;
    private readonly TelemetryCallback<float>? _telemetry;
    private readonly RunRecorder? _run;                                      // where there is to be a report
    private TestResult? _result;
    private LabelReport? _labels;

    /// <summary>Puts them together.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="task">What is learned.</param>
    /// <param name="data">From which images.</param>
    /// <param name="folder">Where to write to after every epoch; nowhere if null.</param>
    /// <param name="terminal">Where to say what every epoch came to.</param>
    public TrainingParts(TrainSettings settings, LearningTask task, TrainingData data, OutputFolder? folder, Terminal terminal)
    {
        (_settings, _task, _data, _normalization) = (settings, task, data, Normalization.Of(data.Train));
        Model<float> model = NamedModel.Build<float>(settings.Model, data.Train.ImageShape, task.Outputs(data.Train),
            settings.Threads, settings.Convolution, settings.Dropout);
        model.Initialize(SharedOptions.Initializations[settings.Init], settings.Seed);
        Optimizer<float> optimizer = settings.Optimizer.Create(model, settings.Threads);
        var train = new BatchSampler<float>(
            data.Train, _normalization, settings.BatchSize, shuffle: true, new RandomGenerator(settings.Seed),
            AugmentSettings.Parse(settings.Augment).Create(), Enum.Parse<LastBatch>(settings.LastBatch, ignoreCase: true));
        _valid = new(data.Valid, _normalization, settings.ValidBatchSize, shuffle: false, random: null);
        _test = data.Test is null ? null : new(data.Test, _normalization, settings.ValidBatchSize, shuffle: false, random: null);

        _recorder = new(task.Metric);
        _divergence = new(_recorder, terminal);
        if (folder is not null)
            _run = new(model, LearningTask.Of(settings.Task).Metric, task is OneLabelTask ? data.Train.ClassNames : null, settings.Telemetry);
        if (settings.Telemetry) _telemetry = new(_run is null ? null : RunRecorder.Options(model));
        Learner = new(model, task.Loss(settings.LabelSmoothing), optimizer, train, _valid, Callbacks(train.Count, folder, terminal));
    }

    /// <summary>Who trains.</summary>
    public Learner<float> Learner { get; }

    /// <summary>How many epochs are finished.</summary>
    public int Finished => _recorder.Epochs.Count;

    /// <summary>Trains, and if all epochs are finished, tests.</summary>
    public void Fit(CancellationToken cancellation)
    {
        if (!cancellation.IsCancellationRequested) Learner.Fit(_settings.Epochs, cancellation);
        if (Finished < _settings.Epochs) return;
        if (_test is null && _run is not null) Learner.Evaluate(_valid, [.. _run.Metrics]);
        if (_test is null) return;
        _result = new(Learner.Evaluate(_test, [_task.Metric, .. _run?.Metrics ?? []]), _task.Metric.Value);
        _labels = _task.Examine(Learner, _data, _valid, _test);
    }

    /// <summary>Puts the model back to the end of the last finished epoch.</summary>
    public void Restore() => _weights.Restore();

    /// <summary>Everything that there is to say now.</summary>
    public TrainReport Report(bool interrupted, bool withTelemetry) => TrainReport.Of(
        _settings, _data, _normalization, interrupted, _divergence.Epoch, _recorder.Epochs, _result, _labels, Learner,
        withTelemetry ? _telemetry?.Statistics : null);

    /// <summary>Writes weights and report.</summary>
    public void Save(TrainReport report, OutputFolder folder)
    {
        ModelFile.Save(Learner.Model, folder.File(OutputFolder.Model), TrainingNotes.Of(report).ToMetadata());
        ReportJson.Write(report, folder.File(OutputFolder.Report));
    }

    /// <summary>Writes the page of the run and its data, after <see cref="Save"/>.</summary>
    public void SavePage(TrainReport report, OutputFolder folder)
    {
        RunData run = _run!.Gather(folder.Name, report, _task.Metric.Name, _data, _recorder, Learner, _telemetry?.Statistics);
        Task data = Task.Run(() => RunJson.Write(run, folder.File(RunFile.Data)));
        ReportCommand.Write(folder.File(RunFile.Page), ReportPage.Of(run));
        data.GetAwaiter().GetResult();
    }

    private List<Callback<float>> Callbacks(int batches, OutputFolder? folder, Terminal terminal)
    {
        List<Callback<float>> callbacks =
        [
            new NanGuard<float>(), _recorder, _weights, _settings.Schedule.Create(_settings.Optimizer, batches, _settings.Epochs),
            _divergence,
        ];
        if (!_settings.Quiet) callbacks.Add(new EpochTable<float>(_recorder, _settings.Json ? terminal.Error : terminal.Output));
        if (_telemetry is not null) callbacks.Add(_telemetry);
        if (_run?.Steps is { } steps) callbacks.Add(steps);
        if (_settings.Optimizer.ClipNorm is { } norm) callbacks.Add(new GradientClipping<float>(norm));
        if (terminal.ShowsProgress && !_settings.Quiet) callbacks.Add(new EpochBar<float>(terminal.Error));
        if (folder is not null) callbacks.Add(new EpochFiles<float>(() => Save(Report(interrupted: true, withTelemetry: false), folder), terminal));
        return callbacks;
    }
}
