using System.Globalization;
using Scratch.Files;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>What <c>train</c> writes beside the weights, and <c>evaluate</c> reads: <see cref="ModelNotes"/>, and how it was trained.</summary>
internal static class TrainingNotes
{
    private const string CanvasesKey = "canvases";

    /// <summary>What to write beside the weights of a training.</summary>
    public static ModelNotes Of(TrainReport report)
    {
        TrainSettings settings = report.Settings;
        bool hasManyLabels = settings.Task == LearningTask.ManyLabels;
        var notes = new ModelNotes
        {
            Model = settings.Model,
            Dropout = settings.Dropout,
            Image = new Shape([.. report.Data.Image]),
            Resize = settings.Pictures.Method,
            Normalization = report.Data.Normalization,
            Classes = report.Data.Classes,
            HasManyLabels = hasManyLabels,
            Others = new Dictionary<string, string>
            {
                ["epochs"] = Text(report.Epochs.Count),
                ["batch_size"] = Text(settings.BatchSize),
                ["optimizer"] = settings.Optimizer.Name,
                ["lr"] = Text(settings.Optimizer.LearningRate),
                ["momentum"] = Text(settings.Optimizer.Momentum),
                ["dampening"] = Text(settings.Optimizer.Dampening),
                ["weight_decay"] = Text(settings.Optimizer.WeightDecay),
                ["nesterov"] = settings.Optimizer.Nesterov ? "true" : "false",
                ["schedule"] = settings.Schedule.Name,
                ["label_smoothing"] = Text(settings.LabelSmoothing),
                ["augment"] = settings.Augment,
                ["init"] = settings.Init,
                ["seed"] = Text(settings.Seed),
                ["train_images"] = Text(report.Data.TrainImages),
            },
        };
        if (settings.Extras.Arguments is { Length: > 0 } extras)
            notes = notes with { Others = new Dictionary<string, string>(notes.Others) { ["options"] = extras } };
        if (hasManyLabels && !TrainingData.IsList(settings.Data))
            notes = notes with { Others = new Dictionary<string, string>(notes.Others) { [CanvasesKey] = Text(settings.Canvases) } };
        if (report.Labels is not { } labels) return notes;
        double temperature = labels.Calibration.Temperature;
        return notes with
        {
            Temperature = temperature,
            Thresholds = [.. labels.Choices.Single(line => line.Choice == labels.Chosen).Thresholds.Select(limit => Tempered(limit, temperature))],
        };
    }

    /// <summary>How many canvases a model of many labels learned from.</summary>
    /// <exception cref="InvalidDataException">The file says something impossible.</exception>
    public static int Canvases(ModelNotes notes, string path)
    {
        if (!notes.Others.TryGetValue(CanvasesKey, out string? text)) return 1;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int canvases) && canvases is >= 1 and <= SharedOptions.MostImages)
            return canvases;
        throw new InvalidDataException(
            $"{Path.GetFileName(path)}: its metadata says {CanvasesKey} = '{PrintableText.Of(text)}', "
            + $"must be a whole number from 1 to {SharedOptions.MostImages}.");
    }

    /// <summary>The model to load a file into.</summary>
    /// <param name="notes">What it says.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="InvalidDataException">The file names a model that is not in the catalogue.</exception>
    public static string ModelOrLesson(ModelNotes notes, string path)
    {
        if (notes.Model is null || notes.Model.StartsWith('{') || ModelCatalog.Names.Contains(notes.Model))
            return notes.Model ?? ModelCatalog.Names[0];
        throw new InvalidDataException(
            $"{Path.GetFileName(path)}: its metadata names model '{PrintableText.Of(notes.Model)}', "
            + $"which is not one of {string.Join(", ", ModelCatalog.Names)}. "
            + "Say --model M.");
    }

    // Thresholds were chosen for probabilities of outputs as they are: the same cut of the output, as a probability after the temperature.
    private static double Tempered(double limit, double temperature) => 1 / (1 + Math.Exp(-Math.Log(limit / (1 - limit)) / temperature));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
