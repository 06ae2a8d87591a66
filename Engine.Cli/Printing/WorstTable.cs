using System.Globalization;
using Scratch.Cli.Reports;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Prints the images that were told wrong with the largest losses: as lines, and drawn side by side where there are colours.</summary>
/// <param name="images">The largest loss first; those that were told right are left out.</param>
/// <param name="terminal">Where to print.</param>
internal sealed class WorstTable(IReadOnlyList<WorstImage> images, Terminal terminal)
{
    private const int MostLines = 5, Side = 28, Gap = 2;

    /// <summary>Prints them.</summary>
    public void Print()
    {
        WorstImage[] worst = [.. images.Where(image => image.Label != image.Guess)];
        if (worst.Length == 0) return;
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
