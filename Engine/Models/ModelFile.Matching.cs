using System.Numerics;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>What <see cref="ModelFile.LoadMatching"/> did with a file.</summary>
/// <param name="Kept">Names of parameters and buffers that are the file's now.</param>
/// <param name="New">Those that the file has not, or in another shape: they stay as they were.</param>
/// <param name="Left">What the file has that the model has not.</param>
public sealed record MatchedTensors(IReadOnlyList<string> Kept, IReadOnlyList<string> New, IReadOnlyList<string> Left)
{
    /// <summary>For example <c>12 kept; new: 14.weight, 14.bias</c>.</summary>
    public override string ToString() => $"{Kept.Count} kept; new: {(New.Count == 0 ? "none" : string.Join(", ", New))}";
}

// For training on from another model's weights.
public static partial class ModelFile
{
    /// <summary>Reads what fits: tensors of the same name and shape. The rest of the model stays as it is, such as a last layer of other
    /// classes.</summary>
    /// <remarks>The hash in the file is of all its numbers, and is not compared.</remarks>
    /// <param name="model">The model, its parameters started already.</param>
    /// <param name="path">A file of a model of the same kind.</param>
    /// <exception cref="InvalidDataException">The file is not sound, or nothing in it fits, or a number is not finite.</exception>
    public static MatchedTensors LoadMatching<T>(Model<T> model, string path) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        string fileName = Path.GetFileName(path);
        List<string> kept = [], missing = [];
        List<(string Name, Tensor<T> From, Tensor<T> To)> numbers = [];      // all read before the first is changed
        foreach (var (name, value, isCount) in model.State())
        {
            bool fits = file.Contains(name) && file[name].Shape == value.Shape;
            (fits ? kept : missing).Add(name);
            if (!fits) continue;
            var read = new Tensor<T>(value.Shape);
            Read(file, name, read, isCount);
            numbers.Add((name, read, value));
        }
        if (kept.Count == 0)
        {
            string there = string.Join(", ", file.Entries.Select(entry => $"{PrintableText.Of(entry.Name)} {entry.Shape}"));
            string wanted = string.Join(", ", model.State().Select(entry => $"{entry.Name} {entry.Value.Shape}"));
            throw new InvalidDataException($"{fileName} has nothing that fits the model. It has {there}; the model {wanted}.");
        }
        if (NotFinite(numbers.Select(entry => (entry.Name, entry.From))) is { } damage)
            throw new InvalidDataException($"{fileName}: {damage}. Such weights give no answers: train again, or take an older file.");
        foreach (var (_, from, to) in numbers) from.Span.CopyTo(to.Span);
        return new(kept, missing, [.. file.Entries.Select(entry => entry.Name).Except(kept).Except(missing)]);
    }
}
