using System.Numerics;
using Scratch.Training;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints one line as each epoch ends.</summary>
/// <param name="recorder">Who knows what the epoch came to; its first metric is shown.</param>
/// <param name="terminal">Where to print.</param>
internal sealed class EpochTable<T>(Recorder<T> recorder, Terminal terminal) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>After the recorder, and after the progress bar is gone.</summary>
    public override int Order => 20;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner) =>
        terminal.Output.MarkupLine($"[bold]epoch  train loss  {$"train {Metric}"}  valid loss  {$"valid {Metric}"}       time[/]");

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        EpochReport e = recorder.Epochs[^1];
        terminal.WriteLine($"{e.Epoch + 1,5}  {e.TrainLoss,10:F4}  {Column(e.TrainMetrics[0])}  {e.ValidLoss,10:F4}  {Column(e.ValidMetrics[0])}  {e.Seconds,7:F3} s");
    }

    private string Metric => recorder.Metrics[0].Name;

    private string Column(double value) => $"{value:F4}".PadLeft("train ".Length + Metric.Length);
}
