using System.Globalization;
using Scratch.Cli.Reports;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints the images that were told worst: as lines, and drawn side by side where there are colours.</summary>
/// <param name="worst">The worst first.</param>
/// <param name="terminal">Where to print.</param>
internal sealed class WorstTable(IReadOnlyList<WorstImage> worst, Terminal terminal)
{
    private const int MostLines = 5, Side = 28, Gap = 2;

    /// <summary>Prints them.</summary>
    public void Print()
    {
        if (worst.Count == 0) return;
        terminal.WriteLine("told worst:");
        foreach (WorstImage image in worst.Take(MostLines))
        {
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {image.Name ?? $"image {image.Index}"}: "
                + $"{image.Label} taken for {image.Guess} ({image.Probability:F4}), loss {image.Loss:F2}"));
        }
        if (!terminal.HasColors) return;
        int fit = Math.Clamp((terminal.Columns + Gap) / (Side + Gap), 1, MostLines);
        IReadOnlyList<string>[] pictures = [.. worst.Take(fit).Select(image => TerminalPicture.Lines(image.Image, Side))];
        for (int line = 0; line < pictures.Max(picture => picture.Count); line++)
            terminal.Output.MarkupLine(string.Join("".PadRight(Gap),
                pictures.Select(picture => line < picture.Count ? picture[line] : "".PadRight(Side))));
    }
}
