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
    private const int MostSteps = 1 << 16;                                   // whose losses and rates are kept: far more than a curve shows
    private const int EpochBytes = 256;                                      // of a report, with its lists of a metric or two

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
    private readonly Metric<float>[] _metrics;
    private readonly EarlyStopping<float>? _stopping;
    private readonly IReadOnlyList<Callback<float>> _extras;
    private TestResult? _result, _averaged;
    private double[] _tested = [];
    private readonly RunRecorder? _run;                                      // where there is to be a report
    private LabelReport? _labels;
    private CheckpointWriter<float>? _checkpoints;

    /// <summary>Puts them together.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="task">What is learned.</param>
    /// <param name="data">From which images.</param>
    /// <param name="folder">Where to write to after every epoch; nowhere if null.</param>
    /// <param name="terminal">Where to say what every epoch came to.</param>
    /// <param name="checkpoints">Where it is written down, so that one can go on with it; nowhere if null.</param>
    public TrainingParts(TrainSettings settings, LearningTask task, TrainingData data, OutputFolder? folder, Terminal terminal,
        CheckpointFolder? checkpoints = null)
    {
        (_settings, _task, _data, _normalization) = (settings, task, data, PixelSettings.Of(settings.Normalize, data.Train));
        Model<float> model = NamedModel.Build<float>(settings.Model, data.Train.ImageShape, task.Outputs(data.Train),
            settings.Threads, settings.Convolution, settings.Dropout);
        model.Initialize(SharedOptions.Initializations[settings.Init], settings.Seed);
        Tuned = settings.Tuning.Begin(model);
        Optimizer<float> optimizer = settings.Optimizer.Create(model, settings.Threads, settings.Tuning);
        var train = new BatchSampler<float>(
            data.Train, _normalization, settings.BatchSize, shuffle: true, new RandomGenerator(settings.Seed),
            AugmentSettings.Parse(settings.Augment).Create(), Enum.Parse<LastBatch>(settings.LastBatch, ignoreCase: true),
            AugmentSettings.Parse(settings.Augment).Mixings());
        _valid = new(data.Valid, _normalization, settings.ValidBatchSize, shuffle: false, random: null);
        _test = data.Test is null ? null : new(data.Test, _normalization, settings.ValidBatchSize, shuffle: false, random: null);

        int outputs = task.Outputs(data.Train);
        _metrics = [task.Metric, .. settings.Extras.Build(outputs).Where(metric => metric.Name != task.Metric.Name)];
        _recorder = new(_metrics) { MostSteps = MostSteps };
        string monitored = settings.Extras.Monitored(outputs);
        (_extras, _stopping) = settings.Extras.Create(_recorder, monitored);
        if (settings.Tuning.Unfreezing(model) is { } unfreezing) _extras = [.. _extras, unfreezing];
        _divergence = new(_recorder, settings.Epochs, settings.Optimizer.LearningRate, terminal);
        if (folder is not null)
            _run = new(model, LearningTask.Of(settings.Task).Metric, task is OneLabelTask ? data.Train.ClassNames : null, settings.Telemetry);
        if (settings.Telemetry) _telemetry = new(_run is null ? null : RunRecorder.Options(model));
        Learner = new(model, task.Loss(settings.LabelSmoothing, settings.Extras.WeightsFor(data.Train)), optimizer, train, _valid,
            Callbacks(train.Count, folder, terminal, monitored, checkpoints));
    }

    /// <summary>Who trains.</summary>
    public Learner<float> Learner { get; }

    /// <summary>What was taken from another model; nothing where it began anew.</summary>
    public FineTuned? Tuned { get; }

    /// <summary>How many epochs are finished.</summary>
    public int Finished => _recorder.Epochs.Count;

    /// <summary>The checkpoint that was written last; none if null.</summary>
    public string? LastCheckpoint => _checkpoints?.Written;

    /// <summary>Whether the training came to its end: that of its epochs, or of the patience with them.</summary>
    public bool IsComplete => Finished == _settings.Epochs || _stopping?.HasStopped == true;

    /// <summary>The bytes that are written down of the whole training: of its steps, of its layers and of its epochs.</summary>
    public long RecordBytes
    {
        get
        {
            long steps = (long)_settings.Epochs * Learner.Train.Count, passes = steps + (long)_settings.Epochs * Learner.Valid!.Count;
            return 2 * sizeof(double) * Math.Min(steps, MostSteps) + (long)EpochBytes * _settings.Epochs
                + (_telemetry?.Statistics.Options.PredictMemory(Learner.Model.Layers.Count, passes) ?? 0)
                + (_run?.Steps is { } measured ? 2 * sizeof(double) * Learner.Model.ParameterVector.Parameters.Count
                    * Math.Min(steps, measured.MostSteps) : 0);
        }
    }

    /// <summary>Every number over the images to validate with, of the weights as they are.</summary>
    public IReadOnlyList<(string Name, double Value)> Validate() =>
        [("valid loss", Learner.Evaluate(_valid, _metrics)), .. _metrics.Select(metric => ($"valid {metric.Name}", metric.Value))];

    /// <summary>Trains, and if all epochs are finished, tests.</summary>
    public void Fit(CancellationToken cancellation)
    {
        if (_settings.Checkpoints.From is { } from) Learner.Resume(from, cancellation);
        else if (!cancellation.IsCancellationRequested) Learner.Fit(_settings.Epochs, cancellation);
        if (IsComplete && _settings.Extras.Swa is not null) _averaged = new(Learner.Evaluate(_valid, _task.Metric), _task.Metric.Value);
        if (!IsComplete) return;
        if (_test is null && _run is not null) Learner.Evaluate(_valid, [.. _run.Metrics]);
        if (_test is null) return;
        _result = new(Learner.Evaluate(_test, [.. _metrics, .. _run?.Metrics ?? []]), _task.Metric.Value);
        _tested = [.. _metrics.Select(metric => metric.Value)];
        _labels = _task.Examine(Learner, _data, _valid, _test);
    }

    /// <summary>Puts the model back to the end of the last finished epoch.</summary>
    public void Restore() => _weights.Restore();

    /// <summary>Everything that there is to say now.</summary>
    public TrainReport Report(bool interrupted, bool withTelemetry) => TrainReport.Of(
        _settings, _data, _normalization, interrupted, _divergence.Epoch, _recorder.Epochs, _result, _labels, Learner,
        withTelemetry ? _telemetry?.Statistics : null) with
    {
        StoppedEarly = _stopping is { HasStopped: true, BestEpoch: >= 0 }
            ? $"the number of --monitor was best in epoch {_stopping.BestEpoch + 1}, whose weights are kept"
            : _stopping is { HasStopped: true } ? Learner.StopReason : null,
        BestEpoch = _stopping?.BestEpoch is >= 0 and var best ? best + 1 : null,
        Averaged = _averaged,
        Tuned = Tuned,
        Metrics = [.. _metrics.Select((metric, i) => new MetricColumn(metric.Name, [.. _recorder.Epochs.Select(epoch => epoch.TrainMetrics[i])],
            [.. _recorder.Epochs.Select(epoch => epoch.ValidMetrics[i])], i < _tested.Length ? _tested[i] : null)).Skip(1)],
    };

    /// <summary>Writes weights and report.</summary>
    public void Save(TrainReport report, OutputFolder folder)
    {
        ModelFile.Save(Learner.Model, folder.File(OutputFolder.Model), TrainingNotes.Of(report).ToMetadata());
        ReportJson.Write(report, folder.File(OutputFolder.Report));
    }

    /// <summary>Writes the page of the run and its data, after <see cref="Save"/>.</summary>
    public void SavePage(TrainReport report, OutputFolder folder)
    {
        Task.Run(LineChart.GetReady);                                        // beside the gathering
        RunData run = _run!.Gather(folder.Name, report, _task.Metric.Name, _data, _recorder, Learner, _telemetry?.Statistics,
            _normalization);
        Task data = Task.Run(() => RunJson.Write(run, folder.File(RunFile.Data)));
        ReportCommand.Write(folder.File(RunFile.Page), ReportPage.Of(run));
        data.GetAwaiter().GetResult();
    }

    private List<Callback<float>> Callbacks(int batches, OutputFolder? folder, Terminal terminal, string monitored,
        CheckpointFolder? checkpoints)
    {
        List<Callback<float>> callbacks =
        [
            new NanGuard<float>(), _recorder, _weights,
            _settings.Schedule.Create(_settings.Optimizer, batches, _settings.Epochs, _recorder, monitored),
        ];
        callbacks.Add(_divergence);
        callbacks.AddRange(_extras);
        if (!_settings.Quiet) callbacks.AddRange(Printers(terminal));
        if (checkpoints is not null) callbacks.Add(_checkpoints = _settings.Checkpoints.Writer(checkpoints, _recorder, terminal.Notice));
        if (_telemetry is not null) callbacks.Add(_telemetry);
        if (_run?.Steps is { } steps) callbacks.Add(steps);
        if (_settings.Optimizer.ClipNorm is { } norm) callbacks.Add(new GradientClipping<float>(norm));
        if (terminal.ShowsProgress && !_settings.Quiet) callbacks.Add(new EpochBar<float>(terminal.Error));
        callbacks.Add(new EpochGarbage<float>());
        if (folder is not null) callbacks.Add(new EpochFiles<float>(() => Save(Report(interrupted: true, withTelemetry: false), folder), terminal));
        return callbacks;
    }

    private IEnumerable<Callback<float>> Printers(Terminal terminal)
    {
        var table = new EpochTable<float>(_recorder, _settings.Json ? terminal.Error : terminal.Output);
        List<Action<EpochReport>> all = [table.Print];
        yield return table;
        if (_metrics.Length > 1)
        {
            var lines = new MetricLines(_recorder, _settings.Json ? terminal.Diagnose : terminal.WriteLine);
            all.Add(lines.Print);
            yield return lines;
        }
        if (_settings.Json)
        {
            var objects = new EpochLines(_recorder, terminal, _settings.Epochs);
            all.Add(objects.Print);
            yield return objects;
        }
        yield return new FinishedEpochs(_recorder, all);
    }
}
