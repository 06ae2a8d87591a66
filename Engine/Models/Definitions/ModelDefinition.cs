using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using Scratch.Files;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model as a small JSON text: modules by their names, with the arguments of their constructors.</summary>
/// <remarks>
/// <code>
/// { "layers": [
///     { "Conv2d": { "outChannels": 16, "kernelSize": 3, "padding": 1 } }, "BatchNorm2d", "Relu",
///     { "Residual": { "body": [ { "Conv2d": { "outChannels": 16, "kernelSize": 3, "padding": 1 } }, "Relu" ] } },
///     "GlobalAvgPool", "Flatten", { "Linear": { "outFeatures": "classes" } } ] }
/// </code>
/// Sizes that follow from the value before (<c>inChannels</c>, <c>inFeatures</c>, <c>numFeatures</c>, <c>numChannels</c>) are left out;
/// <c>"classes"</c> stands for the
/// number of classes. <c>Residual</c> has <c>body</c> and, if wanted, <c>shortcut</c>; <c>Concat</c> a list of branches; each is a list of modules.
/// <see cref="ModelCatalog.Build"/> takes <see cref="Text"/> for a name, and so do a model's notes: a saved model loads without code.
/// </remarks>
public sealed class ModelDefinition
{
    private const string LayersKey = "layers";
    private const int MostModules = 4096, MostNumbers = 1 << 26;             // of a value, for one image: a definition may come from anyone

    private readonly JsonElement _layers;
    private readonly string _who;
    private int _modules;                                                    // made so far
    private long _parameters;

    private ModelDefinition(string who, JsonElement root)
    {
        _who = who;
        if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(property => property.Name != LayersKey)
            || !root.TryGetProperty(LayersKey, out _layers) || _layers.ValueKind != JsonValueKind.Array || _layers.GetArrayLength() == 0)
        {
            throw new InvalidDataException($"{who}: expected {{ \"{LayersKey}\": [ ... ] }} with at least one module and nothing beside.");
        }
        Text = JsonSerializer.Serialize(root, DefinitionJson.Default.JsonElement);
    }

    /// <summary>The JSON, on one line.</summary>
    public string Text { get; }

    /// <summary>Whether a name is no name but such a text.</summary>
    internal static bool IsText(string name) => name.StartsWith('{');

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or not of this form.</exception>
    public static ModelDefinition Load(string path) => Parse(File.ReadAllText(path), Path.GetFileName(path));

    /// <summary>Reads a text. Whether the modules in it can be made shows in <see cref="Build"/>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="who">What errors call it.</param>
    /// <exception cref="InvalidDataException">It is not JSON, or not of this form.</exception>
    public static ModelDefinition Parse(string json, string who = "model")
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return new(who, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{who}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: this is not JSON.", e);
        }
    }

    /// <summary>Makes the model; its weights start from seed 0.</summary>
    /// <param name="input">[C, H, W] of one image.</param>
    /// <param name="classes">What <c>"classes"</c> stands for.</param>
    /// <exception cref="InvalidDataException">A module is unknown, an argument is missing, unknown or wrong, or a module does not fit what comes
    /// before it; the message names the place.</exception>
    public Model<T> Build<T>(Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var counting = (ModelDefinition)MemberwiseClone();                   // others may build at the same time: only copies count
        return new Sequential<T>(counting.Modules<T>(_layers, LayersKey, classes, ref input));
    }

    // Each module after what the ones before it make of the shape.
    private Module<T>[] Modules<T>(JsonElement list, string place, int classes, ref Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (list.ValueKind != JsonValueKind.Array) Wrong(place, "must be a list of modules");
        var modules = new Module<T>[list.GetArrayLength()];
        for (int i = 0; i < modules.Length; i++) modules[i] = Module<T>(list[i], $"{place}[{i}]", classes, ref shape);
        return modules;
    }

    private Module<T> Module<T>(JsonElement element, string place, int classes, ref Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isNamed = element.ValueKind == JsonValueKind.String;
        bool isOne = element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Count() == 1;
        if (!isNamed && !isOne) Wrong(place, "must be a module's name, or { \"name\": { its arguments } }");
        string name = isNamed ? element.GetString()! : element.EnumerateObject().First().Name;
        JsonElement given = isNamed ? default : element.EnumerateObject().First().Value;
        string own = $"{place}.{PrintableText.Of(name)}";
        Module<T> module;
        try
        {
            module = name switch
            {
                "Sequential" => new Chain<T>(Inside<T>(given, own, classes, shape)),
                "Concat" => new Concat<T>(Branches<T>(given, own, classes, shape)),
                "Residual" => Residual<T>(given, own, classes, shape),
                _ => Layer<T>(name, new ModuleArguments(_who, own, given, shape, classes)),
            };
            shape = module.OutputShape(shape);
            if (shape.Length > MostNumbers) Wrong(own, $"puts out {shape.Length} numbers for an image, must put out at most {MostNumbers}");
        }
        catch (ArgumentException e)                                          // from a constructor, or of shapes that do not fit
        {
            throw new InvalidDataException($"{_who}: {own}: {e.Message.Split(" (Parameter")[0]}", e);
        }
        return module;
    }

    private Layer<T> Layer<T>(string name, ModuleArguments arguments) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (++_modules > MostModules) Wrong(arguments.Place, $"is module {_modules}, must be one of at most {MostModules}");
        Layer<T> layer = DefinedLayers.Make<T>(name, arguments)
            ?? throw new InvalidDataException(
                $"{_who}: {arguments.Place}: there is no such module. Modules: {string.Join(", ", DefinedLayers.Names)}.");
        arguments.CheckAllRead();
        ParameterLimit.Check(_parameters += layer.Parameters.Sum(parameter => (long)parameter.Shape.Length));
        return layer;
    }

    private Module<T>[] Inside<T>(JsonElement list, string place, int classes, Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Modules<T>(list, place, classes, ref shape);

    private Module<T>[] Branches<T>(JsonElement list, string place, int classes, Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() < 2)
            Wrong(place, "must be a list of at least two branches, each a list of modules");
        return [.. Enumerable.Range(0, list.GetArrayLength()).Select(i => new Chain<T>(Inside<T>(list[i], $"{place}[{i}]", classes, shape)))];
    }

    private Residual<T> Residual<T>(JsonElement given, string place, int classes, Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string[] unknown = given.ValueKind == JsonValueKind.Object
            ? [.. given.EnumerateObject().Select(property => property.Name).Where(name => name is not ("body" or "shortcut"))] : [];
        if (unknown.Length > 0 || given.ValueKind != JsonValueKind.Object || !given.TryGetProperty("body", out JsonElement body))
            Wrong(place, "must be { \"body\": [ ... ] }, with a \"shortcut\": [ ... ] where the shape changes");
        else
        {
            Chain<T>? shortcut = given.TryGetProperty("shortcut", out JsonElement way)
                ? new(Inside<T>(way, $"{place}.shortcut", classes, shape)) : null;
            return new(new Chain<T>(Inside<T>(body, $"{place}.body", classes, shape)), shortcut);
        }
        return null;
    }

    [DoesNotReturn]
    private void Wrong(string place, string expected) => throw new InvalidDataException($"{_who}: {place} {expected}.");
}
