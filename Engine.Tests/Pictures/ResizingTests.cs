using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Pictures;

/// <summary>Sizes change as Pillow changes them, to the last bit; and single pictures are read from wherever they lie.</summary>
public sealed class ResizingTests
{
    [TestCaseSource(typeof(PillowSizes), nameof(PillowSizes.All))]
    public void Resized_EveryMethod_HasPillowsValues(PillowSize wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        Picture resized = Made(wanted.Height, wanted.Width).Resized((wanted.ToHeight, wanted.ToWidth), wanted.Method);
        Assert.That(resized.Shape, Is.EqualTo(new Shape(3, wanted.ToHeight, wanted.ToWidth)));
        Assert.That(resized.Pixels.ToArray(), Is.EqualTo(Convert.FromBase64String(wanted.Values)));
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

    [Test]
    public void Load_AsGrey_IsWhatPillowConverts() => Assert.That(
        Picture.Decode(PngBytes.Of(Interleaved(4, 5), 4, 5, channels: 3), channels: 1).Pixels.ToArray(),
            Is.EqualTo(Convert.FromBase64String(PillowSizes.Grey)));

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
        Assert.Throws<ArgumentOutOfRangeException>(() => Made(3, 3).Resized((height, width)));

    private static Picture Made(int height, int width) => Picture.Decode(PngBytes.Of(Interleaved(height, width), height, width, channels: 3));

    // [H, W, 3], by the formula of PillowSizes.
    private static byte[] Interleaved(int height, int width) => [.. Enumerable.Range(0, height * width * 3).Select(i =>
    {
        var (h, w, c) = (i / 3 / width, i / 3 % width, i % 3);
        return (byte)(37 * h + 101 * w + 59 * c + 7 * h * w);
    })];

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
