using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Scratch.Data;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>What a model's file says beside the weights: everything that is needed to use it.</summary>
/// <remarks>
/// They stand as text in the metadata of a safetensors file, one key each: <c>scratch</c> (the version of these notes), <c>model</c>, <c>image</c>
/// (<c>3x64x64</c>), <c>resize</c>, <c>mean</c> and <c>std</c> (of each channel, with commas, where they have their own), <c>task</c>,
/// <c>dropout</c>, <c>temperature</c>, and as JSON <c>classes</c> and
/// <c>thresholds</c>. A file without some of them, such as one of PyTorch's, has none of what they say.
/// </remarks>
public sealed partial record ModelNotes
{
    /// <summary>The version that is written; older ones are read too.</summary>
    public const int Version = 1;

    private const string OneLabel = "one-label", SeveralLabels = "multi-label";

    /// <summary>The model's name in the catalogue; none if it is not from there.</summary>
    public string? Model { get; init; }

    /// <summary>The share of the inputs of its last layer that training left out.</summary>
    public double Dropout { get; init; }

    /// <summary>[C, H, W] of the images that it takes.</summary>
    public Shape? Image { get; init; }

    /// <summary>How pictures of another size come to that.</summary>
    public ResizeMethod Resize { get; init; }

    /// <summary>How pixels become inputs.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>What its outputs stand for, in their order.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Whether an image may have several labels, or none, rather than one.</summary>
    public bool HasManyLabels { get; init; }

    /// <summary>With many labels: from which probability on each is said, one for all or one for each. 0.5 if nobody said.</summary>
    public IReadOnlyList<double> Thresholds { get; init; } = [0.5];

    /// <summary>By what outputs are divided before they become probabilities, so that these are as often right as they say.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>What else stands in the file, by key.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();

    /// <summary>The notes as metadata, for <see cref="ModelFile.Save"/>.</summary>
    public (string Key, string Value)[] ToMetadata()
    {
        List<(string, string)> entries = [("format", "pt"), (VersionKey, Text(Version))];      // the first: for readers of PyTorch's weights
        if (Model is { } model) entries.Add((ModelKey, model));
        if (Dropout > 0) entries.Add((DropoutKey, Text(Dropout)));
        if (Image is { } image) entries.Add((ImageKey, string.Join('x', image.Sizes.ToArray())));
        entries.Add((ResizeKey, ResizeWords.Of(Resize)));
        if (Normalization is { } one)
        {
            IReadOnlyList<Normalization> channels = one.Channels.Count > 0 ? one.Channels : [one];
            entries.Add((MeanKey, string.Join(',', channels.Select(channel => Text(channel.Mean)))));
            entries.Add((DeviationKey, string.Join(',', channels.Select(channel => Text(channel.StandardDeviation)))));
        }
        if (Classes is { } classes) entries.Add((ClassesKey, JsonSerializer.Serialize([.. classes], NoteJson.Default.StringArray)));
        entries.Add((TaskKey, HasManyLabels ? SeveralLabels : OneLabel));
        if (HasManyLabels) entries.Add((ThresholdsKey, JsonSerializer.Serialize([.. Thresholds], NoteJson.Default.DoubleArray)));
        if (Temperature != 1) entries.Add((TemperatureKey, Text(Temperature)));
        entries.AddRange(Others.Select(other => (other.Key, other.Value)));
        return [.. entries];
    }

    /// <summary>Makes the model that the notes speak of; its weights are to be loaded yet.</summary>
    /// <exception cref="InvalidDataException">They do not say enough, or the model cannot be made of what they say.</exception>
    public Model<T> Build<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => Build<T>(long.MaxValue);

    /// <summary>The same, if it has no more parameters than so many.</summary>
    internal Model<T> Build<T>(long mostParameters) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Model is null || Image is not { } image || Classes is not { } classes)
            throw new InvalidDataException("the notes do not say which model it is, for which images and classes.");
        try
        {
            return ModelCatalog.Build<T>(Model, image, classes.Count, Dropout, mostParameters);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
