using System.Globalization;
using Scratch.Data;
using Scratch.Files;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>What a saved model says about itself in the metadata of its file.</summary>
/// <param name="Model">Its name in the catalogue; none if the file does not say.</param>
/// <param name="Normalization">How the pixels were normalised that it learned from; none if the file does not say.</param>
internal sealed record ModelNotes(string? Model, Normalization? Normalization)
{
    private const string ModelKey = "model", MeanKey = "mean", DeviationKey = "std";

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
            ("epochs", Text(report.Epochs.Count)),
            ("batch_size", Text(settings.BatchSize)),
            ("lr", Text(settings.LearningRate)),
            ("momentum", Text(settings.Momentum)),
            ("dampening", Text(settings.Dampening)),
            ("weight_decay", Text(settings.WeightDecay)),
            ("nesterov", settings.Nesterov ? "true" : "false"),
            ("init", settings.Init),
            ("seed", Text(settings.Seed)),
            ("train_images", Text(report.Data.TrainImages)),
            ("weights", report.Weights),
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
        return new(model, normalization);

        double Number(string key) =>
            double.TryParse(metadata[key], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value : throw new InvalidDataException($"{name}: its metadata says {key} = '{metadata[key]}', must be a finite number.");
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
