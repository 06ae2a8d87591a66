using System.Globalization;

namespace Scratch.Tests.Pictures;

/// <summary>A picture in another size, as Pillow makes it: a line of <c>pillow/sizes.txt</c>.</summary>
/// <param name="Method">What was done, in the words of <c>pillow/sizes.py</c>.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="Height">Rows before.</param>
/// <param name="Width">Columns before.</param>
/// <param name="Numbers">What the method takes: rows and columns after, or the part.</param>
/// <param name="Values">The result [channels, rows, columns].</param>
public sealed record PillowSize(string Method, int Channels, int Height, int Width, IReadOnlyList<int> Numbers, IReadOnlyList<byte> Values)
{
    /// <summary>The value before, at channel c, row h, column w.</summary>
    public static byte Value(int c, int h, int w) => (byte)(37 * h + 101 * w + 59 * c + 7 * h * w);

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Channels}x{Height}x{Width} {string.Join(' ', Numbers)}".TrimEnd();
}

/// <summary>What Pillow 9.4.0 makes of pictures: <c>pillow/sizes.py</c> says how, and wrote the values.</summary>
internal static class PillowSizes
{
    /// <summary>Whole pictures in another size.</summary>
    public static IEnumerable<PillowSize> Sizes => All.Where(size => size.Method is "squish" or "pad" or "crop");

    /// <summary>Parts as large as the whole.</summary>
    public static IEnumerable<PillowSize> Parts => All.Where(size => size.Method == "part");

    /// <summary>Grey of colours.</summary>
    public static IEnumerable<PillowSize> Greys => All.Where(size => size.Method == "grey");

    private static IEnumerable<PillowSize> All =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Pictures", "pillow", "sizes.txt")).Where(line => line[0] != '#').Select(Parsed);

    private static PillowSize Parsed(string line)
    {
        string[] words = line.Split(' ');
        int[] numbers = [.. words[1..^1].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        return new(words[0], numbers[0], numbers[1], numbers[2], numbers[3..], Convert.FromBase64String(words[^1]));
    }
}
