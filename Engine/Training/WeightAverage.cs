using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Training;

/// <summary>Keeps the exponential moving average (EMA) of the weights over all steps, which mostly answers better than the weights of any one step.
/// Validation sees the average, and training leaves it in the model.</summary>
/// <remarks>
/// After step t, average = d · average + (1 - d) · weights with d = min(decay, (1 + t) / (10 + t)), so that the first weights are soon forgotten.
/// Running statistics are averaged alike. From the start of validation to the next epoch the model holds the average, so that whatever saves or
/// compares weights then, such as <see cref="EarlyStopping{T}"/> and <see cref="Checkpoint{T}"/>, has it. As TensorFlow's ExponentialMovingAverage.
/// </remarks>
/// <param name="decay">The share of the average that is kept in a step.</param>
/// <exception cref="ArgumentOutOfRangeException">It is no share below 1.</exception>
public sealed class WeightAverage<T>(double decay = 0.999) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double FirstSteps = 10;

    private (Tensor<T> Live, Tensor<T> Other, bool IsCount)[] _tensors = [];
    private long _steps;
    private bool _isInUse;                                                   // then the others are the weights of the last step

    /// <summary>The share of the average that is kept in a step, once there were many.</summary>
    public double Decay { get; } = Checked(decay);

    /// <summary>Before whatever looks at an epoch's weights.</summary>
    public override int Order => -18;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        _tensors = [.. learner.Model.State().Select(entry => (entry.Value, entry.Value.Clone(), entry.IsCount))];
        (_steps, _isInUse) = (0, false);
    }

    /// <inheritdoc/>
    public override void BeginEpoch(Learner<T> learner) => Use(average: false);

    /// <inheritdoc/>
    public override void AfterStep(Learner<T> learner)
    {
        _steps++;
        T kept = T.CreateTruncating(Math.Min(Decay, (1 + _steps) / (FirstSteps + _steps)));
        foreach (var (live, average, isCount) in _tensors)
        {
            if (isCount) live.Span.CopyTo(average.Span);
            else TensorPrimitives.Lerp(live.Span, average.Span, kept, average.Span);
        }
    }

    /// <inheritdoc/>
    public override void BeginValidate(Learner<T> learner) => Use(average: true);

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner) => Use(average: true);

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        (_steps, _isInUse) = (state.Exchange("steps", _steps), state.Exchange("is_in_use", _isInUse));
        for (int i = 0; i < _tensors.Length; i++) state.Exchange($"{i}", _tensors[i].Other);
    }

    private void Use(bool average)
    {
        if (_isInUse == average) return;
        _isInUse = average;
        foreach (var (live, other, _) in _tensors)
        {
            Span<T> a = live.Span, b = other.Span;
            for (int i = 0; i < a.Length; i++) (a[i], b[i]) = (b[i], a[i]);
        }
    }

    private static double Checked(double decay)
    {
        ShapeGuard.Share<T>(nameof(WeightAverage<>), decay);
        return decay;
    }
}
