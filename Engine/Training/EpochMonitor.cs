using System.Numerics;

namespace Scratch.Training;

/// <summary>One number of every epoch, by name, and whether it is the best so far.</summary>
internal sealed class EpochMonitor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const string TrainLoss = "train loss", ValidLoss = "valid loss";

    private readonly Recorder<T> _recorder;
    private readonly double _minDelta;
    private readonly int _metric;
    private readonly bool _larger;

    public EpochMonitor(Recorder<T> recorder, string name, double minDelta = 0)
    {
        List<string> names = [TrainLoss, ValidLoss, .. recorder.Metrics.Select(metric => metric.Name)];
        (_recorder, Name, _minDelta, _metric) = (recorder, name, minDelta, names.IndexOf(name) - 2);
        if (_metric < -2) throw new ArgumentException($"there is no '{name}' to go by. The recorder has: {string.Join(", ", names)}.", nameof(name));
        _larger = _metric >= 0 && recorder.Metrics[_metric].IsBetterWhenLarger;
        Best = _larger ? double.NegativeInfinity : double.PositiveInfinity;
    }

    public string Name { get; }

    /// <summary>The best number so far.</summary>
    public double Best { get; private set; }

    /// <summary>The epoch of <see cref="Best"/>; -1 before the first.</summary>
    public int BestEpoch { get; private set; } = -1;

    /// <summary>The newest epoch's number; NaN where there is none.</summary>
    public double Newest => _metric switch
    {
        -2 => _recorder.Epochs[^1].TrainLoss,
        -1 => _recorder.Epochs[^1].ValidLoss,
        _ => _recorder.Epochs[^1].ValidMetrics[_metric],
    };

    /// <summary>Whether the newest epoch's number is better than the best by more than the least difference that counts; then it is the best.</summary>
    public bool Improves()
    {
        double newest = Newest;
        if (!(_larger ? newest > Best + _minDelta : newest < Best - _minDelta)) return false;
        (Best, BestEpoch) = (newest, _recorder.Epochs.Count - 1);
        return true;
    }
}
