using System.Globalization;
using System.Text.Json;
using Scratch.Data;
using Scratch.Files;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>What a saved model says about itself in the metadata of its file.</summary>
/// <param name="Model">Its name in the catalogue; none if the file does not say.</param>
/// <param name="Normalization">How the pixels were normalised that it learned from; none if the file does not say.</param>
/// <param name="Task">What it learned.</param>
/// <param name="Dropout">The share of its last features that was left out.</param>
/// <param name="Canvases">How many canvases it learned from, where there were many labels.</param>
/// <param name="Classes">What its outputs stand for, in their order: under <c>classes</c>, a JSON array of names. None if the file does not say.
/// </param>
internal sealed record ModelNotes(
    string? Model, Normalization? Normalization, string Task, double Dropout, int Canvases, IReadOnlyList<string>? Classes)
{
    private const string ModelKey = "model", MeanKey = "mean", DeviationKey = "std", TaskKey = "task", DropoutKey = "dropout", CanvasesKey = "canvases",
        ClassesKey = "classes";

    /// <summary>What to write beside the weights of a training.</summary>
    public static IEnumerable<(string Key, string Value)> Of(TrainReport report)
    {
        TrainSettings settings = report.Settings;
        return
        [
            ("format", "pt"),                                                // what readers of PyTorch's weights look for
            (ModelKey, settings.Model),
            (MeanKey, Text(report.Data.Mean)),
            (DeviationKey, Text(report.Data.Std)),
            (ClassesKey, JsonSerializer.Serialize([.. report.Data.Classes], NameJson.Default.StringArray)),
            ("epochs", Text(report.Epochs.Count)),
            ("batch_size", Text(settings.BatchSize)),
            (TaskKey, settings.Task),
            (DropoutKey, Text(settings.Dropout)),
            (CanvasesKey, Text(settings.Canvases)),
            ("optimizer", settings.Optimizer.Name),
            ("lr", Text(settings.Optimizer.LearningRate)),
            ("momentum", Text(settings.Optimizer.Momentum)),
            ("dampening", Text(settings.Optimizer.Dampening)),
            ("weight_decay", Text(settings.Optimizer.WeightDecay)),
            ("nesterov", settings.Optimizer.Nesterov ? "true" : "false"),
            ("schedule", settings.Schedule.Name),
            ("label_smoothing", Text(settings.LabelSmoothing)),
            ("augment", settings.Augment),
            ("init", settings.Init),
            ("seed", Text(settings.Seed)),
            ("train_images", Text(report.Data.TrainImages)),
        ];
    }

    /// <summary>What a file says.</summary>
    /// <exception cref="InvalidDataException">It is no safetensors file or a damaged one, or says something impossible.</exception>
    public static ModelNotes Read(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, must be a safetensors file.");
        IReadOnlyDictionary<string, string> metadata = SafetensorsFile.Read(path).Metadata;
        string name = Path.GetFileName(path);
        string? model = metadata.GetValueOrDefault(ModelKey);
        Normalization? normalization = metadata.ContainsKey(MeanKey) && metadata.ContainsKey(DeviationKey)
            ? new Normalization(Number(MeanKey), Number(DeviationKey)) : null;
        if (normalization is { StandardDeviation: <= 0 })
            throw new InvalidDataException($"{name}: its metadata says {DeviationKey} = '{metadata[DeviationKey]}', must be above 0.");
        string task = metadata.GetValueOrDefault(TaskKey, LearningTask.OneLabel);
        if (!LearningTask.Names.Contains(task)) throw new InvalidDataException($"{name}: its metadata says {TaskKey} = '{task}', must be one of {string.Join(", ", LearningTask.Names)}.");
        double dropout = metadata.ContainsKey(DropoutKey) ? Number(DropoutKey) : 0, canvases = metadata.ContainsKey(CanvasesKey) ? Number(CanvasesKey) : 1;
        if (dropout is < 0 or >= 1) throw new InvalidDataException($"{name}: its metadata says {DropoutKey} = '{metadata[DropoutKey]}', must be from 0 to below 1.");
        if (canvases is < 1 or > SharedOptions.MostImages)
            throw new InvalidDataException($"{name}: its metadata says {CanvasesKey} = '{metadata[CanvasesKey]}', must be from 1 to {SharedOptions.MostImages}.");
        return new(model, normalization, task, dropout, (int)canvases, metadata.TryGetValue(ClassesKey, out string? classes) ? Names(classes) : null);

        double Number(string key) =>
            double.TryParse(metadata[key], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value : throw new InvalidDataException($"{name}: its metadata says {key} = '{metadata[key]}', must be a finite number.");

        string[] Names(string text)
        {
            string?[]? names = null;
            try
            {
                names = JsonSerializer.Deserialize(text, NameJson.Default.StringArray);
            }
            catch (JsonException) { }                                        // said below
            if (names is null || names.Length == 0 || names.Any(string.IsNullOrEmpty) || names.Distinct().Count() < names.Length)
                throw new InvalidDataException($"{name}: its metadata says {ClassesKey} = '{text}', must be a JSON array of names, each once.");
            return [.. names.Select(NameForm.Composed!)];
        }
    }

    /// <summary>The model to load the file into.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="InvalidDataException">The file names a model that is not in the catalogue.</exception>
    public string ModelOrLesson(string path)
    {
        if (Model is null || ModelCatalog.Names.Contains(Model)) return Model ?? ModelCatalog.Names[0];
        throw new InvalidDataException($"{Path.GetFileName(path)}: its metadata names model '{Model}', which is not one of {string.Join(", ", ModelCatalog.Names)}. Say --model M.");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
