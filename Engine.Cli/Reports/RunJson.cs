using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scratch.Files;

namespace Scratch.Cli.Reports;

/// <summary>Runs as JSON, to write and to read: names in camel case, what is not a number as null, bytes in base 64.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(FiniteNumberConverter), typeof(FloatSeriesConverter)])]
[JsonSerializable(typeof(RunData))]
[JsonSerializable(typeof(RunForm))]
internal sealed partial class RunJson : JsonSerializerContext
{
    private static RunJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a run into its folder, whole or not at all.</summary>
    public static void Write(RunData run, string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, run, Readable.RunData));

    /// <summary>Reads the run of a folder.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is none that this program can read.</exception>
    public static RunData Read(string folder)
    {
        string path = Path.Combine(folder, RunFile.Data);
        if (!System.IO.File.Exists(path))
        {
            throw new InvalidDataException($"'{folder}' has no {RunFile.Data}. Name a folder that 'scratch train --out DIR' has written; "
                + "trainings before there were reports have none.");
        }
        try
        {
            byte[] text = System.IO.File.ReadAllBytes(path);
            if (JsonSerializer.Deserialize(text, Readable.RunForm)?.Format is { } format && format != RunFile.Format)
                throw new InvalidDataException($"{path} has format {format}, this program reads {RunFile.Format}.");
            RunData run = JsonSerializer.Deserialize(text, Readable.RunData) ?? throw new InvalidDataException($"{path} is empty.");
            RunCheck.Check(run, path);
            return run;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is no report of a training: {PrintableText.Of(e.Message)}", e);
        }
    }
}

/// <summary>Many numbers on one line, each with as many digits as tell it from others; what is none as null.</summary>
internal sealed class FloatSeriesConverter : JsonConverter<float[]>
{
    /// <inheritdoc/>
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<float> numbers = [];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("an array of numbers was expected");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            numbers.Add(reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle());
        return [.. numbers];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (float number in value)
        {
            if (float.IsFinite(number)) writer.WriteNumberValue(number);
            else writer.WriteNullValue();
        }
        writer.WriteEndArray();
    }
}
