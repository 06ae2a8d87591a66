using System.Numerics;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Says so, once, when the loss has become several times what it was before the first step; or when it had fallen, and is there again: the
/// network has died, and what is trained on, or saved, knows nothing.</summary>
/// <remarks>High rates toss the loss of validation about for an epoch while that of training falls on: no harm, unless the training ends
/// so.</remarks>
/// <param name="recorder">Who knows what each epoch came to.</param>
/// <param name="epochs">How many there are to be.</param>
/// <param name="learningRate">The largest rate, as it was said.</param>
/// <param name="terminal">Where to say it.</param>
internal sealed class Divergence<T>(Recorder<T> recorder, int epochs, double learningRate, Terminal terminal) : Callback<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Times = 4;                                          // at which the learning-rate finder, too, sees no hope
    private const double Fallen = 0.5, There = 0.9;                          // of the first loss

    private double? _first;

    /// <summary>After the table: below the line that it speaks of.</summary>
    public override int Order => 30;

    /// <summary>The first epoch, from 1, whose loss was that large; none if null.</summary>
    public int? Epoch => recorder.Epochs.FirstOrDefault(epoch => Loss(epoch) > Times * _first) is { } found ? found.Epoch + 1 : null;

    // The first epoch, from 1, in which what was learned was lost, and the one before that with the least loss; none if null.
    private (int Epoch, EpochReport Best)? Lost
    {
        get
        {
            EpochReport? best = null;
            foreach (EpochReport epoch in recorder.Epochs)
            {
                if (best is not null && Worst(best) <= Fallen * _first && Loss(epoch) >= There * _first) return (epoch.Epoch + 1, best);
                if (best is null || Worst(epoch) < Worst(best)) best = epoch;
            }
            return null;
        }
    }

    /// <inheritdoc/>
    public override void AfterLoss(Learner<T> learner) => _first ??= learner.BatchLoss;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        EpochReport last = recorder.Epochs[^1];                              // who came to it earlier was told so
        string? what = Epoch == last.Epoch + 1 ? $"training diverges: loss {_first:G4} before the first step, {Worst(last):G4} in epoch {Epoch}."
            : Epoch is null && Lost is var (epoch, best) && epoch == last.Epoch + 1
                ? $"what was learned is lost: loss {Worst(best):G4} in epoch {best.Epoch + 1}, {Worst(last):G4} in epoch {epoch}, as before the "
                + "first step." : null;
        if (what is not null)
            terminal.Notice(string.Create(null, $"warning: {what} Lower --lr, now {learningRate:G4}; find-lr proposes one."));
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        double first = state.Exchange("first", _first ?? double.NaN);
        _first = double.IsNaN(first) ? null : first;
    }

    // Both, before the last epoch: whichever is less.
    private double Loss(EpochReport epoch) => epoch.Epoch + 1 == epochs ? Worst(epoch) : Math.Min(epoch.TrainLoss, epoch.ValidLoss);

    private static double Worst(EpochReport epoch) => Math.Max(epoch.TrainLoss, epoch.ValidLoss);
}
