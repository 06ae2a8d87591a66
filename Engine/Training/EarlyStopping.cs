using System.Numerics;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Ends training when a number of the epochs has stopped getting better, and gives back the weights with which it was best.</summary>
/// <remarks>What is not a number is no improvement. Buffers, such as running means, go back with the weights; the optimiser stays as it is.</remarks>
public sealed class EarlyStopping<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EpochMonitor<T> _monitor;
    private readonly double _minDelta;
    private ModelState<T>? _best;
    private int _worse;

    /// <summary>Watches one number.</summary>
    /// <param name="recorder">Which writes the number down; a callback of the same learner.</param>
    /// <param name="patience">After how many validations in a row without improvement to stop.</param>
    /// <param name="monitor">The number: <c>valid loss</c>, <c>train loss</c>, or one of the recorder's metrics over the validation images.</param>
    /// <param name="minDelta">The least difference that counts as an improvement.</param>
    /// <param name="restoresBest">Whether to give back the best weights at the end, however training ends.</param>
    /// <exception cref="ArgumentException">There is no such number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Patience is below 1, or the difference negative or not finite.</exception>
    public EarlyStopping(Recorder<T> recorder, int patience, string monitor = EpochMonitor<T>.ValidLoss, double minDelta = 0, bool restoresBest =
        true)
    {
        ShapeGuard.Positive(nameof(EarlyStopping<>), patience);
        ShapeGuard.Finite(nameof(EarlyStopping<>), minDelta, 0);
        (_monitor, _minDelta, Patience, RestoresBest) = (new(recorder, monitor, minDelta), minDelta, patience, restoresBest);
    }

    /// <summary>After how many validations in a row without improvement it stops.</summary>
    public int Patience { get; }

    /// <summary>Whether it gives back the best weights.</summary>
    public bool RestoresBest { get; }

    /// <summary>The best number so far.</summary>
    public double Best => _monitor.Best;

    /// <summary>Which of the recorder's epochs that was; -1 before the first.</summary>
    public int BestEpoch => _monitor.BestEpoch;

    /// <summary>Whether it has ended the last training.</summary>
    public bool HasStopped { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The number that it goes by is not there: no validation images, or a recorder of another
    /// learner.</exception>
    public override void BeginFit(Learner<T> learner)
    {
        _monitor.Begin(learner, nameof(EarlyStopping<>));
        (_worse, HasStopped) = (0, false);
        if (RestoresBest) _best ??= new(learner.Model);
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        if (_monitor.Improves())
        {
            _worse = 0;
            _best?.Save();
        }
        else if (++_worse == Patience)
        {
            HasStopped = true;
            learner.Cancel(CancelScope.Fit, BestEpoch < 0 ? $"{_monitor.Name} was not a finite number in any of {Patience} validations"
                : string.Create(null,
                $"{_monitor.Name} has not improved by more than {_minDelta} for {Patience} validations; best {_monitor.Best:G6} after epoch "
                    + $"{_monitor.BestEpoch}"));
        }
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        _monitor.Exchange(state);
        _worse = state.Exchange("worse", _worse);
        if (_best is not null) state.Within("weights", _best.Exchange);
    }

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner)
    {
        if (BestEpoch >= 0) _best?.Restore();
    }
}
