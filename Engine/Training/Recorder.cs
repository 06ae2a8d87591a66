using System.Diagnostics;
using System.Numerics;

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
    int Epoch, double TrainLoss, IReadOnlyList<double> TrainMetrics, double ValidLoss, IReadOnlyList<double> ValidMetrics, double TrainSeconds, double Seconds);

/// <summary>Writes down every step's loss and learning rate, and what every epoch came to.</summary>
/// <param name="metrics">Numbers to gather beside the loss, over training and validation.</param>
public sealed class Recorder<T>(params IReadOnlyList<Metric<T>> metrics) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Metric<T>[] _metrics = [.. metrics];                    // an array: to walk a list by its interface allocates
    private readonly List<double> _losses = [], _learningRates = [];
    private readonly List<EpochReport> _epochs = [];
    private double _lossSum, _trainLoss, _trainSeconds;
    private double[] _trainMetrics = [];
    private long _images, _start;

    /// <summary>Before others, so that they find the epoch written down.</summary>
    public override int Order => -10;

    /// <summary>The metrics, in the order of the reports.</summary>
    public IReadOnlyList<Metric<T>> Metrics => _metrics;

    /// <summary>The loss of every training batch.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The learning rate of every training batch.</summary>
    public IReadOnlyList<double> LearningRates => _learningRates;

    /// <summary>The epochs that were finished.</summary>
    public IReadOnlyList<EpochReport> Epochs => _epochs;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        int steps = _losses.Count + learner.Epochs * learner.Train.Count;    // room now, so that steps allocate nothing
        _losses.EnsureCapacity(steps);
        _learningRates.EnsureCapacity(steps);
    }

    /// <inheritdoc/>
    public override void BeginEpoch(Learner<T> learner)
    {
        _start = Stopwatch.GetTimestamp();
        (_trainMetrics, _trainSeconds) = ([], 0);
        Reset();
    }

    /// <inheritdoc/>
    public override void AfterLoss(Learner<T> learner)
    {
        _lossSum += learner.BatchLoss * learner.Batch.Count;
        _images += learner.Batch.Count;
        foreach (Metric<T> metric in _metrics) metric.Add(learner.Output, learner.Batch);
        if (!learner.IsTraining) return;
        _losses.Add(learner.BatchLoss);
        _learningRates.Add(learner.Optimizer.LearningRate);
    }

    /// <inheritdoc/>
    public override void BeginValidate(Learner<T> learner) => EndTraining();

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        bool validated = _trainMetrics.Length == _metrics.Length && _trainSeconds > 0;
        if (!validated) EndTraining();
        _epochs.Add(new(learner.Epoch, _trainLoss, _trainMetrics, validated ? _lossSum / _images : double.NaN,
            [.. _metrics.Select(metric => validated ? metric.Value : double.NaN)], _trainSeconds, Stopwatch.GetElapsedTime(_start).TotalSeconds));
    }

    private void EndTraining()
    {
        _trainSeconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        (_trainLoss, _trainMetrics) = (_lossSum / _images, [.. _metrics.Select(metric => metric.Value)]);
        Reset();
    }

    private void Reset()
    {
        (_lossSum, _images) = (0, 0);
        foreach (Metric<T> metric in _metrics) metric.Reset();
    }
}
