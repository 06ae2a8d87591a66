using System.Numerics;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Saves and loads a model's state as safetensors, with PyTorch's names and layouts.</summary>
public static class ModelFile
{
    /// <summary>Writes all parameters and buffers; an older file is replaced only by the complete new one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Notes to write beside them.</param>
    public static void Save<T>(Model<T> model, string path, params ReadOnlySpan<(string Key, string Value)> metadata)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in metadata) writer.AddMetadata(key, value);
        foreach (var (name, value, isCount) in model.State())
            if (isCount) writer.Add(name, value.Shape, Array.ConvertAll(value.Span.ToArray(), long.CreateChecked));
            else writer.Add(name, value);
        writer.Write(path);
    }

    /// <summary>Reads all parameters and buffers. Where the file does not fit,
    /// nothing is changed and the error names everything that does not.</summary>
    /// <exception cref="InvalidDataException">The file is not sound, or tensors are
    /// missing, unexpected, of another shape or of another kind of number.</exception>
    public static void Load<T>(Model<T> model, string path) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        Check(model, file, Path.GetFileName(path));
        var numbers = new List<(Tensor<T> From, Tensor<T> To)>();            // all read before the first is changed: a type may be wrong
        foreach (var (name, value, isCount) in model.State())
        {
            if (!file.Contains(name)) continue;                              // a count that the file does without
            numbers.Add((isCount ? new Tensor<T>(value.Shape).Fill(T.CreateChecked(file.GetIntegers(name)[0])) : file.Get<T>(name), value));
        }
        foreach (var (from, to) in numbers) from.Span.CopyTo(to.Span);
    }

    private static void Check<T>(Model<T> model, SafetensorsFile file, string fileName) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var complaints = new List<string>();
        var expected = model.State().ToDictionary(entry => entry.Name);
        List<string> missing = [.. expected.Values.Where(entry => !entry.IsCount && !file.Contains(entry.Name)).Select(entry => $"{entry.Name} {entry.Value.Shape}")];
        List<string> unexpected = [.. file.Entries.Where(entry => !expected.ContainsKey(entry.Name)).Select(entry => $"{entry.Name} {entry.Shape}")];
        List<string> misshaped = [.. file.Entries.Where(entry => expected.TryGetValue(entry.Name, out var own) && own.Value.Shape != entry.Shape)
            .Select(entry => $"{entry.Name} {entry.Shape} instead of {expected[entry.Name].Value.Shape}")];
        if (missing.Count > 0) complaints.Add($"missing: {string.Join(", ", missing)}");
        if (unexpected.Count > 0) complaints.Add($"unexpected: {string.Join(", ", unexpected)}");
        if (misshaped.Count > 0) complaints.Add($"of another shape: {string.Join(", ", misshaped)}");
        if (complaints.Count > 0)
            throw new InvalidDataException($"{fileName} does not fit the model. {string.Join("; ", complaints)}. Was it saved from another model?");
    }
}
