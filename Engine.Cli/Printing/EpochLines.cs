using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Prints one JSON object on a line as each epoch ends.</summary>
/// <param name="recorder">Who knows what the epoch came to.</param>
/// <param name="terminal">Where to print.</param>
/// <param name="epochs">How many there are to be.</param>
internal sealed class EpochLines(Recorder<float> recorder, Terminal terminal, int epochs) : Callback<float>
{
    /// <summary>With the table, after the recorder.</summary>
    public override int Order => 20;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<float> learner) => Print(recorder.Epochs[^1]);

    /// <summary>Prints the object of an epoch.</summary>
    public void Print(EpochReport epoch) => terminal.WriteText(ReportJson.Line(EpochMessage.Of(recorder, epoch, epochs)));
}
