using NUnit.Framework;
using Scratch.Data;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Pictures;

/// <summary>Sizes change as Pillow changes them, to the last bit; and single pictures are read from wherever they lie.</summary>
public sealed class ResizingTests
{
    [TestCaseSource(typeof(PillowSizes), nameof(PillowSizes.Sizes))]
    public void Resized_EveryMethod_HasPillowsValues(PillowSize wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var (height, width) = (wanted.Numbers[0], wanted.Numbers[1]);
        Picture resized = Made(wanted).Resized((height, width), Enum.Parse<ResizeMethod>(wanted.Method, ignoreCase: true));
        Assert.That(resized.Shape, Is.EqualTo(new Shape(wanted.Channels, height, width)));
        Assert.That(resized.Pixels.ToArray(), Is.EqualTo(wanted.Values));
    }

    [TestCaseSource(typeof(PillowSizes), nameof(PillowSizes.Parts))]
    public void Enlarge_Part_HasPillowsValues(PillowSize wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        Picture picture = Made(wanted);
        var result = new byte[picture.Shape.Length];
        IReadOnlyList<int> part = wanted.Numbers;
        RandomResizedCrop.Enlarge(picture.Shape, picture.Pixels, part[0], part[1], part[2], part[3], result);
        Assert.That(result, Is.EqualTo(wanted.Values));
    }

    /// <summary>The definition, in double: every output pixel is the mean of the input under a triangle.</summary>
    [TestCase(5, 5), TestCase(9, 4), TestCase(4, 9), TestCase(50, 7), TestCase(7, 50), TestCase(3, 1), TestCase(1, 3)]
    public void ApplyToRows_AnyLengths_IsTheTriangleMean(int from, int to)
    {
        byte[] input = Bytes(2 * from, 3), output = new byte[2 * to];
        new ResampledAxis(from, to).ApplyToRows(input, 2, output);
        for (int row = 0; row < 2; row++)
            for (int place = 0; place < to; place++)
                Assert.That(output[row * to + place], Is.EqualTo(TriangleMean(input.AsSpan(row * from, from), to, place)).Within(0.5001));
    }

    [TestCase(9, 4), TestCase(4, 9), TestCase(50, 7)]
    public void ApplyToColumns_EqualsRowsOfTheTransposed(int from, int to)
    {
        const int Columns = 3;
        byte[] input = Bytes(from * Columns, 4), output = new byte[to * Columns], transposed = new byte[input.Length], rows = new byte[output.Length];
        for (int i = 0; i < input.Length; i++) transposed[i % Columns * from + i / Columns] = input[i];
        var axis = new ResampledAxis(from, to);
        axis.ApplyToColumns(input, Columns, output);
        axis.ApplyToRows(transposed, Columns, rows);
        for (int i = 0; i < output.Length; i++) Assert.That(output[i], Is.EqualTo(rows[i % Columns * to + i / Columns]));
    }

    [TestCaseSource(typeof(PillowSizes), nameof(PillowSizes.Greys))]
    public void Load_AsGrey_IsWhatPillowConverts(PillowSize wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        byte[] file = PngBytes.Of(Interleaved(wanted.Height, wanted.Width), wanted.Height, wanted.Width, channels: 3);
        Assert.That(Picture.Decode(file, channels: 1).Pixels.ToArray(), Is.EqualTo(wanted.Values));
    }

    [Test]
    public void Load_PathStreamAndBytes_GiveTheSame([Values(null, 1, 3)] int? channels)
    {
        using var folder = new TemporaryFolder();
        byte[] file = PngBytes.Of(Interleaved(6, 7), 6, 7, channels: 3);
        File.WriteAllBytes(folder["p.png"], file);
        byte[] expected = Picture.Decode(file, channels).Pixels.ToArray();
        Assert.That(expected, Has.Length.EqualTo((channels ?? 3) * 42));
        Assert.That(Picture.Load(folder["p.png"], channels).Pixels.ToArray(), Is.EqualTo(expected));
        using FileStream stream = File.OpenRead(folder["p.png"]);
        Assert.That(Picture.Load(stream, channels).Pixels.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Load_Grey_AsColoursIsThreeTimesTheSame()
    {
        byte[] grey = Bytes(12, 5);
        var picture = Picture.Decode(PngBytes.Of(grey, 3, 4, channels: 1), channels: 3);
        Assert.That(picture.Pixels.ToArray(), Is.EqualTo((byte[])[.. grey, .. grey, .. grey]));
    }

    [Test]
    public void Decode_NoPicture_IsCalledByItsName() =>
        Assert.That(Assert.Throws<InvalidDataException>(() => Picture.Decode("no picture"u8, name: "from the net"))!.Message,
            Does.StartWith("'from the net' is no picture"));

    [Test]
    public void Note_WhatIsDropped_IsSaid() =>
        Assert.That(Picture.Decode(PillowFiles.Named("png alpha")).Note, Is.EqualTo("1 picture: 1 see-through, alpha dropped"));

    [TestCase(0, 3), TestCase(3, 0), TestCase(-1, 2)]
    public void Resized_NoSize_IsRefused(int height, int width) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Made(new("", 3, 3, 3, [], [])).Resized((height, width)));

    private static Picture Made(PillowSize size) =>
        Picture.Decode(PngBytes.Of(Interleaved(size.Height, size.Width, size.Channels), size.Height, size.Width, size.Channels));

    // [H, W, C], as pillow/sizes.py fills them.
    private static byte[] Interleaved(int height, int width, int channels = 3) => [.. Enumerable.Range(0, height * width * channels)
        .Select(i => PillowSize.Value(i % channels, i / channels / width, i / channels % width))];

    private static double TriangleMean(ReadOnlySpan<byte> pixels, int to, int place)
    {
        double scale = (double)pixels.Length / to, reach = Math.Max(scale, 1), center = (place + 0.5) * scale, sum = 0, weights = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            double weight = Math.Max(0, 1 - Math.Abs(i + 0.5 - center) / reach);
            (sum, weights) = (sum + weight * pixels[i], weights + weight);
        }
        return sum / weights;
    }

    private static byte[] Bytes(int count, long seed) => [.. RandomTensors.Values<float>(count, seed, 0, 255).Select(value => (byte)value)];
}
