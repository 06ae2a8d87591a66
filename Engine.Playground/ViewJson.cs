using System.Text.Json;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Playground;

/// <summary>What the page asks of a model before it shows anything: <c>describe()</c> of wwwroot/engine.js, where each name is explained.</summary>
internal static class ViewJson
{
    /// <summary>Writes <c>input</c>, <c>classes</c> and <c>layers</c> into an object that was begun.</summary>
    public static void Write(Utf8JsonWriter json, ModelView view, IReadOnlyList<string> classes)
    {
        Shape image = view.Summary.Inputs[0];
        json.WriteStartObject("input");
        json.WriteNumber("channels", image[0]);
        json.WriteNumber("height", image[1]);
        json.WriteNumber("width", image[2]);
        json.WriteEndObject();
        json.WriteStartArray("classes");
        foreach (string name in classes) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("layers");
        for (int i = 0; i < view.Summary.Layers.Count; i++) Write(json, view, i);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ModelView view, int layer)
    {
        LayerSummary summary = view.Summary.Layers[layer];
        json.WriteStartObject();
        json.WriteString("path", summary.Path);
        json.WriteString("type", summary.Type);
        Write(json, "shape", summary.OutputShape.Sizes);
        Write(json, "shown", view.Shown(summary.OutputShape).Sizes);
        json.WriteString("formula", summary.SizeFormula);
        json.WriteNumber("weights", summary.Weights);
        json.WriteNumber("biases", summary.Biases);
        json.WriteNumber("multiplyAdds", summary.MultiplyAdds);
        if (view.Sight(layer) is var (field, start, jump))
        {
            Write(json, "field", field);
            Write(json, "start", start);
            Write(json, "jump", jump);
        }
        else if (summary.ReceptiveField is { } unequal) Write(json, "field", unequal);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Size2 size) => Write(json, name, [size.Height, size.Width]);

    private static void Write(Utf8JsonWriter json, string name, ReadOnlySpan<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
