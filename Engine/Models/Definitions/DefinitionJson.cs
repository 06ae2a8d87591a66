using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scratch.Models;

/// <summary>A definition as it is written into a model's file.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
