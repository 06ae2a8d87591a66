using System.Text;
using Scratch.Cli.Reports;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Draws small pictures on a terminal with colours: each letter is two pixels, one above the other.</summary>
internal static class TerminalPicture
{
    private const char UpperHalf = '▀';

    /// <summary>The lines of a picture, as markup.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="mostColumns">How wide it may be; where it is wider, every so many pixels become one, their mean.</param>
    public static IReadOnlyList<string> Lines(ImageData image, int mostColumns)
    {
        int step = Math.Max(1, (image.Width + mostColumns - 1) / mostColumns);
        int columns = Math.Max(image.Width / step, 1), rows = Math.Max(image.Height / step, 1);
        List<string> lines = [];
        for (int y = 0; y < rows; y += 2)
        {
            var line = new StringBuilder();
            for (int x = 0; x < columns; x++)
            {
                string above = Color(image, y, x, step), below = y + 1 < rows ? $" on {Color(image, y + 1, x, step)}" : "";
                line.Append($"[{above}{below}]{UpperHalf}[/]");
            }
            lines.Add(line.ToString());
        }
        return lines;
    }

    /// <summary>Draws it, if the terminal has colours; else does nothing.</summary>
    public static void Draw(Terminal terminal, ImageData image, int mostColumns)
    {
        if (!terminal.HasColors) return;
        foreach (string line in Lines(image, mostColumns)) terminal.Output.MarkupLine(line);
    }

    private static string Color(ImageData image, int row, int column, int step)
    {
        int plane = image.Height * image.Width;
        Span<int> color = stackalloc int[3];
        for (int c = 0; c < color.Length; c++)
        {
            int sum = 0, count = 0;
            for (int y = row * step; y < Math.Min((row + 1) * step, image.Height); y++)
            {
                for (int x = column * step; x < Math.Min((column + 1) * step, image.Width); x++, count++)
                    sum += image.Pixels[(image.Channels == 3 ? c : 0) * plane + y * image.Width + x];
            }
            color[c] = sum / Math.Max(count, 1);
        }
        return $"#{color[0]:x2}{color[1]:x2}{color[2]:x2}";
    }
}
