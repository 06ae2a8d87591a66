using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>Brings the pixels of a picture to a size.</summary>
/// <remarks>Bytes at every stage, columns before rows, as Pillow does it: the same values.</remarks>
internal static class Resizing
{
    /// <summary>The picture in its new size.</summary>
    /// <param name="shape">[C, H, W] as it is.</param>
    /// <param name="pixels">[C, H, W].</param>
    /// <param name="size">The size that it comes to.</param>
    /// <param name="method">What becomes of another proportion.</param>
    /// <param name="result">[C, size], overwritten.</param>
    public static void Apply(Shape shape, ReadOnlySpan<byte> pixels, Size2 size, ResizeMethod method, Span<byte> result)
    {
        var (height, width) = (shape[1], shape[2]);
        var (scaledHeight, scaledWidth) = Scaled(height, width, size, method);
        ResampledAxis? rows = scaledHeight == height ? null : new(height, scaledHeight);
        ResampledAxis? columns = scaledWidth == width ? null : new(width, scaledWidth);
        byte[] wide = new byte[columns is null ? 0 : height * scaledWidth], scaled = new byte[rows is null ? 0 : scaledHeight * scaledWidth];
        for (int channel = 0; channel < shape[0]; channel++)
        {
            ReadOnlySpan<byte> plane = pixels.Slice(channel * height * width, height * width);
            columns?.ApplyToRows(plane, height, wide);
            if (columns is not null) plane = wide;
            rows?.ApplyToColumns(plane, scaledWidth, scaled);
            if (rows is not null) plane = scaled;
            Place(plane, scaledHeight, scaledWidth, result.Slice(channel * size.Height * size.Width, size.Height * size.Width), size);
        }
    }

    /// <summary>How large the whole picture becomes, before it is cut or laid on black.</summary>
    internal static (int Height, int Width) Scaled(int height, int width, Size2 size, ResizeMethod method)
    {
        // Which side meets its size: the one that is relatively shorter where the picture is to fill it, else the longer one.
        bool isWider = (long)width * size.Height > (long)height * size.Width;
        return method switch
        {
            ResizeMethod.Crop when isWider => (size.Height, Math.Max(size.Width, (int)((long)size.Height * width / height))),
            ResizeMethod.Crop => (Math.Max(size.Height, (int)((long)size.Width * height / width)), size.Width),
            ResizeMethod.Pad when isWider => (Math.Max(1, (int)Math.Round((double)height / width * size.Width)), size.Width),
            ResizeMethod.Pad => (size.Height, Math.Max(1, (int)Math.Round((double)width / height * size.Height))),
            _ => (size.Height, size.Width),
        };
    }

    // Where it is larger than the size, the middle of it; where it is smaller, in the middle of black.
    private static void Place(ReadOnlySpan<byte> plane, int height, int width, Span<byte> result, Size2 size)
    {
        var (fromTop, top, rows) = Middle(height, size.Height);
        var (fromLeft, left, columns) = Middle(width, size.Width);
        if (rows < size.Height || columns < size.Width) result.Clear();
        for (int row = 0; row < rows; row++)
            plane.Slice((fromTop + row) * width + fromLeft, columns).CopyTo(result[((top + row) * size.Width + left)..]);
    }

    private static (int From, int To, int Count) Middle(int length, int size) => length >= size
        ? ((int)Math.Round((length - size) / 2.0), 0, size)
        : (0, (int)Math.Round((size - length) / 2.0), length);
}
