using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>How pixels become inputs: scaled to 0..1, then shifted and scaled to mean 0 and standard deviation 1.</summary>
/// <remarks>
/// One mean and one deviation for all pixels and channels, as in the lesson, or one for each channel. Measure them on the training images, use them
/// everywhere. Scaled means divided by 255. The lesson's own file was divided by 256: its 0.1304 and 0.3073 are 0.1310 and 0.3085 here, the inputs
/// are the same.
/// </remarks>
/// <param name="Mean">The mean of the pixels, scaled to 0..1.</param>
/// <param name="StandardDeviation">Their standard deviation, more than 0.</param>
public readonly record struct Normalization(double Mean, double StandardDeviation)
{
    /// <summary>How many values a pixel can have.</summary>
    internal const int Levels = 256;

    private readonly Normalization[]? _channels;

    /// <summary>That of most models which learned from ImageNet: red, green and blue each with their own numbers.</summary>
    public static Normalization ImageNet { get; } = PerChannel((0.485, 0.229), (0.456, 0.224), (0.406, 0.225));

    /// <summary>One for each channel; empty where all have the same. <see cref="Mean"/> and <see cref="StandardDeviation"/> are then the means of
    /// theirs.
    /// </summary>
    public IReadOnlyList<Normalization> Channels => _channels ?? [];

    /// <summary>One for each channel.</summary>
    /// <param name="channels">Mean and deviation of each, of pixels scaled to 0..1.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Normalization PerChannel(params IReadOnlyList<(double Mean, double StandardDeviation)> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count == 0) throw new ArgumentException("Normalization: there is no channel, must be at least 1.", nameof(channels));
        return new(channels.Average(channel => channel.Mean), channels.Average(channel => channel.StandardDeviation),
            [.. channels.Select(channel => new Normalization(channel.Mean, channel.StandardDeviation))]);
    }

    private Normalization(double mean, double standardDeviation, Normalization[] channels) : this(mean, standardDeviation) => _channels = channels;

    /// <summary>Measures each channel of a dataset by itself, as <see cref="Of"/> measures all.</summary>
    /// <exception cref="ArgumentException">All pixels of a channel are equal.</exception>
    public static Normalization OfChannels(Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        long pixels = (long)dataset.Count * (dataset.ImageShape.Length / Math.Max(dataset.ImageShape[0], 1));
        return PerChannel([.. PixelSums.Of(dataset).Select(sums => Measured(sums.Sum, sums.Squares, pixels, dataset))
            .Select(one => (one.Mean, one.StandardDeviation))]);
    }

    /// <summary>Whether pixels become the same numbers.</summary>
    public bool Equals(Normalization other) =>
        Mean.Equals(other.Mean) && StandardDeviation.Equals(other.StandardDeviation) && Channels.SequenceEqual(other.Channels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean, StandardDeviation, Channels.Count);

    /// <summary>Measures a dataset.</summary>
    /// <remarks>
    /// std = √(Σ (x - mean)² / (n - 1)), the unbiased form, as <c>.std()</c> of the lesson's library computes it. Works from the exact sums of pixels
    /// and of their squares, so no image order or rounding enters.
    /// </remarks>
    /// <exception cref="ArgumentException">All pixels are equal, or there are
    /// fewer than two: no division could bring their deviation to 1.</exception>
    public static Normalization Of(Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        long sum = 0, squares = 0, pixels = (long)dataset.Count * dataset.ImageShape.Length;
        foreach (var (channelSum, channelSquares) in PixelSums.Of(dataset)) (sum, squares) = (sum + channelSum, squares + channelSquares);
        return Measured(sum, squares, pixels, dataset);
    }

    private static Normalization Measured(long sum, long squares, long pixels, Dataset dataset)
    {
        Int128 spread = (Int128)pixels * squares - (Int128)sum * sum;        // n · Σ (x - mean)²
        if (pixels < 2 || spread == 0)
        {
            throw new ArgumentException($"Normalization: the {pixels} pixels of {dataset} do not differ, expected at least two values. " +
                "Check the images, or give mean and standard deviation.", nameof(dataset));
        }
        double mean = (double)sum / pixels, variance = (double)spread / pixels / (pixels - 1);
        return new Normalization(mean / byte.MaxValue, Math.Sqrt(variance) / byte.MaxValue);
    }

    /// <summary>The input for each of the 256 values of a pixel, worked out in double: <c>(value / 255 - Mean) / StandardDeviation</c>.</summary>
    /// <returns>[256].</returns>
    /// <exception cref="ArgumentOutOfRangeException">Mean or deviation is not finite, the deviation is not above 0, or inputs are not finite in
    /// T.</exception>
    public T[] Table<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(double.IsFinite(Mean), Mean, nameof(Mean), "a finite number");
        Check(double.IsFinite(StandardDeviation) && StandardDeviation > 0, StandardDeviation, nameof(StandardDeviation), "a finite number above 0");
        var table = new T[Levels];
        for (int value = 0; value < Levels; value++) table[value] = T.CreateTruncating(((double)value / byte.MaxValue - Mean) / StandardDeviation);
        bool isFinite = T.IsFinite(table[0]) && T.IsFinite(table[^1]);
        Check(isFinite, StandardDeviation, nameof(StandardDeviation), $"large enough that inputs are finite in {typeof(T).Name}; Mean is {Mean}");
        return table;
    }

    /// <summary>The tables of images of so many channels.</summary>
    /// <returns>[256], or [channels, 256] where each has its own.</returns>
    /// <exception cref="ShapeMismatchException">There are more or fewer channels.</exception>
    public T[] Tables<T>(int channels) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_channels is null) return Table<T>();
        if (_channels.Length != channels)
        {
            ShapeGuard.Mismatch("Normalization", $"there are numbers for {_channels.Length} channels, images have {channels}. Give each channel "
                + "its own, or all the same.",
                new Shape(channels), new Shape(_channels.Length));
        }
        return [.. _channels.SelectMany(channel => channel.Table<T>())];
    }

    private static void Check(bool right, double value, string name, string expected)
    {
        if (!right) throw new ArgumentOutOfRangeException(name, value, string.Create(null, $"Normalization: {name} is {value}, must be {expected}."));
    }
}
