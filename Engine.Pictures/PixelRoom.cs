namespace Scratch.Pictures;

/// <summary>Where decoded pictures may lie.</summary>
/// <param name="Memory">Bytes of pixels that may be held.</param>
/// <param name="Cache">The folder for a file of the others; none if they are decoded again whenever they are needed.</param>
internal readonly record struct PixelRoom(long Memory, string? Cache)
{
    /// <summary>What becomes of so many bytes of pixels, which are more than may be held.</summary>
    public string Note(long bytes)
    {
        string held = Memory == 0 ? "" : $"{Amount.OfBytes(Memory)} of them are held, ";
        string others = (Memory == 0, Cache is null) switch
        {
            (true, true) => "pictures are decoded again whenever they are needed, beside training",
            (false, true) => "the rest is decoded again whenever it is needed, beside training",
            (true, false) => $"they lie in a file in '{Cache}' meanwhile",
            (false, false) => $"the rest lies in a file in '{Cache}' meanwhile",
        };
        return $"{Amount.OfBytes(bytes)} of pixels: {held}{others}";
    }
}
