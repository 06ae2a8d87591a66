using Scratch.Data;
using Scratch.Kernels;

namespace Scratch.Pictures;

/// <summary>Reads pictures that lie in a folder for each class.</summary>
/// <remarks>
/// <c>FOLDER/train/CLASS/FILE</c> with <c>valid</c> and <c>test</c> beside <c>train</c>, or <c>FOLDER/CLASS/FILE</c>. Classes are numbered in the
/// order of their names. Where there are no parts, about a sixth of each class goes to test, by the names of the files: a file that is added moves no
/// other. All images come to one size; they are grey if all files are, else red, green, blue.
/// </remarks>
public static class ImageFolder
{
    /// <summary>Bytes of pixels that are held where nobody says otherwise: 1 GiB.</summary>
    public const long UsualMemory = 1L << 30;

    /// <summary>Reads all images of a folder, on all cores.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size">Height and width of the images, or one number for both. By default the size that most pictures have; of sizes that are
    /// equally common, the one in the middle; and 224x224 where they differ and that has a longer side.</param>
    /// <param name="method">How pictures of another size are brought to it.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default grey if all pictures are.</param>
    /// <param name="memory">How many bytes of pixels are held at most. Where there are more, <see cref="Dataset.IsInMemory"/> is false: so many are
    /// held, and the others are decoded again whenever they are needed, beside training. The same bits come of it; 0 holds none.</param>
    /// <param name="cache">A folder in which those others lie in a file, so that they are not decoded again; it goes with the process.</param>
    /// <exception cref="InvalidDataException">There is no image, or a file is no whole picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such size or number of channels, or the memory is negative.</exception>
    /// <exception cref="IOException">There is no folder for the cache, or no room on its disk.</exception>
    public static FolderImages Load(string folder, Size2? size = null, ResizeMethod method = ResizeMethod.Crop, int? channels = null,
        long memory = UsualMemory, string? cache = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        PictureSet.Check(size, channels, memory);
        return PictureSet.Load(new FolderLayout(folder), size, method, channels, new(memory, cache));
    }

    /// <summary>The picture files in a folder and in all folders in it, known by their endings, in the order of their names.</summary>
    public static IReadOnlyList<string> PicturesBelow(string folder) => [.. FolderLayout.Images(folder), .. FolderLayout.ImagesBelow(folder)];

    /// <summary>What is expected in a folder, in a sentence without its full stop.</summary>
    public static string Expected(string folder) =>
        $"Expected {folder}/CLASS/*.png or .jpg, or {folder}/train/CLASS/*.png and {folder}/test/CLASS/*.png";
}
