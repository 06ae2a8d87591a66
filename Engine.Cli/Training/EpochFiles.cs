using System.Numerics;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Writes what there is as each epoch ends: whatever ends the process, finished epochs stay.</summary>
/// <param name="write">Writes the files.</param>
/// <param name="terminal">Where to say that it failed. Training goes on: the disk may have room again when the next epoch ends.</param>
internal sealed class EpochFiles<T>(Action write, Terminal terminal) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Right after <see cref="EpochWeights{T}"/>.</summary>
    public override int Order => -8;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Notice($"epoch {learner.Epoch + 1} is not written: {e.Message}");
        }
    }
}
