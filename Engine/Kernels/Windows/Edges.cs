namespace Scratch.Kernels;

/// <summary>Pixels at each side of an image, in PyTorch's order: what padding adds there, or a crop takes away. A single number means all
/// four.</summary>
/// <remarks>TensorFlow's "same" with stride s on n pixels is max(0, (ceil(n / s) - 1)·s + span - n) pixels in all, the smaller half of them at the
/// left and the top.</remarks>
/// <param name="Left">Before the first column.</param>
/// <param name="Right">After the last column.</param>
/// <param name="Top">Before the first row.</param>
/// <param name="Bottom">After the last row.</param>
public readonly record struct Edges(int Left, int Right, int Top, int Bottom)
{
    /// <summary>The same at every side.</summary>
    public static implicit operator Edges(int all) => new(all, all, all, all);

    /// <summary>The same at both ends of an axis.</summary>
    public static implicit operator Edges(Size2 both) => new(both.Width, both.Width, both.Height, both.Height);

    /// <summary>A pair as PyTorch's convolutions write it: (height, width), the same at both ends of an axis.</summary>
    public static implicit operator Edges((int Height, int Width) pair) => new(pair.Width, pair.Width, pair.Height, pair.Height);

    /// <summary>Each side by itself, as PyTorch's padding layers write it.</summary>
    public static implicit operator Edges((int Left, int Right, int Top, int Bottom) sides) => new(sides.Left, sides.Right, sides.Top, sides.Bottom);

    /// <summary>For example <c>left 0, right 1, top 2, bottom 3</c>.</summary>
    public override string ToString() => $"left {Left}, right {Right}, top {Top}, bottom {Bottom}";
}
