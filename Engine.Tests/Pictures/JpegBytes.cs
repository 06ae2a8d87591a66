namespace Scratch.Tests.Pictures;

/// <summary>Changes JPEG files, for tests.</summary>
internal static class JpegBytes
{
    /// <summary>With one more segment, after the start of the image.</summary>
    public static byte[] WithSegment(byte[] file, byte marker, byte[] segment) =>
        [.. file[..2], 0xFF, marker, (byte)((segment.Length + 2) >> 8), (byte)(segment.Length + 2), .. segment, .. file[2..]];
}
