using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>A decoded picture, turned as it is meant to be seen: bytes of one channel (grey), or of red, green and blue.</summary>
/// <remarks>PNG, JPEG, BMP, GIF, WebP and TIFF, known by their first bytes. A file is whole, or an error: docs/pictures.md.</remarks>
public sealed class Picture
{
    private const string Nameless = "picture";

    private readonly byte[] _pixels;

    /// <summary>A picture of pixels that come from elsewhere; they are copied.</summary>
    /// <param name="shape">[C, H, W], with C 1 or 3.</param>
    /// <param name="pixels">[C, H, W], 0 to 255.</param>
    /// <exception cref="ShapeMismatchException">The shape is not one of a picture, or the pixels do not fill it.</exception>
    public Picture(Shape shape, ReadOnlySpan<byte> pixels) : this(shape, pixels.ToArray())
    {
        if (shape.Rank != 3 || shape[0] is not (1 or 3) || shape.Length != pixels.Length || pixels.Length == 0)
        {
            throw new ShapeMismatchException($"Picture: {pixels.Length} pixels, shape {shape}. Give [1 or 3, height, width] and as many pixels.",
                shape, new Shape(pixels.Length));
        }
    }

    private Picture(Shape shape, byte[] pixels) => (Shape, _pixels) = (shape, pixels);

    /// <summary>[C, H, W], with C 1 or 3.</summary>
    public Shape Shape { get; }

    /// <summary>The pixels, [C, H, W], 0 to 255.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>What of the file is not in the pixels, such as <c>1 picture: 1 see-through, alpha dropped</c>; none if they are all of it.</summary>
    public string? Note { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default what the file has.</param>
    /// <exception cref="InvalidDataException">It is no picture, is damaged, or is of a kind that cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of channels.</exception>
    public static Picture Load(string path, int? channels = null) => Of(PictureFile.Read(path), channels);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">A file from its first byte on.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default what the file has.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">It is no picture, is damaged, or is of a kind that cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of channels.</exception>
    public static Picture Load(Stream stream, int? channels = null, string name = Nameless)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Of(PictureFile.Of(name, bytes.ToArray()), channels);
    }

    /// <summary>The same of the bytes of a file.</summary>
    /// <param name="file">All of them.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default what the file has.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="mostPixels">Of a larger one nothing is decoded: a few bytes of a file can stand for gigabytes. 178,956,970 at most.</param>
    /// <exception cref="InvalidDataException">They are no picture, are damaged, are too large, or are of a kind that cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of channels.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file, int? channels = null, string name = Nameless, long mostPixels = PictureSize.Most) =>
        Of(PictureFile.Of(name, file.ToArray(), mostPixels), channels);

    /// <summary>The picture in another size: antialiased, with the values that Pillow's bilinear filter gives.</summary>
    /// <param name="size">Height and width, or one number for both.</param>
    /// <param name="method">What becomes of sides in another proportion.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public Picture Resized(Size2 size, ResizeMethod method = ResizeMethod.Crop)
    {
        CheckSize(size);
        if (Shape[1] == size.Height && Shape[2] == size.Width) return this;
        var shape = new Shape(Shape[0], size.Height, size.Width);
        byte[] pixels = new byte[shape.Length];
        Resizing.Apply(Shape, _pixels, size, method, pixels);
        return new(shape, pixels) { Note = Note };
    }

    /// <summary>The picture in grey, or in red, green and blue.</summary>
    /// <param name="channels">1 for grey, which of a colour is what Pillow's <c>convert('L')</c> makes of it, or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of channels.</exception>
    public Picture WithChannels(int channels)
    {
        CheckChannels(channels);
        if (channels == Shape[0]) return this;
        int plane = Shape[1] * Shape[2];
        byte[] pixels = new byte[channels * plane];
        for (int p = 0; p < plane; p++)
        {
            if (channels == 1) pixels[p] = Luma.Of(_pixels[p], _pixels[plane + p], _pixels[2 * plane + p]);
            else (pixels[p], pixels[plane + p], pixels[2 * plane + p]) = (_pixels[p], _pixels[p], _pixels[p]);
        }
        return new(new Shape(channels, Shape[1], Shape[2]), pixels) { Note = Note };
    }

    internal static void CheckSize(Size2 size)
    {
        if (size.Height < 1 || size.Width < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"Picture: the size is {size} (H, W), must be at least 1x1.");
    }

    internal static void CheckChannels(int? channels)
    {
        if (channels is not (null or 1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"Picture: {channels} channels, must be 1 (grey) or 3 (colour).");
    }

    private static Picture Of(PictureFile file, int? channels)
    {
        CheckChannels(channels);
        var shape = new Shape(channels ?? (file.Info.IsGrey ? 1 : 3), file.Info.Height, file.Info.Width);
        byte[] pixels = new byte[shape.Length];
        var notes = new PictureNotes();
        file.CopyTo(shape[0], pixels, notes);
        return new(shape, pixels) { Note = notes.Line() };
    }
}
