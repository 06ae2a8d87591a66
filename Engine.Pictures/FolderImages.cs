using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>The images of a folder or of a list: each part that there is, and what there is to say about them.</summary>
/// <param name="Train">The images to train with; none if the folder has only others.</param>
/// <param name="Valid">The images to validate with; none if the folder does not say which.</param>
/// <param name="Test">The images to test with; none if the folder has none.</param>
/// <param name="Method">How pictures of another size, or of another proportion, were brought to that of the images.</param>
/// <param name="Notes">What was left out, of the folder or of its pictures, what was resized, or what may not be meant: a line each.</param>
public sealed partial record FolderImages(Dataset? Train, Dataset? Valid, Dataset? Test, ResizeMethod Method, IReadOnlyList<string> Notes)
{
    private const int LessonImages = 60_000, LessonTrainImages = 50_000;
    private const double ValidationShare = 1.0 / 6;
    private const long ValidSeed = 1;                                        // whatever the training's; not that of the test images

    /// <summary>How many picture files were read, and of which sizes; none where the images come from files of another kind.</summary>
    public PictureCounts? Pictures { get; init; }

    private Dataset Any => Train ?? Valid ?? Test ?? throw new InvalidOperationException("FolderImages: there is no part.");

    /// <summary>The shape of an image, [C, H, W].</summary>
    public Shape ImageShape => Any.ImageShape;

    /// <summary>What the classes are called, in the order of their numbers.</summary>
    public IReadOnlyList<string> ClassNames => Any.ClassNames ?? [];

    /// <summary>The images to train with and those to validate with.</summary>
    /// <remarks>
    /// Where there are none to validate with, a sixth of those to train with: the last 10,000 of 60,000, as the lesson has it of MNIST, if all
    /// classes are among them; else of each class, by the names of files where there are any, so that a file that is added moves no other.
    /// </remarks>
    /// <exception cref="InvalidDataException">There are no images to train with, or too few to part them.</exception>
    public (Dataset Train, Dataset Valid) TrainAndValid()
    {
        if (Train is null) throw new InvalidDataException("there are no images to train with.");
        var (train, valid) = Valid is null ? Parted(Train) : (Train, Valid);
        if (valid.Count > 0) return (train, valid);
        throw new InvalidDataException($"there are {train.Count} images to train with, must be at least 2 of a class: one is to validate with.");
    }

    private static (Dataset Train, Dataset Valid) Parted(Dataset all)
    {
        if (all.ImageNames.Length > 0) return all.SplitByName(ValidationShare, ValidSeed);
        if (all.Count == LessonImages)
        {
            var (first, last) = all.Split(LessonTrainImages);
            int classes = all.ClassesWithImages().Count;
            if (first.ClassesWithImages().Count == classes && last.ClassesWithImages().Count == classes) return (first, last);
        }
        return all.SplitStratified(ValidationShare, ValidSeed);
    }
}
