using System.Numerics;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Says so, once, when the loss has become several times what it was before the first step.</summary>
/// <param name="recorder">Who knows what each epoch came to.</param>
/// <param name="terminal">Where to say it.</param>
internal sealed class Divergence<T>(Recorder<T> recorder, Terminal terminal) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Times = 4;                                          // at which the learning-rate finder, too, sees no hope

    private double? _first;

    /// <summary>After the table: below the line that it speaks of.</summary>
    public override int Order => 30;

    /// <summary>The first epoch, from 1, whose loss was that large; none if null.</summary>
    public int? Epoch => recorder.Epochs.FirstOrDefault(epoch => Worst(epoch) > Times * _first) is { } found ? found.Epoch + 1 : null;

    /// <inheritdoc/>
    public override void AfterLoss(Learner<T> learner) => _first ??= learner.BatchLoss;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        if (Epoch is not { } epoch || epoch != recorder.Epochs[^1].Epoch + 1) return;          // no, or said before
        terminal.Notice(string.Create(null,
            $"warning: training diverges: loss {_first:G4} before the first step, {Worst(recorder.Epochs[^1]):G4} in epoch {epoch}. "
            + $"Lower --lr, now {learner.Optimizer.LearningRate:G4}; find-lr proposes one."));
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        double first = state.Exchange("first", _first ?? double.NaN);
        _first = double.IsNaN(first) ? null : first;
    }

    private static double Worst(EpochReport epoch) => Math.Max(epoch.TrainLoss, epoch.ValidLoss);
}
