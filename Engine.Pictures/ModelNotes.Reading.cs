using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Scratch.Data;
using Scratch.Files;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Pictures;

/// <summary>From a file, which may come from anyone.</summary>
public sealed partial record ModelNotes
{
    private const string VersionKey = "scratch", ModelKey = "model", DropoutKey = "dropout", ImageKey = "image", ResizeKey = "resize",
        MeanKey = "mean", DeviationKey = "std", ClassesKey = "classes", TaskKey = "task", ThresholdsKey = "thresholds",
        TemperatureKey = "temperature", CheckpointKey = "checkpoint", ChecksumKey = "checksum";

    private const int MostPixels = 65_536, MostNumbers = 1 << 26;            // of a side, and channels; of an image

    private static readonly string[] _keys =
    [
        "format", "weights", VersionKey, ModelKey, DropoutKey, ImageKey, ResizeKey, MeanKey, DeviationKey, ClassesKey, TaskKey, ThresholdsKey,
        TemperatureKey,
    ];

    /// <summary>What a file says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="checkpointToo">Whether it may be a checkpoint: weights and the rest of a training, without a word on what they are for.</param>
    /// <exception cref="InvalidDataException">It is no safetensors file or a damaged one, or says something impossible.</exception>
    public static ModelNotes Read(string path, bool checkpointToo = false)
    {
        if (Directory.Exists(path)) throw Folder(path);
        IReadOnlyDictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
        if (!checkpointToo && metadata.ContainsKey(CheckpointKey) && metadata.ContainsKey(ChecksumKey))
        {
            string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
            throw new InvalidDataException($"'{path}' is a checkpoint, must be a model. {WayOn(folder)}");
        }
        return new Reader(Path.GetFileName(path), metadata).Notes();
    }

    private static InvalidDataException Folder(string path)
    {
        if (CheckpointFolder.Files(path).Count > 0) return new($"'{path}' is a folder of checkpoints, must be a model. {WayOn(path)}");
        string model = Path.Combine(path, "model.safetensors");
        return new($"'{path}' is a folder, must be a safetensors file{(File.Exists(model) ? $" such as '{model}'" : "")}.");
    }

    private static string WayOn(string folder) =>
        $"'scratch train --resume {folder} --out DIR' goes on with the training and writes DIR/model.safetensors.";

    /// <summary>Reads the values of keys; every wrong one gets its own sentence.</summary>
    private readonly struct Reader(string file, IReadOnlyDictionary<string, string> metadata)
    {
        public ModelNotes Notes()
        {
            if (Has(VersionKey))
                Number(VersionKey, value => value is >= 1 and <= Version, $"a version from 1 to {Version}: a newer program may have written it");
            bool hasManyLabels = Has(TaskKey) && OneOf(TaskKey, [OneLabel, SeveralLabels]) == SeveralLabels;
            string[]? classes = Has(ClassesKey) ? Names() : null;
            return new ModelNotes
            {
                Model = metadata.GetValueOrDefault(ModelKey),
                Dropout = Has(DropoutKey) ? Number(DropoutKey, value => value is >= 0 and < 1, "a number from 0 to below 1") : 0,
                Image = Has(ImageKey) ? ImageShape() : null,
                Resize = Has(ResizeKey) ? ResizeWords.Method(OneOf(ResizeKey, ResizeWords.All)) : default,
                Normalization = Has(MeanKey) && Has(DeviationKey) ? Pixels() : null,
                Classes = classes,
                HasManyLabels = hasManyLabels,
                Thresholds = Has(ThresholdsKey) ? Limits(classes) : [0.5],
                Temperature = Has(TemperatureKey) ? Number(TemperatureKey, IsPositive, "a finite number above 0") : 1,
                Others = metadata.Where(entry => !_keys.Contains(entry.Key)).ToDictionary(),
            };
        }

        private bool Has(string key) => metadata.ContainsKey(key);

        private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

        private string OneOf(string key, IReadOnlyList<string> words) =>
            words.Contains(metadata[key]) ? metadata[key] : throw Wrong(key, $"one of {string.Join(", ", words)}");

        private Normalization Pixels()
        {
            double[] means = Numbers(MeanKey, double.IsFinite, "a finite number");
            double[] deviations = Numbers(DeviationKey, IsPositive, "a finite number above 0");
            if (means.Length != deviations.Length) throw Wrong(DeviationKey, $"as many numbers as {MeanKey} has, {means.Length}");
            if (means.Length > 1 && Has(ImageKey) && ImageShape()[0] != means.Length) throw Wrong(MeanKey, "one number, or one for each channel");
            return means.Length == 1 ? new(means[0], deviations[0]) : Data.Normalization.PerChannel([.. means.Zip(deviations)]);
        }

        private double[] Numbers(string key, Func<double, bool> isRight, string expected)
        {
            string[] parts = metadata[key].Split(',');
            double[] numbers = new double[parts.Length];
            for (int i = 0; i < parts.Length; i++)
                if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !isRight(numbers[i]))
                    throw Wrong(key, expected);
            return numbers;
        }

        private double Number(string key, Func<double, bool> isRight, string expected) =>
            double.TryParse(metadata[key], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && isRight(value)
                ? value : throw Wrong(key, expected);

        private Shape ImageShape()
        {
            int[] sizes = SizeText.Sizes(metadata[ImageKey], MostPixels);
            return sizes.Length == 3 && !sizes.Contains(0) && (long)sizes[0] * sizes[1] * sizes[2] <= MostNumbers
                ? new Shape(sizes) : throw Wrong(ImageKey, "channels, height and width, such as 3x64x64");
        }

        private string[] Names()
        {
            string[] names = [.. (Parsed(ClassesKey, NoteJson.Default.StringArray) ?? []).Select(name => NameForm.Composed(name ?? ""))];
            return names.Length > 0 && !names.Contains("") && names.Distinct().Count() == names.Length
                ? names : throw Wrong(ClassesKey, "a JSON array of names, each once");
        }

        private double[] Limits(string[]? classes)
        {
            double[]? limits = Parsed(ThresholdsKey, NoteJson.Default.DoubleArray);
            return limits is not null && (limits.Length == 1 || limits.Length == classes?.Length) && limits.All(limit => limit is >= 0 and <= 1)
                ? limits : throw Wrong(ThresholdsKey, "a JSON array of one number from 0 to 1, or of one for each class");
        }

        private T? Parsed<T>(string key, JsonTypeInfo<T> type) where T : class
        {
            try
            {
                return JsonSerializer.Deserialize(metadata[key], type);
            }
            catch (JsonException)                                            // said by who asked
            {
                return null;
            }
        }

        private InvalidDataException Wrong(string key, string expected) =>
            new($"{file}: its metadata says {key} = '{PrintableText.Of(metadata[key])}', must be {expected}.");
    }
}
