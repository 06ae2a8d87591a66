using System.Numerics;
using Scratch.Files;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Models;

/// <summary>Saves and loads a model's state as safetensors, with PyTorch's names and layouts.</summary>
/// <remarks>
/// The metadata key <c>weights</c> holds the hash of the numbers as they are stored: <see cref="Model{T}.Hash"/> for <c>float</c> and <c>double</c>.
/// Whoever loads finds out by it if a number has changed since; a file without it, such as one of PyTorch's, is taken as it is.
/// </remarks>
public static partial class ModelFile
{
    private const string HashKey = "weights";

    /// <summary>Writes all parameters and buffers; an older file is replaced only by the complete new one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Notes to write beside them; <c>weights</c> is written anyway.</param>
    /// <exception cref="InvalidOperationException">A number is not finite: an older file is worth more than this model.</exception>
    public static void Save<T>(Model<T> model, string path, params ReadOnlySpan<(string Key, string Value)> metadata)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite(model.State().Select(entry => (entry.Name, entry.Value))) is { } damage)
            ShapeGuard.WrongOrder(nameof(ModelFile), $"{damage}. '{path}' is not written, and stays as it was.");
        string hash = StateHash.Stored(model.State().Select(entry => entry.Value), asDouble: typeof(T) == typeof(double));
        var writer = new SafetensorsWriter().AddMetadata(HashKey, hash);
        foreach (var (key, value) in metadata) writer.AddMetadata(key, value);
        foreach (var (name, value, isCount) in model.State())
            if (isCount) writer.Add(name, value.Shape, Array.ConvertAll(value.Span.ToArray(), long.CreateChecked));
            else writer.Add(name, value);
        writer.Write(path);
    }

    /// <summary>Reads all parameters and buffers. Where the file does not fit,
    /// nothing is changed and the error names everything that does not.</summary>
    /// <exception cref="InvalidDataException">The file is not sound, or tensors are missing, unexpected, of another shape or of another kind
    /// of number, or a number is not finite, or the numbers are not those that were saved.</exception>
    public static void Load<T>(Model<T> model, string path) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using FileStream stream = File.OpenRead(path);
        SafetensorsFile file = SafetensorsFile.Open(stream, Path.GetFileName(path));
        Check(model, file, Path.GetFileName(path));
        CheckNumbers(model, file, Path.GetFileName(path));                   // all of them, before the first is changed
        foreach (var (name, value, isCount) in model.State())
            if (file.Contains(name)) Read(file, name, value, isCount);       // or a count that the file does without
    }

    /// <summary>How many parameters a file can fill at most, for <see cref="ModelCatalog.Build"/>: no number takes less than two bytes.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static long MostParameters(string path) => new FileInfo(path).Length / 2;

    private static void Read<T>(SafetensorsFile file, string name, Tensor<T> to, bool isCount) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (isCount) to.Fill(T.CreateChecked(file.GetIntegers(name)[0]));
        else file.CopyTo(name, to.Span);
    }

    private static void Check<T>(Model<T> model, SafetensorsFile file, string fileName) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var complaints = new List<string>();
        var expected = model.State().ToDictionary(entry => entry.Name);
        List<string> missing = [.. expected.Values.Where(entry => !entry.IsCount && !file.Contains(entry.Name)).Select(entry =>
            $"{entry.Name} {entry.Value.Shape}")];
        List<string> unexpected = [.. file.Entries.Where(entry => !expected.ContainsKey(entry.Name)).Select(entry =>
            $"{PrintableText.Of(entry.Name)} {entry.Shape}")];
        List<string> misshaped = [.. file.Entries.Where(entry => expected.TryGetValue(entry.Name, out var own) && own.Value.Shape != entry.Shape)
            .Select(entry => $"{entry.Name} {entry.Shape} instead of {expected[entry.Name].Value.Shape}")];
        if (missing.Count > 0) complaints.Add($"missing: {string.Join(", ", missing)}");
        if (unexpected.Count > 0) complaints.Add($"unexpected: {string.Join(", ", unexpected)}");
        if (misshaped.Count > 0) complaints.Add($"of another shape: {string.Join(", ", misshaped)}");
        if (complaints.Count > 0)
            throw new InvalidDataException($"{fileName} does not fit the model. {string.Join("; ", complaints)}. Was it saved from another model?");
    }

    private static void CheckNumbers<T>(Model<T> model, SafetensorsFile file, string fileName) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite(Numbers(model, file)) is { } damage)
            throw new InvalidDataException($"{fileName}: {damage}. Such weights give no answers: train again, or take an older file.");
        if (file.Metadata.GetValueOrDefault(HashKey) is not { Length: StateHash.Length } expected) return;     // another program's word
        string found = StateHash.Stored(Numbers(model, file).Select(entry => entry.Value), file.Entries.Any(entry => entry.Dtype == "F64"));
        if (found != expected)
        {
            throw new InvalidDataException($"{fileName}: its metadata says {HashKey} {PrintableText.Of(expected)}, its numbers have "
                + $"{found}: "
                + $"they are not those that were saved. Take an undamaged copy; or, if they were changed on purpose, remove '{HashKey}' "
                    + "from the metadata.");
        }
    }

    // What the model's state would be, one tensor after the other in the same memory.
    private static IEnumerable<(string Name, Tensor<T> Value)> Numbers<T>(Model<T> model, SafetensorsFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var memory = new Tensor<T>(new Shape(model.State().Max(entry => entry.Value.Length)));
        foreach (var (name, value, isCount) in model.State())
        {
            Tensor<T> read = memory.Slice(0, value.Length);
            if (file.Contains(name)) Read(file, name, read, isCount);
            else value.Span.CopyTo(read.Span);
            yield return (name, read);
        }
    }

    /// <summary>Which tensors have numbers that are not finite, and how many; nothing if none.</summary>
    private static string? NotFinite<T>(IEnumerable<(string Name, Tensor<T> Value)> tensors) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<string> damaged = [];
        foreach (var (name, value) in tensors)
        {
            if (TensorPrimitives.IsFiniteAll<T>(value.Span)) continue;
            int count = 0;
            foreach (T number in value.Span) count += T.IsFinite(number) ? 0 : 1;
            damaged.Add($"{name} has {count} of {value.Length}");
        }
        return damaged.Count == 0 ? null : $"numbers are not finite: {string.Join(", ", damaged)}";
    }
}
