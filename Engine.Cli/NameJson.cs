using System.Text.Json.Serialization;

namespace Scratch.Cli;

/// <summary>Lists of names as JSON.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class NameJson : JsonSerializerContext;
