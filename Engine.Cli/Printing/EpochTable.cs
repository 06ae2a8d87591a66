using System.Numerics;
using Scratch.Training;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints one line of at most 60 columns as each epoch ends.</summary>
/// <param name="recorder">Who knows what the epoch came to; its first metric is shown.</param>
/// <param name="console">Where to print.</param>
internal sealed class EpochTable<T>(Recorder<T> recorder, IAnsiConsole console) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Width = 10;                                            // of a loss
    private const double LongestInFull = 1000;                               // seconds with three digits after the point

    /// <summary>After the recorder, and after the progress bar is gone.</summary>
    public override int Order => 20;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner) => console.MarkupLine($"[bold]epoch  train loss  {Metric}  valid loss  {Metric}       time[/]");

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner) => Print(recorder.Epochs[^1]);

    /// <summary>Prints the line of an epoch.</summary>
    public void Print(EpochReport epoch) => console.WriteLine(Line(epoch, Metric.Length));

    /// <summary>One epoch.</summary>
    /// <param name="e">What it came to.</param>
    /// <param name="metricWidth">How wide the metric's columns are.</param>
    internal static string Line(EpochReport e, int metricWidth)
    {
        string time = e.Seconds < LongestInFull ? $"{e.Seconds:F3}" : $"{e.Seconds:F0}";
        string Share(double value) => $"{value:F4}".PadLeft(metricWidth);
        return $"{e.Epoch + 1,5}  {Loss(e.TrainLoss)}  {Share(e.TrainMetrics[0])}  {Loss(e.ValidLoss)}  {Share(e.ValidMetrics[0])}  {time,7} s";
    }

    /// <summary>Of "subset accuracy" the second word: there is one metric, and the line of the test calls it by its full name.</summary>
    private string Metric => recorder.Metrics[0].Name.Split(' ')[^1];

    private static string Loss(double value) => LossText.Of(value).PadLeft(Width);
}
