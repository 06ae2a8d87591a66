using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Scratch.Tensors;

namespace Scratch.Files;

/// <summary>The JSON header of a safetensors file, believed only as far as the file's length bears it out.</summary>
/// <remarks>
/// <c>{"__metadata__": {key: text}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
/// …}</c>, offsets counted from the end of the header. The tensors must cover the data from the first
/// byte to the last, without gap or overlap. Nothing is allocated by a size the header only claims.
/// </remarks>
internal sealed class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    // JsonDocument refuses the same name twice, at every depth: of two entries one would silently win.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly string _file;
    private readonly long _dataLength;

    public SafetensorsHeader(string file, byte[] json, long dataLength)
    {
        (_file, _dataLength) = (file, dataLength);
        if (!Utf8.IsValid(json)) Invalid(file, "header is not valid UTF-8.");
        if (json is not [(byte)'{', ..]) Invalid(file,
            $"expected a header that begins with '{{' at byte 8, found {(json.Length == 0 ? "an empty one" : $"0x{json[0]:X2}")}.");
        var entries = new List<SafetensorsEntry>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName) ReadMetadata(property.Value);
                else entries.Add(ReadEntry(property.Name, property.Value));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)      // the second: a string with half a surrogate pair
        {
            Invalid(file, $"header is not valid JSON: {PrintableText.Of(e.Message)}.");
        }
        Entries = [.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
        CheckCover();
    }

    /// <summary>Free text by key, in the order of the file.</summary>
    public OrderedDictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Throws the error of a file: its name and what is wrong, on one line.</summary>
    [DoesNotReturn]
    public static void Invalid(string file, string what) => throw new InvalidDataException($"{file}: {what}");

    /// <summary>Bytes of one number; 0 where the format knows none of this name.</summary>
    public static int SizeOf(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        "U16" or "I16" or "F16" or "BF16" => 2,
        "U32" or "I32" or "F32" => 4,
        "U64" or "I64" or "F64" or "C64" => 8,
        _ => 0,
    };

    private void ReadMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object) Invalid(_file, $"{MetadataName}: expected an object, found {metadata.ValueKind}.");
        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                Invalid(_file, $"{MetadataName}: expected a string at '{PrintableText.Of(property.Name)}', found {property.Value.ValueKind}.");
            Metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement tensor)
    {
        string who = $"tensor '{PrintableText.Of(name)}'";
        if (tensor.ValueKind != JsonValueKind.Object) Invalid(_file, $"{who}: expected an object, found {tensor.ValueKind}.");
        string dtype = Member(who, tensor, "dtype", JsonValueKind.String).GetString()!;
        int elementSize = SizeOf(dtype);
        if (elementSize == 0) Invalid(_file, $"{who}: dtype '{PrintableText.Of(dtype)}' is unknown, expected for example F32 or I64.");
        Shape shape = ReadShape(who, Member(who, tensor, "shape", JsonValueKind.Array));

        JsonElement offsets = Member(who, tensor, "data_offsets", JsonValueKind.Array);
        if (offsets.GetArrayLength() != 2) Invalid(_file, $"{who}: expected 2 data_offsets, found {offsets.GetArrayLength()}.");
        long begin = Number(who, "data_offsets", offsets[0]), end = Number(who, "data_offsets", offsets[1]);
        if (begin > end) Invalid(_file, $"{who}: data_offsets [{begin}, {end}] end before they begin.");
        if (end > _dataLength)
            Invalid(_file, $"{who}: data_offsets [{begin}, {end}] leave the {_dataLength} bytes of data in the file. Is it cut off?");
        long expected = (long)shape.Length * elementSize;
        string type = PrintableText.Of($"{dtype} {shape}");
        if (end - begin != expected) Invalid(_file, $"{who}: {type} takes {expected} bytes, data_offsets [{begin}, {end}] hold {end - begin}.");
        if (expected > Array.MaxLength) Invalid(_file, $"{who}: {type} takes {expected} bytes, more than the {Array.MaxLength} that can be read.");
        return new(name, dtype, shape, begin, end);
    }

    private Shape ReadShape(string who, JsonElement shape)
    {
        int[] sizes = new int[shape.GetArrayLength()];
        long length = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            long size = Number(who, "shape", shape[axis]);
            if (size > Array.MaxLength || (length *= size) > Array.MaxLength)
                Invalid(_file, $"{who}: axis {axis} of size {size} makes more elements than the {Array.MaxLength} one tensor can hold.");
            sizes[axis] = (int)size;
        }
        return new(sizes);
    }

    private JsonElement Member(string who, JsonElement tensor, string name, JsonValueKind kind)
    {
        if (!tensor.TryGetProperty(name, out JsonElement value)) Invalid(_file, $"{who}: {name} is missing.");
        if (value.ValueKind != kind) Invalid(_file, $"{who}: expected {name} to be of kind {kind}, found {value.ValueKind}.");
        return value;
    }

    private long Number(string who, string what, JsonElement element)
    {
        long number = -1;
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out number) || number < 0)
            Invalid(_file, $"{who}: expected whole numbers from 0 to 2^63 - 1 in {what}, found {PrintableText.Of(element.GetRawText())}.");
        return number;
    }

    private void CheckCover()
    {
        long position = 0;
        foreach (SafetensorsEntry entry in Entries)
        {
            if (entry.Begin != position)
            {
                Invalid(_file, $"tensor '{PrintableText.Of(entry.Name)}': data_offsets [{entry.Begin}, {entry.End}] "
                    + $"{(entry.Begin < position ? "overlap" : "leave a gap after")} "
                    + $"the tensor before, expected to begin at {position}.");
            }
            position = entry.End;
        }
        if (position != _dataLength) Invalid(_file, $"the tensors take {position} bytes, the file has {_dataLength} bytes of data.");
    }
}
