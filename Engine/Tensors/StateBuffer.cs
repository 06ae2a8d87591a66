using System.Numerics;

namespace Scratch.Tensors;

/// <summary>Numbers that belong to a layer's state but are not trained, such as batch normalisation's running mean (PyTorch's "buffer").</summary>
/// <param name="Name">As PyTorch calls it within its layer: <c>running_mean</c>.</param>
/// <param name="Value">The numbers.</param>
/// <param name="IsCount">Whether they are whole numbers, which files hold as 64-bit integers.</param>
public sealed record StateBuffer<T>(string Name, Tensor<T> Value, bool IsCount = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>For example <c>running_mean [8]</c>.</summary>
    public override string ToString() => $"{Name} {Value.Shape}";
}
