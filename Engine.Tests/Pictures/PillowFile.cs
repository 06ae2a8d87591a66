namespace Scratch.Tests.Pictures;

/// <summary>One file and its pixels as Pillow sees them.</summary>
/// <param name="Name">Its kind.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Gap">By how much a value may differ.</param>
/// <param name="File">The file, in base 64.</param>
/// <param name="Values">Pixels [H, W, 3], in base 64.</param>
internal sealed record PillowFile(string Name, int Height, int Width, int Gap, string File, string Values)
{
    public byte[] Bytes => Convert.FromBase64String(File);

    public byte[] Pixels => Convert.FromBase64String(Values);

    public override string ToString() => Name;
}
