using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scratch.Files;
using Scratch.Telemetry;

namespace Scratch.Cli;

/// <summary>Reports as JSON: names in camel case, numbers as JSON has them, what is not a number as null.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(FiniteNumberConverter), typeof(PassConverter)])]
[JsonSerializable(typeof(TrainReport))]
[JsonSerializable(typeof(EpochMessage))]
[JsonSerializable(typeof(FoldReport))]
[JsonSerializable(typeof(TrainSettings))]
[JsonSerializable(typeof(EvaluateReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(SummaryReport))]
[JsonSerializable(typeof(GradcheckReport))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(FindLrReport))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(string[]), TypeInfoPropertyName = "Words")]
[JsonSerializable(typeof(AccuracyReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    // Formulas have "+" and "·"; the JSON is for files and pipes, never for the middle of a web page.
    private static ReportJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static ReportJson OnOneLine =>
        field ??= new(new JsonSerializerOptions(Readable.Options) { WriteIndented = false });

    /// <summary>The report on one line, for programs that read line by line.</summary>
    public static string Line<TReport>(TReport report) => JsonSerializer.Serialize(report, typeof(TReport), OnOneLine);

    /// <summary>The report as text.</summary>
    public static string Text<TReport>(TReport report) => JsonSerializer.Serialize(report, typeof(TReport), Readable);

    /// <summary>Writes the report to a file, whole or not at all.</summary>
    public static void Write<TReport>(TReport report, string path) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, report, typeof(TReport), Readable));
}

/// <summary>NaN and infinity, which JSON does not know, become null.</summary>
internal sealed class FiniteNumberConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}

/// <summary>One forward pass on one line: there are thousands.</summary>
internal sealed class PassConverter : JsonConverter<ActivationRecord>
{
    private const string NewLine = "\n        ";                             // raw values are not indented by the writer

    /// <inheritdoc/>
    public override ActivationRecord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Reports are written, not read.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ActivationRecord value, JsonSerializerOptions options) => writer.WriteRawValue(
        (writer.Options.Indented ? NewLine : "")
        + $$"""{ "training": {{Word(value.Training)}}, "mean": {{Number(value.Mean)}}, "std": {{Number(value.StandardDeviation)}} }""");

    private static string Word(bool value) => value ? "true" : "false";

    private static string Number(double value) => double.IsFinite(value) ? $"{value:R}" : "null";
}
