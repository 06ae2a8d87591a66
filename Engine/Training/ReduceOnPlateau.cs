using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Lowers the learning rate when a number of the epochs has stopped getting better: PyTorch's <c>ReduceLROnPlateau</c>.</summary>
/// <remarks>What is not a number is no improvement. Not together with a <see cref="ScheduleCallback{T}"/> of the learning rate, which sets it before
/// every batch.</remarks>
public sealed class ReduceOnPlateau<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EpochMonitor<T> _monitor;
    private int _worse;

    /// <summary>Watches one number.</summary>
    /// <param name="recorder">Which writes the number down; a callback of the same learner.</param>
    /// <param name="patience">How many epochs in a row without improvement to bear; after one more the rate falls.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <param name="monitor">The number: <c>valid loss</c>, <c>train loss</c>, or one of the recorder's metrics over the validation images.</param>
    /// <param name="minDelta">The least difference that counts as an improvement.</param>
    /// <param name="minRate">The least rate.</param>
    /// <exception cref="ArgumentException">There is no such number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Patience is negative, the factor is no share below 1, or a number is negative or not
    /// finite.</exception>
    public ReduceOnPlateau(Recorder<T> recorder, int patience = 10, double factor = 0.1, string monitor = EpochMonitor<T>.ValidLoss,
        double minDelta = 0, double minRate = 0)
    {
        const string Who = nameof(ReduceOnPlateau<>);
        ShapeGuard.NotNegative(Who, patience);
        ShapeGuard.Share<T>(Who, factor);
        ShapeGuard.Finite(Who, minDelta, 0);
        ShapeGuard.Finite(Who, minRate, 0);
        (_monitor, Patience, Factor, MinRate) = (new(recorder, monitor, minDelta), patience, factor, minRate);
    }

    /// <summary>How many epochs in a row without improvement it bears.</summary>
    public int Patience { get; }

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; }

    /// <summary>The least rate.</summary>
    public double MinRate { get; }

    /// <summary>How often the rate has fallen since the training began.</summary>
    public int Reductions { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The number that it goes by is not there: no validation images, or a recorder of another
    /// learner.</exception>
    public override void BeginFit(Learner<T> learner)
    {
        _monitor.Begin(learner, nameof(ReduceOnPlateau<>));
        (_worse, Reductions) = (0, 0);
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        if (_monitor.Improves())
        {
            _worse = 0;
            return;
        }
        if (++_worse <= Patience) return;
        _worse = 0;
        double lower = Math.Max(learner.Optimizer.LearningRate * Factor, MinRate);
        if (lower >= learner.Optimizer.LearningRate) return;
        learner.Optimizer.LearningRate = lower;
        Reductions++;
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        _monitor.Exchange(state);
        (_worse, Reductions) = (state.Exchange("worse", _worse), state.Exchange("reductions", Reductions));
    }
}
