using System.Text.Json.Serialization;

namespace Scratch.Pictures;

/// <summary>Lists in a model's notes as JSON.</summary>
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class NoteJson : JsonSerializerContext;
