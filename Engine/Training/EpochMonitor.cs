using System.Numerics;
using Scratch.Tensors;

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

    /// <summary>Makes sure that there will be such a number.</summary>
    /// <exception cref="InvalidOperationException">Nobody writes it down, or there are no images that it is of.</exception>
    public void Begin(Learner<T> learner, string who)
    {
        if (!learner.Callbacks.Contains(_recorder))
            ShapeGuard.WrongOrder(who, "its recorder is not a callback of this learner, so nothing is written down. Give "
                + "the recorder to the learner, too.");
        if (_metric > -2 && learner.Valid is null)
            ShapeGuard.WrongOrder(who, $"'{Name}' is of validation images, and this learner has none. Give it some, or go by '{TrainLoss}'.");
    }

    /// <summary>The best so far, into a checkpoint or out of it.</summary>
    public void Exchange(SavedState state) => (Best, BestEpoch) = (state.Exchange("best", Best), state.Exchange("best_epoch", BestEpoch));

    /// <summary>The newest epoch's number; NaN where there is none.</summary>
    public double Newest => _metric switch
    {
        -2 => _recorder.Epochs[^1].TrainLoss,
        -1 => _recorder.Epochs[^1].ValidLoss,
        _ => _recorder.Epochs[^1].ValidMetrics[_metric],
    };

    /// <summary>Whether the newest epoch's number is better than the best by more than the least difference that counts; then it is the
    /// best.</summary>
    public bool Improves()
    {
        double newest = Newest;
        if (!(_larger ? newest > Best + _minDelta : newest < Best - _minDelta)) return false;
        (Best, BestEpoch) = (newest, _recorder.Epochs.Count - 1);
        return true;
    }
}
