using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Prints the epochs that were finished before a training was stopped, as it goes on: the table is then that of one that was not.</summary>
/// <param name="recorder">Who knows them.</param>
/// <param name="table">Prints their lines.</param>
/// <param name="lines">Prints what has no column; nobody if null.</param>
internal sealed class FinishedEpochs(Recorder<float> recorder, EpochTable<float> table, MetricLines? lines) : Callback<float>
{
    /// <summary>When the recorder has them back.</summary>
    public override int Order => 40;

    /// <inheritdoc/>
    public override void Exchange(Learner<float> learner, SavedState state)
    {
        if (!state.IsRestoring) return;
        foreach (EpochReport epoch in recorder.Epochs)
        {
            table.Print(epoch);
            lines?.Print(epoch);
        }
    }
}
