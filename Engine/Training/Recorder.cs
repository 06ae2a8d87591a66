using System.Diagnostics;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="TrainLoss">The mean over the training images, each as the model was when it saw them.</param>
/// <param name="TrainMetrics">Each metric over the same outputs.</param>
/// <param name="ValidLoss">The mean over the validation images after the epoch; NaN without validation.</param>
/// <param name="ValidMetrics">Each metric over the validation images; NaN without validation.</param>
/// <param name="TrainSeconds">Time of the training batches.</param>
/// <param name="Seconds">Time of the whole epoch, validation included.</param>
public sealed record EpochReport(
    int Epoch, double TrainLoss, IReadOnlyList<double> TrainMetrics, double ValidLoss, IReadOnlyList<double> ValidMetrics, double TrainSeconds,
        double Seconds)
{
    /// <summary>For example <c>epoch 0: training 0.4210 (0.8713), validation 0.2911 (0.9120), 0.25 s</c>: losses, and metrics in brackets.</summary>
    public override string ToString() =>
        string.Create(null, $"epoch {Epoch}: training {Numbers(TrainLoss, TrainMetrics)}, "
            + $"{(double.IsNaN(ValidLoss) ? "" : $"validation {Numbers(ValidLoss, ValidMetrics)}, ")}{Seconds:F2} s");

    private static string Numbers(double loss, IReadOnlyList<double> metrics) => string.Create(null,
        $"{loss:F4}{(metrics.Count == 0 ? "" : $" ({string.Join(", ", metrics.Select(metric => string.Create(null, $"{metric:F4}")))})")}");
}

/// <summary>Writes down every step's loss and learning rate, and what every epoch came to.</summary>
/// <remarks>Memory grows with what was seen, and steps only up to <see cref="MostSteps"/>: beyond that they are thinned out evenly.</remarks>
/// <param name="metrics">Numbers to gather beside the loss, over training and validation.</param>
public sealed class Recorder<T>(params IReadOnlyList<Metric<T>> metrics) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Metric<T>[] _metrics = [.. metrics];                    // an array: to walk a list by its interface allocates
    private readonly Action?[] _lent = new Action?[metrics.Count];           // what gives back to a metric what it had gathered when it was lent
    private readonly List<double> _losses = [], _learningRates = [];
    private readonly List<EpochReport> _epochs = [];
    private double _lossSum, _trainLoss, _trainSeconds;
    private double[] _trainMetrics = [];
    private long _images, _start, _steps;
    private readonly int _mostSteps = 1 << 20;

    /// <summary>Before others, so that they find the epoch written down.</summary>
    public override int Order => -10;

    /// <summary>The metrics, in the order of the reports.</summary>
    public IReadOnlyList<Metric<T>> Metrics => _metrics;

    /// <summary>The loss of every training batch; of every so many, <see cref="Every"/>, where there were too many.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The learning rate of the same batches.</summary>
    public IReadOnlyList<double> LearningRates => _learningRates;

    /// <summary>Every how many training batches one is written down, the first included: 1 until there are more than <see cref="MostSteps"/>, then 2,
    /// 4 and so on.</summary>
    public long Every { get; private set; } = 1;

    /// <summary>How many losses and learning rates to have at most; a million by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 2.</exception>
    public int MostSteps
    {
        get => _mostSteps;
        init
        {
            ShapeGuard.Positive(nameof(Recorder<>), value - 1, nameof(MostSteps));
            _mostSteps = value;
        }
    }

    /// <summary>The epochs that were finished.</summary>
    public IReadOnlyList<EpochReport> Epochs => _epochs;

    /// <inheritdoc/>
    public override void BeginEpoch(Learner<T> learner)
    {
        // room now, so that the epoch's steps allocate nothing
        int steps = (int)Math.Min(_losses.Count + learner.Train.Count / Every + 1, MostSteps);
        _losses.EnsureCapacity(steps);
        _learningRates.EnsureCapacity(steps);
        _start = Stopwatch.GetTimestamp();
        (_trainMetrics, _trainSeconds) = ([], 0);
        Reset();
    }

    /// <inheritdoc/>
    public override void AfterLoss(Learner<T> learner)
    {
        TakeBack();
        _lossSum += learner.BatchLoss * learner.Batch.Count;
        _images += learner.Batch.Count;
        foreach (Metric<T> metric in _metrics) metric.Add(learner.Output, learner.Batch);
        if (learner.IsTraining) WriteStep(_steps++, learner.BatchLoss, learner.Optimizer.LearningRate);
    }

    /// <inheritdoc/>
    public override void BeginValidate(Learner<T> learner) => EndTraining();

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        TakeBack();
        bool validated = _trainMetrics.Length == _metrics.Length && _trainSeconds > 0;
        if (!validated) EndTraining();
        _epochs.Add(new(learner.Epoch, _trainLoss, _trainMetrics, validated ? _lossSum / _images : double.NaN,
            [.. _metrics.Select(metric => validated ? metric.Value : double.NaN)], _trainSeconds, Stopwatch.GetElapsedTime(_start).TotalSeconds));
    }

    /// <inheritdoc/>
    /// <remarks>The time that passed between leaving off and going on is in no epoch.</remarks>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        TakeBack();
        (_steps, Every) = (state.Exchange("steps", _steps), state.Exchange("every", Every));
        state.Exchange("losses", _losses);
        state.Exchange("learning_rates", _learningRates);
        List<double> epochs = [.. _epochs.SelectMany(e => (double[])[e.Epoch, e.TrainLoss, e.ValidLoss, e.TrainSeconds, e.Seconds, .. e.TrainMetrics,
            .. e.ValidMetrics])];
        state.Exchange("epochs", epochs);
        if (state.IsRestoring) ReadEpochs(epochs);
        if (!learner.IsAmidEpoch) return;
        (_lossSum, _images) = (state.Exchange("loss_sum", _lossSum), state.Exchange("images", _images));
        double seconds = state.Exchange("seconds", Stopwatch.GetElapsedTime(_start).TotalSeconds);
        _start = Stopwatch.GetTimestamp() - (long)(seconds * Stopwatch.Frequency);
        (_trainLoss, _trainSeconds) = (state.Exchange("train_loss", _trainLoss), state.Exchange("train_seconds", _trainSeconds));
        List<double> metrics = [.. _trainMetrics];
        state.Exchange("train_metrics", metrics);
        _trainMetrics = [.. metrics];
        for (int i = 0; i < _metrics.Length; i++) state.Within($"metric{i}", _metrics[i].Exchange);
    }

    internal override void Lend(Metric<T> metric)
    {
        int i = Array.IndexOf(_metrics, metric);
        if (i < 0 || _lent[i] is not null) return;
        _lent[i] = metric.Remember() ?? throw new InvalidOperationException(
            $"Recorder: this training is gathering the metric '{metric.Name}', and it has no Remember to lay that aside. Evaluate with another one.");
    }

    private void WriteStep(long step, double loss, double learningRate)
    {
        while (step % Every == 0 && _losses.Count >= MostSteps)              // a checkpoint of another recorder may have had more
        {
            Every *= 2;
            KeepEverySecond(_losses);
            KeepEverySecond(_learningRates);
        }
        if (step % Every != 0) return;
        _losses.Add(loss);
        _learningRates.Add(learningRate);
    }

    private void ReadEpochs(List<double> numbers)
    {
        int first = 5, size = first + 2 * _metrics.Length;
        if (numbers.Count % size != 0) throw new InvalidDataException("Recorder: the checkpoint is of a training with other metrics.");
        _epochs.Clear();
        for (int i = 0; i < numbers.Count; i += size)
            _epochs.Add(new((int)numbers[i], numbers[i + 1], [.. numbers.Skip(i + first).Take(_metrics.Length)], numbers[i + 2],
                [.. numbers.Skip(i + first + _metrics.Length).Take(_metrics.Length)], numbers[i + 3], numbers[i + 4]));
    }

    /// <summary>Keeps the first, the third and so on.</summary>
    internal static void KeepEverySecond(List<double> numbers)
    {
        int kept = (numbers.Count + 1) / 2;
        for (int i = 1; i < kept; i++) numbers[i] = numbers[2 * i];
        numbers.RemoveRange(kept, numbers.Count - kept);
    }

    private void TakeBack()
    {
        for (int i = 0; i < _lent.Length; i++)
        {
            _lent[i]?.Invoke();
            _lent[i] = null;
        }
    }

    private void EndTraining()
    {
        TakeBack();
        _trainSeconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        (_trainLoss, _trainMetrics) = (_lossSum / _images, [.. _metrics.Select(metric => metric.Value)]);
        Reset();
    }

    private void Reset()
    {
        (_lossSum, _images) = (0, 0);
        Array.Clear(_lent);
        foreach (Metric<T> metric in _metrics) metric.Reset();
    }
}
