using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Blanks a rectangle somewhere in some images, so that no single part decides.</summary>
/// <remarks>Source: Zhong et al., "Random erasing data augmentation", 2020; tries ten rectangles, and leaves the image as it is if none
/// fits.</remarks>
public sealed class RandomErasing : Augmentation
{
    private const int Tries = 10;

    /// <summary>Erases in PyTorch's words and defaults.</summary>
    /// <param name="probability">Of how many images.</param>
    /// <param name="scale">Share of the image's area that is erased; 0.02 to 0.33 by default.</param>
    /// <param name="ratio">Height to width of the rectangle; 0.3 to 3.3 by default.</param>
    /// <param name="value">What pixels become.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in 0 to 1, or a range is none.</exception>
    public RandomErasing(double probability = 0.5, (double Low, double High)? scale = null, (double Low, double High)? ratio = null, byte value = 0)
    {
        (Probability, Scale, Ratio, Value) = (probability, scale ?? (0.02, 0.33), ratio ?? (0.3, 3.3), value);
        CheckProbability(probability, nameof(probability));
        CheckRange(Scale, 0, 1, nameof(scale));
        CheckRange(Ratio, 1e-3, 1e3, nameof(ratio));
    }

    /// <summary>Of how many images.</summary>
    public double Probability { get; }

    /// <summary>Share of the image's area.</summary>
    public (double Low, double High) Scale { get; }

    /// <summary>Height to width.</summary>
    public (double Low, double High) Ratio { get; }

    /// <summary>What pixels become.</summary>
    public byte Value { get; }

    /// <inheritdoc/>
    public override void Apply(Shape shape, ReadOnlySpan<byte> image, Span<byte> result, ref RandomSequence random)
    {
        image.CopyTo(result);
        if (random.NextDouble() >= Probability) return;
        for (int i = 0; i < Tries; i++)
        {
            double area = shape[1] * shape[2] * random.NextUniform(Scale.Low, Scale.High);
            double ratio = Math.Exp(random.NextUniform(Math.Log(Ratio.Low), Math.Log(Ratio.High)));
            int height = (int)Math.Round(Math.Sqrt(area * ratio)), width = (int)Math.Round(Math.Sqrt(area / ratio));
            if (height < 1 || width < 1 || height >= shape[1] || width >= shape[2]) continue;
            int top = random.NextInt(shape[1] - height + 1), left = random.NextInt(shape[2] - width + 1);
            for (int c = 0; c < shape[0]; c++)
                for (int h = top; h < top + height; h++) result.Slice((c * shape[1] + h) * shape[2] + left, width).Fill(Value);
            return;
        }
    }
}
