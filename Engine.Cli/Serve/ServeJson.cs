using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scratch.Cli.Serve;

/// <summary>What is said of one image.</summary>
/// <param name="Labels">The most probable class, or those that reach their threshold.</param>
/// <param name="Classes">The most probable ones, the most probable first.</param>
internal sealed record Answer(IReadOnlyList<string> Labels, IReadOnlyList<ClassProbability> Classes);

/// <summary>What <c>/predict</c> says.</summary>
/// <param name="Predictions">One for each image, in their order.</param>
internal sealed record Answers(IReadOnlyList<Answer> Predictions);

/// <summary>What <c>/health</c> says.</summary>
internal sealed record Health(string Status);

/// <summary>Everything that is said as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Answers))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ServeJson : JsonSerializerContext
{
    // It is served with its type and "nosniff", so that nothing in it is taken for a page.
    private static ServeJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>As UTF-8.</summary>
    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), Readable);
}
