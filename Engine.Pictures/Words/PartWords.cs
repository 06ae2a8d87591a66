namespace Scratch.Pictures;

/// <summary>What the parts of a set of pictures are called: to train with, to validate with, to test with.</summary>
internal static class PartWords
{
    /// <summary>The words of each part, in small letters.</summary>
    public static readonly string[][] All = [["train", "training"], ["valid", "val", "validation"], ["test", "testing"]];
}
