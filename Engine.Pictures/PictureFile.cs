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
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
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
    /// <exception cref="InvalidDataException">They are no picture, are cut short, have more pixels, or are of a kind that cannot be read.</exception>
    public static PictureFile Of(string name, byte[] bytes, long mostPixels = PictureSize.Most)
    {
        try
        {
            PictureInfo info = Walk(new FileBytes(bytes));
            PictureSize.Checked(info.Height, info.Width, bytes.Length, mostPixels);
            return new(name, bytes, info);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Unreadable(name, e);
        }
    }

    /// <summary>Decodes.</summary>
    /// <param name="channels">1 for grey, which of a colour is what Pillow's <c>convert('L')</c> makes of it, or 3 for red, green and blue.</param>
    /// <param name="planes">The pixels, [channels, H, W], overwritten.</param>
    /// <param name="notes">Is told what was dropped.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void CopyTo(int channels, Span<byte> planes, PictureNotes notes)
    {
        try
        {
            if (Info.Format == PictureFormat.Png) PngFile.CheckData(new FileBytes(_bytes));
            notes.Add(Info, seeThrough: Info.Depth > 8 ? CopyDeep(channels, planes, notes) : Copy(channels, planes));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Unreadable(_name, e);
        }
    }

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
            PictureFormat.Gif => new GifDecoder { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First },
            PictureFormat.Webp => new WebpDecoder { IgnoreMetadata = true },
            PictureFormat.Tiff => Tiff(),
            _ => new BmpDecoder(),
        };
        var configuration = new Configuration { MemoryAllocator = new PictureMemory((long)Info.StoredHeight * Info.StoredWidth) };
        Image<TPixel> image = Image.Load<TPixel>(configuration, bytes, decoder);
        if ((image.Height, image.Width) != (Info.StoredHeight, Info.StoredWidth))
            throw new InvalidDataException($"it is {image.Height}x{image.Width} (H, W), its header says {Info.StoredHeight}x{Info.StoredWidth}");
        return image;
    }

    // ImageSharp asks for all values of this type by reflection: a program compiled ahead (Native AOT) has their array only where code names it.
    private static TiffDecoder Tiff()
    {
        GC.KeepAlive(Enum.GetValues<ExifDataType>());
        return new() { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First };
    }

    private bool Copy(int channels, Span<byte> planes)
    {
        if (Info.Format == PictureFormat.Webp) return Copy(WebpPixels(), channels, planes);
        using Image<Rgba32> image = Decode<Rgba32>(_bytes);
        if (image.DangerousTryGetSinglePixelMemory(out Memory<Rgba32> memory)) return Copy(memory.Span, channels, planes);
        var pixels = new Rgba32[image.Height * image.Width];
        image.CopyPixelDataTo(pixels);
        return Copy(pixels, channels, planes);
    }

    private bool Copy(ReadOnlySpan<Rgba32> pixels, int channels, Span<byte> planes)
    {
        bool seeThrough = false;
        var turned = new TurnedPixels(Info);
        int p = 0;
        for (int h = 0; h < Info.Height; h++)
        {
            int from = turned.Row(h);
            if (channels == 3 && turned.Step == 1 && Info.Background is null)
            {
                seeThrough |= CopyRow(pixels.Slice(from, Info.Width), planes[p..], pixels.Length);
                p += Info.Width;
                continue;
            }
            for (int w = 0; w < Info.Width; w++, p++, from += turned.Step)
            {
                Rgba32 pixel = pixels[from];
                seeThrough |= pixel.A != byte.MaxValue;
                if (pixel.A == 0 && Info.Background is var (red, green, blue)) pixel = new(red, green, blue);
                Put(channels, planes, p, pixels.Length, pixel.R, pixel.G, pixel.B);
            }
        }
        return seeThrough;
    }

    // What the loop above does with most rows of most pictures, in half the time.
    private static bool CopyRow(ReadOnlySpan<Rgba32> row, Span<byte> planes, int plane)
    {
        Span<byte> red = planes[..row.Length], green = planes.Slice(plane, row.Length), blue = planes.Slice(2 * plane, row.Length);
        byte alpha = byte.MaxValue;
        for (int w = 0; w < row.Length; w++)
        {
            Rgba32 pixel = row[w];
            (red[w], green[w], blue[w]) = (pixel.R, pixel.G, pixel.B);
            alpha &= pixel.A;
        }
        return alpha != byte.MaxValue;
    }

    private Rgba32[] Pixels(ReadOnlySpan<byte> bytes)
    {
        using Image<Rgba32> image = Decode<Rgba32>(bytes);
        var pixels = new Rgba32[image.Height * image.Width];
        image.CopyPixelDataTo(pixels);
        return pixels;
    }

    // The coded pixels have no mark at their end, and where bits are missing the decoder takes zeros. So they are decoded once more, with others
    // behind.
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
        int p = 0;
        for (int h = 0; h < Info.Height; h++)
        {
            int from = turned.Row(h);
            for (int w = 0; w < Info.Width; w++, p++, from += turned.Step)
            {
                Rgba64 pixel = pixels[from];
                seeThrough |= pixel.A != ushort.MaxValue;
                Put(channels, planes, p, pixels.Length, notes.Narrowed(pixel.R), notes.Narrowed(pixel.G), notes.Narrowed(pixel.B));
            }
        }
        return seeThrough;
    }

    private static void Put(int channels, Span<byte> planes, int place, int plane, byte red, byte green, byte blue)
    {
        if (channels == 1) planes[place] = Luma.Of(red, green, blue);
        else (planes[place], planes[plane + place], planes[2 * plane + place]) = (red, green, blue);
    }

    // The decoder meets damage with exceptions of many kinds.
    private static InvalidDataException Unreadable(string name, Exception e)
    {
        string why = e is InvalidDataException ? e.Message : $"it is damaged ({e.Message.Split('\n')[0].TrimEnd('.', '!', ' ')})";
        return new($"'{name}' is no picture that can be read: {why}. Replace it or take it away.", e);
    }
}
