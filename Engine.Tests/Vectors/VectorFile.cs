using System.Globalization;
using Scratch.Files;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>One file of reference vectors, read strictly: it knows which of its parameters and tensors nobody has asked for.</summary>
/// <param name="path">Where it lies.</param>
public sealed class VectorFile(string path)
{
    private readonly SafetensorsFile _file = SafetensorsFile.Read(path);
    private readonly HashSet<string> _asked = ["format", "op", "exact"];

    /// <summary>The file's name without folder and ending.</summary>
    public string Name { get; } = Path.GetFileNameWithoutExtension(path);

    /// <summary>Where it lies.</summary>
    public string Location => path;

    /// <summary>The operation.</summary>
    /// <exception cref="InvalidDataException">The file does not say.</exception>
    public string Op => _file.Metadata.TryGetValue("op", out string? op) ? op : throw Invalid("the metadata has no 'op'.");

    /// <summary>Whether float must give the very same values.</summary>
    public bool IsExact => _file.Metadata.TryGetValue("exact", out string? exact)
        && (exact == "1" || (exact == "0" ? false : throw Invalid($"'exact' is '{exact}', expected 0 or 1.")));

    /// <summary>Parameters and tensors that the replay has neither used nor left out by name: options that would be silently ignored.</summary>
    public IReadOnlyList<string> NotAskedFor =>
        [.. _file.Metadata.Keys.Where(key => !_asked.Contains(key)).Select(key => $"parameter '{key}' = '{_file.Metadata[key]}'"),
         .. _file.Entries.Where(entry => !_asked.Contains(entry.Name)).Select(entry => $"tensor '{entry}'")];

    /// <summary>The names of its tensors.</summary>
    public IEnumerable<string> TensorNames => _file.Entries.Select(entry => entry.Name);

    /// <summary>Another file of the same folder, for models, which take several.</summary>
    public VectorFile Sibling(string name) => new(Path.Combine(Path.GetDirectoryName(path)!, name + ".safetensors"));

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Has(string tensor) => _file.Contains(tensor);

    /// <summary>A tensor's entry, without having used it.</summary>
    public SafetensorsEntry Entry(string tensor) => _file[tensor];

    /// <summary>A tensor of numbers.</summary>
    public Tensor<T> Get<T>(string tensor) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        _asked.Add(tensor);
        return _file.Get<T>(tensor);
    }

    /// <summary>A tensor of whole numbers.</summary>
    public int[] GetIntegers(string tensor)
    {
        _asked.Add(tensor);
        return Array.ConvertAll(_file.GetIntegers(tensor), value => checked((int)value));
    }

    /// <summary>Parameters or tensors that are known and need not, or cannot yet, be used.</summary>
    public void LeaveOut(params ReadOnlySpan<string> names)
    {
        foreach (string name in names) _asked.Add(name);
    }

    /// <summary>A parameter as text.</summary>
    public string Text(string parameter)
    {
        _asked.Add(parameter);
        return _file.Metadata.TryGetValue(parameter, out string? value) ? value : throw Invalid($"the metadata has no '{parameter}'.");
    }

    /// <summary>A number, as Python writes it.</summary>
    public double Number(string parameter) =>
        double.TryParse(Text(parameter), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Wrong(parameter,
            "a number");

    /// <summary>A whole number.</summary>
    public int WholeNumber(string parameter) =>
        int.TryParse(Text(parameter), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw Wrong(parameter,
            "a whole number");

    /// <summary>0 or 1.</summary>
    public bool Flag(string parameter) => Text(parameter) switch { "0" => false, "1" => true, _ => throw Wrong(parameter, "0 or 1") };

    /// <summary>Height and width.</summary>
    public Size2 Pair(string parameter)
    {
        string[] parts = Text(parameter).Split(',');
        if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int height) && int.TryParse(parts[1],
            CultureInfo.InvariantCulture, out int width))
            return new(height, width);
        throw Wrong(parameter, "\"h,w\"");
    }

    /// <summary>A parameter that must have this one value, because nothing else is implemented.</summary>
    public void Expect(string parameter, string value)
    {
        if (Text(parameter) != value) throw Wrong(parameter, $"'{value}', all that the replay knows");
    }

    private InvalidDataException Wrong(string parameter, string expected) =>
        Invalid($"parameter '{parameter}' is '{Text(parameter)}', expected {expected}.");

    private InvalidDataException Invalid(string what) => new($"{Name}: {what}");
}
