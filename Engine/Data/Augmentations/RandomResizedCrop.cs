using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Cuts a rectangle out of an image and makes it as large as the whole was.</summary>
/// <remarks>
/// Torchvision's words, defaults and choice: of ten tries the first rectangle that fits; else the largest in the middle that keeps the ratio. Values
/// are those of the bilinear filter, which for an image that grows is the mean of the four nearest pixels by their nearness. Source: Szegedy et al.,
/// "Going deeper with convolutions", 2015, section 6.
/// </remarks>
public sealed class RandomResizedCrop : Augmentation
{
    private const int Tries = 10, Bits = 11;                                 // of a weight

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
        int rows = shape[1], columns = shape[2];
        for (int c = 0; c < shape[0]; c++)
        {
            for (int h = 0; h < rows; h++)
            {
                var (above, below, down) = Neighbours(h, height, rows);
                int plane = c * rows * columns;
                ReadOnlySpan<byte> upper = image.Slice(plane + (top + above) * columns + left, width);
                ReadOnlySpan<byte> lower = image.Slice(plane + (top + below) * columns + left, width);
                Span<byte> row = result.Slice(plane + h * columns, columns);
                for (int w = 0; w < columns; w++)
                {
                    var (before, after, right) = Neighbours(w, width, columns);
                    int first = upper[before] * ((1 << Bits) - right) + upper[after] * right;
                    int second = lower[before] * ((1 << Bits) - right) + lower[after] * right;
                    row[w] = (byte)((first * ((1 << Bits) - down) + second * down + (1 << (2 * Bits - 1))) >> (2 * Bits));
                }
            }
        }
    }

    // Which two of the part's pixels a result's pixel lies between, and the weight of the second.
    private static (int First, int Second, int Weight) Neighbours(int place, int part, int whole)
    {
        // (place + 0.5) · part / whole - 0.5, in 1/2^11 of a pixel.
        long at = (((2L * place + 1) * part << Bits) / whole - (1 << Bits)) / 2;
        at = Math.Clamp(at, 0, (long)(part - 1) << Bits);
        int first = (int)(at >> Bits);
        return (first, Math.Min(first + 1, part - 1), (int)(at & ((1 << Bits) - 1)));
    }
}
