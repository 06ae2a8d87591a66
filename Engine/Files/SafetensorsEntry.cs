using Scratch.Tensors;

namespace Scratch.Files;

/// <summary>What the header of a safetensors file says about one tensor, checked against the file.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, string dtype, Shape shape, long begin, long end) =>
        (Name, Dtype, Shape, Begin, End) = (name, dtype, shape, begin, end);

    /// <summary>The tensor's name, unique in the file.</summary>
    public string Name { get; }

    /// <summary>The type of an element by its safetensors name, for example <c>F32</c> or <c>I64</c>.</summary>
    public string Dtype { get; }

    /// <summary>The sizes; <c>[]</c> for a single number.</summary>
    public Shape Shape { get; }

    /// <summary>The first byte of the tensor, counted from the start of the data.</summary>
    internal long Begin { get; }

    /// <summary>One past the last byte of the tensor, counted from the start of the data.</summary>
    internal long End { get; }

    /// <summary>For example <c>conv1.weight F32 [8, 1, 5, 5]</c>.</summary>
    public override string ToString() => $"{Name} {Dtype} {Shape}";
}
