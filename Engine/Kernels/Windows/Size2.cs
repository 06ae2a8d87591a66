namespace Scratch.Kernels;

/// <summary>One number for the rows and one for the columns: a kernel size, stride, padding or dilation. A single number means both.</summary>
/// <param name="Height">Along the rows, the first in PyTorch's pairs.</param>
/// <param name="Width">Along the columns.</param>
public readonly record struct Size2(int Height, int Width)
{
    /// <summary>The same number for rows and columns.</summary>
    public static implicit operator Size2(int both) => new(both, both);

    /// <summary>A pair as PyTorch writes it: (height, width).</summary>
    public static implicit operator Size2((int Height, int Width) pair) => new(pair.Height, pair.Width);

    /// <summary>For example <c>3x2</c>.</summary>
    public override string ToString() => $"{Height}x{Width}";
}
