using System.Numerics;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Keeps the model's state as it was at the end of the last finished
/// epoch, so that an interrupted training can be saved as of then.</summary>
internal sealed class EpochWeights<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(Tensor<T> Live, Tensor<T> Kept)> _state = [];

    /// <summary>Right after the recorder: an epoch that is written down is one that can be given back.</summary>
    public override int Order => -9;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        _state.Clear();
        foreach (var (_, value, _) in learner.Model.State()) _state.Add((value, value.Clone()));
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        foreach (var (live, kept) in _state) live.Span.CopyTo(kept.Span);
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        for (int i = 0; i < _state.Count; i++) state.Exchange($"{i}", _state[i].Kept);
    }

    /// <summary>Puts the model back to that state; to its first one if no epoch was finished.</summary>
    public void Restore()
    {
        foreach (var (live, kept) in _state) kept.Span.CopyTo(live.Span);
    }
}
