using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Scratch.Files;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>The arguments of one module of a <see cref="ModelDefinition"/>, as its constructor asks for them.</summary>
/// <param name="who">What errors call the definition.</param>
/// <param name="place">Where the module stands in it.</param>
/// <param name="given">An object of arguments; or nothing.</param>
/// <param name="input">The shape that it will see.</param>
/// <param name="classes">What <c>"classes"</c> stands for.</param>
internal sealed class ModuleArguments(string who, string place, JsonElement given, Shape input, int classes)
{
    private readonly List<string> _asked = [];

    /// <summary>Where the module stands.</summary>
    public string Place => place;

    /// <summary>The first axis of its input: channels, or features.</summary>
    public int Inputs => input.Rank > 0 ? input[0] : 1;

    /// <summary>A whole number that must be there, or the word <c>classes</c>.</summary>
    public int Count(string name) => Count(name, null);

    /// <summary>A whole number, or the word <c>classes</c>.</summary>
    public int Count(string name, int? normally)
    {
        if (!Has(name, out JsonElement value)) return normally ?? Missing(name);
        if (value.ValueKind == JsonValueKind.String && value.GetString() == nameof(classes)) return classes;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) ? count
            : Wrong<int>(name, value, "a whole number, or \"classes\"");
    }

    /// <summary>A whole number that is not more than its inputs are.</summary>
    public int CountUpToInputs(string name, int normally) => Count(name, normally) is var count && count <= Inputs ? count
        : throw new InvalidDataException($"{who}: {place}.{name} is {count}, must be at most {Inputs}.");

    /// <summary>A number.</summary>
    public double Number(string name, double normally) => !Has(name, out JsonElement value) ? normally
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble() : Wrong<double>(name, value, "a number");

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool normally) => !Has(name, out JsonElement value) ? normally
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong<bool>(name, value, "true or false");

    /// <summary>Height and width that must be there.</summary>
    public Size2 Size(string name) => OptionalSize(name) ?? Missing(name);

    /// <summary>Height and width, one number for both or two.</summary>
    public Size2? OptionalSize(string name)
    {
        if (!Has(name, out JsonElement value)) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int both)) return new Size2(both, both);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value.EnumerateArray().All(IsWhole))
            return new Size2(value[0].GetInt32(), value[1].GetInt32());
        return Wrong<Size2>(name, value, "a whole number, or two as [height, width]");
    }

    /// <summary>Padding at all sides, one number for all.</summary>
    public int Padding(string name) => Count(name, 0);

    /// <summary>Refuses an argument that nobody asked for.</summary>
    /// <exception cref="InvalidDataException">There is one, or what is given are no arguments.</exception>
    public void CheckAllRead()
    {
        if (given.ValueKind == JsonValueKind.Undefined) return;
        string allowed = _asked.Count == 0 ? "It takes none" : $"It takes {string.Join(", ", _asked)}";
        if (given.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{who}: {place} is {PrintableText.Of(given.GetRawText())}, must be {{ arguments }}. {allowed}.");
        foreach (JsonProperty property in given.EnumerateObject())
            if (!_asked.Contains(property.Name))
                throw new InvalidDataException($"{who}: {place} has no argument '{PrintableText.Of(property.Name)}'. {allowed}.");
    }

    private static bool IsWhole(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _);

    private bool Has(string name, out JsonElement value)
    {
        _asked.Add(name);
        value = default;
        return given.ValueKind == JsonValueKind.Object && given.TryGetProperty(name, out value);
    }

    [DoesNotReturn]
    private int Missing(string name) => throw new InvalidDataException($"{who}: {place} has no '{name}', and needs one.");

    [DoesNotReturn]
    private TValue Wrong<TValue>(string name, JsonElement value, string expected) =>
        throw new InvalidDataException($"{who}: {place}.{name} is {PrintableText.Of(value.GetRawText())}, must be {expected}.");
}
