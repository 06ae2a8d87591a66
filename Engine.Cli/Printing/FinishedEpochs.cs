using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Prints the epochs that were finished before a training was stopped, as it goes on: what is printed is then that of
/// one that was not.</summary>
/// <param name="recorder">Who knows them.</param>
/// <param name="printers">What is printed of each.</param>
internal sealed class FinishedEpochs(Recorder<float> recorder, IReadOnlyList<Action<EpochReport>> printers) : Callback<float>
{
    /// <summary>When the recorder has them back.</summary>
    public override int Order => 40;

    /// <inheritdoc/>
    public override void Exchange(Learner<float> learner, SavedState state)
    {
        if (!state.IsRestoring) return;
        foreach (EpochReport epoch in recorder.Epochs)
        {
            foreach (Action<EpochReport> print in printers) print(epoch);
        }
    }
}
