using System.Globalization;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>Draws one picture on a terminal with colours, and beside it what it is taken for, as bars.</summary>
/// <param name="prediction">What is said of it.</param>
/// <param name="terminal">Where to draw.</param>
internal sealed class PredictionDrawing(PredictLine prediction, Terminal terminal)
{
    private const int Side = 28, Gap = 2, LongestName = 16, MostBar = 30, NumberWidth = 7;

    /// <summary>Draws it.</summary>
    public void Print()
    {
        string said = string.Join(" + ", prediction.Labels!);
        int room = Math.Max(terminal.ListWidth - 2 - said.Length, LongestName);
        terminal.Output.MarkupLineInterpolated($"[bold]{FittedText.ShortPath(prediction.File, room)}[/]: {said}");
        IReadOnlyList<string> picture = Picture(), bars = Bars(prediction.Classes!, terminal.Columns - Side - Gap);
        for (int i = 0; i < Math.Max(picture.Count, bars.Count); i++)
        {
            string left = i < picture.Count ? picture[i] : "".PadRight(Side);
            terminal.Output.MarkupLine($"{left}{"".PadRight(Gap)}{(i < bars.Count ? bars[i] : "")}");
        }
    }

    /// <summary>A line for each class: name, bar, probability; as markup.</summary>
    /// <param name="classes">The most probable first.</param>
    /// <param name="room">Letters of a line.</param>
    public static IReadOnlyList<string> Bars(IReadOnlyList<ClassProbability> classes, int room)
    {
        static string Short(string name) => FittedText.Short(name, LongestName);
        int nameWidth = classes.Max(one => Short(one.Name).Length), most = Math.Clamp(room - nameWidth - NumberWidth - 2, 1, MostBar);
        return [.. classes.Select((one, i) =>
        {
            string bar = new string('█', (int)Math.Round(most * one.Probability)).PadRight(most);
            string number = one.Probability.ToString("F4", CultureInfo.InvariantCulture);
            return $"{Markup.Escape(Short(one.Name).PadRight(nameWidth))} [{(i == 0 ? "#2f90c8" : "grey")}]{bar}[/] {number}";
        })];
    }

    // A picture that comes through a pipe is gone; others are read once more.
    private IReadOnlyList<string> Picture()
    {
        if (!File.Exists(prediction.File)) return [];
        Picture picture = Scratch.Pictures.Picture.Load(prediction.File);
        IReadOnlyList<string> lines = TerminalPicture.Lines(new(picture.Shape[0] == 3 ? 3 : 1, picture.Shape[1], picture.Shape[2],
            picture.Pixels.ToArray()),
            Side);
        int step = Math.Max(1, (picture.Shape[2] + Side - 1) / Side), width = Math.Max(picture.Shape[2] / step, 1);
        return [.. lines.Select(line => line + "".PadRight(Math.Max(Side - width, 0)))];
    }
}
