using Scratch.Data;
using Scratch.Pictures.Formats;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Scratch.Pictures;

/// <summary>One picture file: whole, or an error; its pixels as they are seen, in bytes.</summary>
/// <remarks>
/// SixLabors.ImageSharp decodes. It fills with grey or zeros what a file lacks, so every file is walked over first by the class of its format,
/// which also gives size, depth and orientation. Pillow's verdicts and values are the measure: docs/pictures.md.
/// </remarks>
internal sealed class PictureFile
{
    private readonly string _name;
    private readonly byte[] _bytes;

    private PictureFile(string name, byte[] bytes, PictureInfo info) => (_name, _bytes, Info) = (name, bytes, info);

    /// <summary>What the file says of itself.</summary>
    public PictureInfo Info { get; }

    /// <summary>Reads a file and walks over its parts; pixels are left for <see cref="CopyTo"/>.</summary>
    /// <exception cref="InvalidDataException">It is no picture, is cut short, or is of a kind that cannot be read.</exception>
    public static PictureFile Read(string path) => Of(path, File.ReadAllBytes(path));

    /// <summary>The same of the bytes of a file; errors call it by this name.</summary>
    /// <exception cref="InvalidDataException">They are no picture, are cut short, or are of a kind that cannot be read.</exception>
    public static PictureFile Of(string name, byte[] bytes) => Checked(name, () => new PictureFile(name, bytes, Walk(new FileBytes(bytes))));

    /// <summary>Decodes.</summary>
    /// <param name="channels">1 for grey, which of a colour is what Pillow's <c>convert('L')</c> makes of it, or 3 for red, green and blue.</param>
    /// <param name="planes">The pixels, [channels, H, W], overwritten.</param>
    /// <param name="notes">Is told what was dropped.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void CopyTo(int channels, Memory<byte> planes, PictureNotes notes) => Checked(_name, () =>
    {
        if (Info.Format == PictureFormat.Png) PngFile.CheckData(new FileBytes(_bytes));
        bool seeThrough = Info.Depth > 8 ? CopyDeep(channels, planes.Span, notes) : Copy(channels, planes.Span);
        notes.Add(Info, seeThrough);
        return true;
    });

    private static PictureInfo Walk(FileBytes bytes) => PngFile.IsOne(bytes) ? PngFile.Read(bytes)
        : JpegFile.IsOne(bytes) ? JpegFile.Read(bytes)
        : GifFile.IsOne(bytes) ? GifFile.Read(bytes)
        : WebpFile.IsOne(bytes) ? WebpFile.Read(bytes)
        : TiffFile.IsOne(bytes) ? TiffFile.Read(bytes)
        : BmpFile.IsOne(bytes) ? BmpFile.Read(bytes)
        : throw new InvalidDataException("it starts as no PNG, JPEG, BMP, GIF, WebP or TIFF does");

    private Image<TPixel> Decode<TPixel>(ReadOnlySpan<byte> bytes) where TPixel : unmanaged, IPixel<TPixel>
    {
        IImageDecoder decoder = Info.Format switch
        {
            PictureFormat.Png => new PngDecoder { IgnoreMetadata = true },
            PictureFormat.Jpeg => new JpegDecoder { IgnoreMetadata = true },
            PictureFormat.Gif => new GifDecoder { IgnoreMetadata = true, DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First },
            PictureFormat.Webp => new WebpDecoder { IgnoreMetadata = true },
            PictureFormat.Tiff => new TiffDecoder { IgnoreMetadata = true, DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First },
            _ => new BmpDecoder(),
        };
        Image<TPixel> image = Image.Load<TPixel>(bytes, decoder);
        if ((image.Height, image.Width) != (Info.StoredHeight, Info.StoredWidth))
            throw new InvalidDataException($"it is {image.Height}x{image.Width} (H, W), its header says {Info.StoredHeight}x{Info.StoredWidth}");
        return image;
    }

    private bool Copy(int channels, Span<byte> planes)
    {
        Rgba32[] pixels = Info.Format == PictureFormat.Webp ? WebpPixels() : Pixels(_bytes);
        bool seeThrough = false;
        var turned = new TurnedPixels(Info);
        for (int p = 0; p < pixels.Length; p++)
        {
            Rgba32 pixel = pixels[turned.From(p)];
            seeThrough |= pixel.A != byte.MaxValue;
            if (pixel.A == 0 && Info.Background is var (red, green, blue)) pixel = new(red, green, blue);
            Put(channels, planes, p, pixels.Length, pixel.R, pixel.G, pixel.B);
        }
        return seeThrough;
    }

    private Rgba32[] Pixels(ReadOnlySpan<byte> bytes)
    {
        using Image<Rgba32> image = Decode<Rgba32>(bytes);
        var pixels = new Rgba32[image.Height * image.Width];
        image.CopyPixelDataTo(pixels);
        return pixels;
    }

    // The coded pixels have no mark at their end, and where bits are missing the decoder takes zeros. So they are decoded once more, with others behind.
    private Rgba32[] WebpPixels()
    {
        Rgba32[] pixels = Pixels(WebpFile.Alone(_bytes));
        return pixels.AsSpan().SequenceEqual(Pixels(WebpFile.Lengthened(_bytes))) ? pixels
            : throw new InvalidDataException("it is cut short: its pixels go beyond their chunk");
    }

    private bool CopyDeep(int channels, Span<byte> planes, PictureNotes notes)
    {
        using Image<Rgba64> image = Decode<Rgba64>(_bytes);
        var pixels = new Rgba64[image.Height * image.Width];
        image.CopyPixelDataTo(pixels);
        bool seeThrough = false;
        var turned = new TurnedPixels(Info);
        for (int p = 0; p < pixels.Length; p++)
        {
            Rgba64 pixel = pixels[turned.From(p)];
            seeThrough |= pixel.A != ushort.MaxValue;
            Put(channels, planes, p, pixels.Length, notes.Narrowed(pixel.R), notes.Narrowed(pixel.G), notes.Narrowed(pixel.B));
        }
        return seeThrough;
    }

    private static void Put(int channels, Span<byte> planes, int place, int plane, byte red, byte green, byte blue)
    {
        if (channels == 1) planes[place] = Luma.Of(red, green, blue);
        else (planes[place], planes[plane + place], planes[2 * plane + place]) = (red, green, blue);
    }

    private static TResult Checked<TResult>(string name, Func<TResult> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException e)
        {
            throw Unreadable(name, e.Message, e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)             // the decoder meets damage with exceptions of many kinds
        {
            throw Unreadable(name, $"it is damaged ({e.Message.Split('\n')[0].TrimEnd('.', '!', ' ')})", e);
        }
    }

    private static InvalidDataException Unreadable(string name, string why, Exception inner) =>
        new($"'{name}' is no picture that can be read: {why}. Replace it or take it away.", inner);
}
