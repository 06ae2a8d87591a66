using Scratch.Pictures;

namespace Scratch.Tests.Pictures;

/// <summary>Reads pictures from bytes, for tests.</summary>
internal sealed class PictureReader
{
    public const string Name = "picture";

    public PictureNotes Notes { get; } = new();

    public static PictureInfo Info(byte[] file) => PictureFile.Of(Name, file).Info;

    /// <summary>Pixels [H, W, 3].</summary>
    public byte[] Read(byte[] file)
    {
        PictureFile picture = PictureFile.Of(Name, file);
        int plane = picture.Info.Height * picture.Info.Width;
        var (planes, pixels) = (new byte[3 * plane], new byte[3 * plane]);
        picture.CopyTo(channels: 3, planes, Notes);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = planes[i % 3 * plane + i / 3];
        return pixels;
    }

    /// <summary>Whether it can be read; anything but <see cref="InvalidDataException"/> goes on to the test.</summary>
    public bool CanRead(byte[] file)
    {
        try
        {
            Read(file);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
