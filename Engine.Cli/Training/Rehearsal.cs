using Scratch.Data;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>A step of the same training with another model and made-up images, so that what it runs is compiled while the images are still
/// read.</summary>
/// <remarks>
/// Nothing of it is left: the training's own bits do not change. Large models are not rehearsed, their making would take longer than it saves.
/// </remarks>
internal static class Rehearsal
{
    private const int Classes = 10, Side = 28, Images = 64;                  // as many as make two blocks

    /// <summary>Begins it beside everything else.</summary>
    /// <param name="settings">Of the training.</param>
    /// <returns>Ends without an error, whatever happened.</returns>
    public static Task Begin(TrainSettings settings) => settings.Task == LearningTask.ManyLabels || ModelCatalog.Large.Contains(settings.Model)
        ? Task.CompletedTask
        : Task.Run(() =>
        {
            try
            {
                Play(settings with { Epochs = 1, BatchSize = Math.Min(settings.BatchSize, Images), Out = null,
                    Extras = TrainingExtras.None, Tuning = FineTuning.None, Checkpoints = Checkpointing.None }, settings.Out is not null);
            }
            catch (Exception)                                                // any: the training itself says it
            {
            }
        });

    private static void Play(TrainSettings settings, bool writes)
    {
        byte[] pixels = [.. Enumerable.Range(0, Images * Side * Side).Select(place => (byte)(place * place))];
        int[] labels = [.. Enumerable.Range(0, Images).Select(image => image % Classes)];
        var images = new Dataset(new Shape(Images, Side, Side), pixels, labels, Classes);
        var parts = new TrainingParts(settings, LearningTask.Of(settings.Task), new(images, images, images, []), folder: null,
            new Terminal(TextWriter.Null, TextWriter.Null));
        parts.Fit(CancellationToken.None);
        parts.Report(interrupted: false, withTelemetry: true);
        if (writes) Task.Run(() => ReportJson.Text(parts.Report(interrupted: true, withTelemetry: false)));    // as training begins; nobody waits
    }
}
