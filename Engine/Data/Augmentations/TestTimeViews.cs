using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Several views of one image, whose answers are averaged: for a model that is asked.</summary>
/// <remarks>Each is an <see cref="Augmentation"/> that leaves nothing to chance; the image as it is, is the first.</remarks>
public static class TestTimeViews
{
    private const double CropSide = 7.0 / 8;                                 // of the image's

    /// <summary>The image and its mirror.</summary>
    public static IReadOnlyList<Augmentation> Flip { get; } = [new View(1, 0, 0, false), new View(1, 0, 0, true)];

    /// <summary>The image, its four corners and its middle, each of 7/8 of the sides and made as large as the whole; and the mirrors of
    /// all.</summary>
    public static IReadOnlyList<Augmentation> Crops { get; } =
    [
        .. new[] { false, true }.SelectMany(flips => (View[])
        [
            new(1, 0, 0, flips), new(CropSide, 0.5, 0.5, flips), new(CropSide, 0, 0, flips), new(CropSide, 0, 1, flips), new(CropSide, 1, 0, flips),
            new(CropSide, 1, 1, flips),
        ]),
    ];

    private sealed class View(double side, double down, double right, bool flips) : Augmentation
    {
        public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
        {
            int height = Math.Max(1, (int)Math.Round(shape[1] * side)), width = Math.Max(1, (int)Math.Round(shape[2] * side));
            int top = (int)((shape[1] - height) * down), left = (int)((shape[2] - width) * right);
            RandomResizedCrop.Enlarge(shape, image, top, left, height, width, result);
            for (int row = 0; flips && row < result.Length; row += shape[2]) result.Slice(row, shape[2]).Reverse();
        }
    }
}
