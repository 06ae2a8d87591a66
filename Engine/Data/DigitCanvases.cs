using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Makes images with several labels from images with one: some digits on a canvas, of which none touches another.</summary>
/// <remarks>
/// Each canvas gets zero to four digits, every number equally likely, each any image of the dataset; one digit may come twice. What is pasted is the
/// digit's ink, cut out as tightly as it goes, at a place where its box is free. The target is the set: 1 for every class that is on the canvas.
/// A canvas follows from the seed and its number alone.
/// </remarks>
public static class DigitCanvases
{
    private const int Restarts = 20, PlacesPerDigit = 20;

    /// <summary>Composes canvases.</summary>
    /// <param name="digits">Images of one channel on black, with labels; their ink must fit into a quarter of a canvas.</param>
    /// <param name="count">How many canvases.</param>
    /// <param name="seed">What they follow from; give training, validation and test each their own images, and any seed.</param>
    /// <param name="size">Rows and columns of a canvas.</param>
    /// <param name="mostDigits">Digits of a canvas, at most 4.</param>
    /// <returns>Images [count, 1, size, size] with targets [count, classes].</returns>
    /// <exception cref="ShapeMismatchException">The images have several channels, or do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Dataset Compose(Dataset digits, int count, long seed, int size = 56, int mostDigits = 4)
    {
        ArgumentNullException.ThrowIfNull(digits);
        ShapeGuard.Positive(nameof(DigitCanvases), count);
        if (mostDigits is < 0 or > 4) throw new ArgumentOutOfRangeException(nameof(mostDigits), mostDigits, "DigitCanvases: must be in 0 to 4.");
        Shape image = digits.ImageShape;
        if (image[0] != 1 || 2 * Math.Max(image[1], image[2]) > size)
            ShapeGuard.Mismatch(nameof(DigitCanvases),
                $"images are {image} (C, H, W), a canvas of {size}x{size} takes [1, at most {size / 2}, at most {size / 2}].",
                new Shape(1, size / 2, size / 2), image);
        var pixels = new byte[new Shape(count, size, size).Length];
        var targets = new Tensor<float>(new Shape(count, digits.Classes));
        Span<Box> boxes = stackalloc Box[4];
        for (int n = 0; n < count; n++)
        {
            var random = new RandomSequence(seed, n);
            Span<Box> some = boxes[..random.NextInt(mostDigits + 1)];
            foreach (ref Box box in some) box = Ink(digits, random.NextInt(digits.Count));
            Place(some, size, ref random);
            foreach (Box box in some)
            {
                Paste(digits, box, pixels.AsSpan(n * size * size, size * size), size);
                targets.Span[n * digits.Classes + digits.Labels[box.Image]] = 1;
            }
        }
        var canvases = new Dataset(new Shape(count, 1, size, size), pixels, targets);
        return digits.ClassNames is { } names ? canvases.WithClassNames(names) : canvases;
    }

    /// <summary>The ink of an image, from (FromTop, FromLeft) on, and where it goes on the canvas.</summary>
    private struct Box
    {
        public int Image, FromTop, FromLeft, Height, Width, Top, Left;

        public readonly bool Overlaps(in Box other) =>
            Top < other.Top + other.Height && other.Top < Top + Height && Left < other.Left + other.Width && other.Left < Left + Width;
    }

    private static Box Ink(Dataset digits, int index)
    {
        ReadOnlySpan<byte> image = digits.Image(index);
        int height = digits.ImageShape[1], width = digits.ImageShape[2], top = height, bottom = 0, left = width, right = 0;
        for (int h = 0; h < height; h++)
        {
            ReadOnlySpan<byte> row = image.Slice(h * width, width);
            int first = row.IndexOfAnyExcept((byte)0);
            if (first < 0) continue;
            (top, bottom) = (Math.Min(top, h), h + 1);
            (left, right) = (Math.Min(left, first), Math.Max(right, row.LastIndexOfAnyExcept((byte)0) + 1));
        }
        return bottom == 0 ? new() { Image = index } : new() { Image = index, FromTop = top, FromLeft = left, Height = bottom - top, Width =
            right - left };
    }

    // One after the other wherever there is room; if a digit finds none, all begin anew, and at last each takes a quarter of its own.
    private static void Place(Span<Box> boxes, int size, ref RandomSequence random)
    {
        for (int restart = 0; restart < Restarts; restart++)
        {
            int placed = 0;
            while (placed < boxes.Length && PlaceOne(boxes, placed, size, ref random)) placed++;
            if (placed == boxes.Length) return;
        }
        for (int i = 0; i < boxes.Length; i++)
        {
            ref Box box = ref boxes[i];
            box.Top = i / 2 * (size / 2) + random.NextInt(size / 2 - box.Height + 1);
            box.Left = i % 2 * (size / 2) + random.NextInt(size / 2 - box.Width + 1);
        }
    }

    private static bool PlaceOne(Span<Box> boxes, int i, int size, ref RandomSequence random)
    {
        ref Box box = ref boxes[i];
        for (int place = 0; place < PlacesPerDigit; place++)
        {
            (box.Top, box.Left) = (random.NextInt(size - box.Height + 1), random.NextInt(size - box.Width + 1));
            bool free = true;
            foreach (Box other in boxes[..i]) free &= !box.Overlaps(other);
            if (free) return true;
        }
        return false;
    }

    private static void Paste(Dataset digits, in Box box, Span<byte> canvas, int size)
    {
        ReadOnlySpan<byte> image = digits.Image(box.Image);
        int width = digits.ImageShape[2];
        for (int h = 0; h < box.Height; h++)
            image.Slice((box.FromTop + h) * width + box.FromLeft, box.Width).CopyTo(canvas[((box.Top + h) * size + box.Left)..]);
    }
}
