using System.Buffers;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Cuts a rectangle out of an image and makes it as large as the whole was.</summary>
/// <remarks>
/// Torchvision's words, defaults and choice: of ten tries the first rectangle that fits; else the largest in the middle that keeps the ratio. Values
/// are Pillow's, to the last bit: rows, then columns, by the bilinear filter (<see cref="NearestPixels"/>). Source: Szegedy et al., "Going deeper
/// with convolutions", 2015, section 6.
/// </remarks>
public sealed class RandomResizedCrop : Augmentation
{
    private const int Tries = 10;

    /// <summary>Crops in PyTorch's words and defaults.</summary>
    /// <param name="scale">Share of the image's area that stays; 0.08 to 1 by default.</param>
    /// <param name="ratio">Width to height of the rectangle; 3/4 to 4/3 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none.</exception>
    public RandomResizedCrop((double Low, double High)? scale = null, (double Low, double High)? ratio = null)
    {
        (Scale, Ratio) = (scale ?? (0.08, 1), ratio ?? (3.0 / 4, 4.0 / 3));
        CheckRange(Scale, 1e-4, 1, nameof(scale));
        CheckRange(Ratio, 1e-2, 1e2, nameof(ratio));
    }

    /// <summary>Share of the image's area.</summary>
    public (double Low, double High) Scale { get; }

    /// <summary>Width to height.</summary>
    public (double Low, double High) Ratio { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        var (top, left, height, width) = Rectangle(shape[1], shape[2], ref random);
        Enlarge(shape, image, top, left, height, width, result);
    }

    private (int Top, int Left, int Height, int Width) Rectangle(int rows, int columns, ref RandomSequence random)
    {
        for (int i = 0; i < Tries; i++)
        {
            double area = (double)rows * columns * random.NextUniform(Scale.Low, Scale.High);
            double ratio = Math.Exp(random.NextUniform(Math.Log(Ratio.Low), Math.Log(Ratio.High)));
            int width = (int)Math.Round(Math.Sqrt(area * ratio)), height = (int)Math.Round(Math.Sqrt(area / ratio));
            if (width is > 0 && width <= columns && height is > 0 && height <= rows)
                return (random.NextInt(rows - height + 1), random.NextInt(columns - width + 1), height, width);
        }
        double whole = (double)columns / rows;
        int keptWidth = whole > Ratio.High ? Math.Max(1, (int)Math.Round(rows * Ratio.High)) : columns;
        int keptHeight = whole < Ratio.Low ? Math.Max(1, (int)Math.Round(columns / Ratio.Low)) : rows;
        return ((rows - keptHeight) / 2, (columns - keptWidth) / 2, keptHeight, keptWidth);
    }

    /// <summary>A part of an image as large as the whole.</summary>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="top">The part's first row.</param>
    /// <param name="left">The part's first column.</param>
    /// <param name="height">The part's rows.</param>
    /// <param name="width">The part's columns.</param>
    /// <param name="result">[C, H, W], overwritten.</param>
    internal static void Enlarge(Shape shape, ReadOnlySpan<byte> image, int top, int left, int height, int width, Span<byte> result)
    {
        int rows = shape[1], columns = shape[2], plane = rows * columns;
        NearestPixels[] across = ArrayPool<NearestPixels>.Shared.Rent(columns);
        byte[] wide = ArrayPool<byte>.Shared.Rent(height * columns);
        for (int w = 0; w < columns; w++) across[w] = NearestPixels.Of(w, width, columns);
        for (int c = 0; c < shape[0]; c++)
        {
            for (int h = 0; h < height; h++)
            {
                ReadOnlySpan<byte> line = image.Slice(c * plane + (top + h) * columns + left, width);
                Span<byte> wider = wide.AsSpan(h * columns, columns);
                for (int w = 0; w < wider.Length; w++) wider[w] = across[w].Mix(line[across[w].First], line[across[w].Second]);
            }
            for (int h = 0; h < rows; h++)
            {
                var down = NearestPixels.Of(h, height, rows);
                ReadOnlySpan<byte> upper = wide.AsSpan(down.First * columns, columns), lower = wide.AsSpan(down.Second * columns, columns);
                Span<byte> row = result.Slice(c * plane + h * columns, columns);
                for (int w = 0; w < row.Length; w++) row[w] = down.Mix(upper[w], lower[w]);
            }
        }
        ArrayPool<byte>.Shared.Return(wide);
        ArrayPool<NearestPixels>.Shared.Return(across);
    }
}
