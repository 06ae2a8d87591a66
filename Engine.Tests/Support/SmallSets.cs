using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Five small sets that have to be learned, of few images and different kinds; all follows from the seed.</summary>
internal static class SmallSets
{
    private const double Noise = 25;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["shapes", "digits", "colours", "stripes", "dots"];

    /// <summary>One of them.</summary>
    /// <param name="name">Of <see cref="Names"/>.</param>
    /// <param name="count">How many images.</param>
    /// <param name="seed">Which.</param>
    /// <param name="digits">From which the digits are taken, from image seed · count on; the others need none.</param>
    public static Dataset Of(string name, int count, int seed, Dataset? digits) => name switch
    {
        "shapes" => Made(count, seed, [1, 28, 28], 3, (label, random) => Drawings.Draw(label, 28, 28, random)),
        "digits" => digits!.Split(seed * count).Second.Take(count),
        "colours" => Made(count, seed, [3, 24, 24], 6, Colour),
        "stripes" => Made(count, seed, [1, 32, 32], 4, Stripes),
        "dots" => Made(count, seed, [1, 28, 28], 4, Dots),
        _ => throw new ArgumentException($"there is no set '{name}'.", nameof(name)),
    };

    private static Dataset Made(int count, int seed, int[] image, int classes, Func<int, RandomGenerator, byte[]> draw)
    {
        var random = new RandomGenerator(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(n => n % classes)];
        byte[] pixels = [.. labels.SelectMany(label => draw(label, random))];
        return new(new Shape(image).Prepend(count), pixels, labels, classes);
    }

    // A disc of one of six hues, pale or strong, on a grey ground.
    private static byte[] Colour(int label, RandomGenerator random)
    {
        const int Size = 24;
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        double ground = Between(20, 200), x = Between(7, 17), y = Between(7, 17), radius = Between(3, 7), strong = Between(30, 120);
        byte[] pixels = new byte[3 * Size * Size];
        for (int p = 0; p < pixels.Length; p++)
        {
            int c = p / (Size * Size), place = p % (Size * Size);
            double hue = Math.Cos(Math.PI / 3 * (label - 2 * c));            // red, yellow, green and so on
            bool inside = Math.Pow(place % Size - x, 2) + Math.Pow(place / Size - y, 2) < radius * radius;
            pixels[p] = (byte)Math.Clamp(ground + (inside ? strong * hue : 0) + Noise * random.NextNormal(), 0, 255);
        }
        return pixels;
    }

    // Waves that run in one of four directions, of any length and beginning.
    private static byte[] Stripes(int label, RandomGenerator random)
    {
        const int Size = 32;
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        double step = 2 * Math.PI / Between(4, 12), start = Between(0, 2 * Math.PI), height = Between(15, 60);
        var (sin, cos) = Math.SinCos(Math.PI / 4 * label + Between(-0.25, 0.25));
        byte[] pixels = new byte[Size * Size];
        for (int p = 0; p < pixels.Length; p++)
        {
            double wave = Math.Sin(step * (cos * (p % Size) + sin * (p / Size)) + start);
            pixels[p] = (byte)Math.Clamp(128 + height * wave + 2 * Noise * random.NextNormal(), 0, 255);
        }
        return pixels;
    }

    // One to four bright dots that do not touch: they are to be counted.
    private static byte[] Dots(int label, RandomGenerator random)
    {
        const int Size = 28, Cells = 4;
        int[] cells = [.. Enumerable.Range(0, Cells * Cells)];
        for (int i = 0; i <= label; i++)
        {
            int other = i + random.NextInt(cells.Length - i);
            (cells[i], cells[other]) = (cells[other], cells[i]);
        }
        byte[] pixels = new byte[Size * Size];
        for (int p = 0; p < pixels.Length; p++)
        {
            int cell = p / Size / (Size / Cells) * Cells + p % Size / (Size / Cells);
            int row = p / Size % (Size / Cells), column = p % Size % (Size / Cells);
            bool dot = Array.IndexOf(cells, cell, 0, label + 1) >= 0 && row is >= 1 and <= 4 && column is >= 1 and <= 4;
            pixels[p] = (byte)Math.Clamp((dot ? 180 : 30) + Noise * random.NextNormal(), 0, 255);
        }
        return pixels;
    }
}
