using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>How two images are mixed.</summary>
/// <param name="Share">How much of the label remains: 0 to 1.</param>
/// <param name="Top">First row of the other image's rectangle; with no rectangle, all pixels are blended.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Its rows; 0 for none.</param>
/// <param name="Width">Its columns.</param>
internal readonly record struct Mixture(double Share, int Top = 0, int Left = 0, int Height = 0, int Width = 0)
{
    private const int Bits = 16;

    /// <summary>Mixes the other image in.</summary>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W], changed.</param>
    /// <param name="other">[C, H, W].</param>
    public void Apply(Shape shape, Span<byte> image, ReadOnlySpan<byte> other)
    {
        if (Height > 0)
        {
            for (int row = 0; row < shape[0] * Height; row++)
            {
                int at = (row / Height * shape[1] + Top + row % Height) * shape[2] + Left;
                other.Slice(at, Width).CopyTo(image[at..]);
            }
            return;
        }
        int own = (int)Math.Round(Share * (1 << Bits)), rest = (1 << Bits) - own;
        for (int p = 0; p < image.Length && rest > 0; p++) image[p] = (byte)((image[p] * own + other[p] * rest + (1 << (Bits - 1))) >> Bits);
    }
}
