using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Lays black around an image and cuts it out again somewhere, at its own size: moves it by whole pixels, whose values stay.</summary>
/// <remarks>torchvision's <c>RandomCrop(size, padding)</c>, with which networks are mostly trained on CIFAR (4 pixels of 32).</remarks>
public sealed class RandomCrop : Augmentation
{
    /// <summary>Pads and cuts.</summary>
    /// <param name="padding">Pixels on each side: the image moves by as many at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public RandomCrop(int padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padding, ushort.MaxValue);
        Padding = padding;
    }

    /// <summary>Pixels on each side.</summary>
    public int Padding { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        int rows = shape[1], columns = shape[2], plane = rows * columns;
        int down = random.NextInt(2 * Padding + 1) - Padding, right = random.NextInt(2 * Padding + 1) - Padding;
        int first = Math.Max(0, -right), width = columns - Math.Abs(right);  // of the columns that both have
        result.Clear();
        for (int start = 0; width > 0 && start < result.Length; start += plane)
        {
            for (int row = Math.Max(0, -down); row < Math.Min(rows, rows - down); row++)
            {
                image.Slice(start + (row + down) * columns + first + right, width).CopyTo(result[(start + row * columns + first)..]);
            }
        }
    }
}
