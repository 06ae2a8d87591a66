using Scratch.Data;
using Scratch.Kernels;

namespace Scratch.Pictures;

/// <summary>Reads pictures that a CSV file lists with their classes, or with their labels where each may have several.</summary>
/// <remarks>
/// The first column is the file, seen from where the CSV lies; an ending may be left out. What follows is one of
/// <code>
/// cats/1.png,cat            a class
/// 1.png,cat|dog             labels with | or ; between them; none is a picture without a label
/// 1.png,cat,dog             labels in fields of their own, without a heading
/// file,cat,dog,bird         a heading that names the labels, and 0 or 1 below each
/// </code>
/// With a heading, a column <c>class</c> or <c>labels</c> may stand among others, and one called <c>part</c> says train, valid or test; without it,
/// about a sixth goes to test, by the names of the files. Classes are numbered in the order of their names, labels of a heading in its order.
/// </remarks>
public static class ImageFiles
{
    /// <summary>Reads all pictures of a list, on all cores.</summary>
    /// <param name="csv">The list.</param>
    /// <param name="size">Height and width of the images, or one number for both; by default as <see cref="ImageFolder.Load"/> finds it.</param>
    /// <param name="method">How pictures of another size are brought to it.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue; by default grey if all pictures are.</param>
    /// <param name="memory">How many bytes of pixels are held at most. Where there are more, <see cref="Dataset.IsInMemory"/> is false: so many are
    /// held, and the others are decoded again whenever they are needed, beside training. The same bits come of it; 0 holds none.</param>
    /// <param name="cache">A folder in which those others lie in a file, so that they are not decoded again; it goes with the process.</param>
    /// <returns>Datasets with labels, or with targets [N, labels] of 0 and 1 where a picture may have several.</returns>
    /// <exception cref="InvalidDataException">A line is not as it should be, or a file is no whole picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such size or number of channels, or the memory is negative.</exception>
    /// <exception cref="IOException">There is no folder for the cache, or no room on its disk.</exception>
    public static FolderImages Load(string csv, Size2? size = null, ResizeMethod method = ResizeMethod.Crop, int? channels = null,
        long memory = ImageFolder.UsualMemory, string? cache = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(csv);
        PictureSet.Check(size, channels, memory);
        return PictureSet.Load(new LabelTable(csv), size, method, channels, new(memory, cache));
    }
}
