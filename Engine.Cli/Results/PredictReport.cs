using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Scratch.Cli;

/// <summary>What one picture is taken for, or why it was not read.</summary>
/// <param name="File">Its path as it was given, or as it was found in a folder; <c>-</c> for standard input.</param>
/// <param name="Labels">What is said of it: the most probable class, or those that reach their threshold; none if it was not read.</param>
/// <param name="Classes">The most probable classes; none if it was not read.</param>
/// <param name="Error">Why it was not read; null if it was.</param>
internal sealed record PredictLine(string File, IReadOnlyList<string>? Labels, IReadOnlyList<ClassProbability>? Classes, string? Error)
{
    /// <summary>Of many labels, those that are said though <see cref="Classes"/> has more probable ones only, with their ranks from 1: thresholds
    /// differ.</summary>
    [JsonIgnore]
    public IReadOnlyList<(int Rank, ClassProbability Class)> SaidBesides { get; init; } = [];

    /// <summary>The line of an answer.</summary>
    public static PredictLine Of(string file, Prediction prediction, int top) => new(file, prediction.Labels, prediction.Top(top), null)
    {
        SaidBesides = [.. prediction.Classes.Index().Skip(top).Where(one => prediction.Labels.Contains(one.Item.Name))
            .Select(one => (one.Index + 1, one.Item))],
    };
}

/// <summary>What <c>predict</c> prints: as a table, as JSON, or as CSV.</summary>
/// <param name="Model">The file of the model.</param>
/// <param name="Pictures">One for each picture, in their order.</param>
internal sealed record PredictReport(string Model, IReadOnlyList<PredictLine> Pictures)
{
    private const int LongestFile = 60, LeastFile = 12, NumberWidth = 15, MostDrawn = 8;
    private const string None = "(none)";                                    // many labels, and none of them reached

    /// <summary>A row for each picture: what is said of it, how sure that is, and what else it may be.</summary>
    public void Print(Terminal terminal, bool hasManyLabels)
    {
        PredictLine[] read = [.. Pictures.Where(line => line.Error is null)];
        if (read.Length == 0) return;
        if (terminal.HasColors && read.Length <= MostDrawn)
        {
            foreach (PredictLine line in read) new PredictionDrawing(line, terminal).Print();
            return;
        }
        int longest = Math.Max((terminal.Columns - NumberWidth) / 2, LeastFile);
        string Named(PredictLine line) => FittedText.Short(Said(line, hasManyLabels), longest);
        int nameWidth = Math.Max("class".Length, read.Max(line => Named(line).Length));
        int room = Math.Clamp(terminal.Columns - nameWidth - NumberWidth, LeastFile, LongestFile);
        string Short(string file) => FittedText.ShortPath(file, room);
        int fileWidth = Math.Max("file".Length, read.Max(line => Short(line.File).Length));
        string title = hasManyLabels ? "labels" : "class";
        terminal.WriteText($"{"file".PadRight(fileWidth)}  {title.PadRight(nameWidth)}  {(hasManyLabels ? "most probable" : "probability")}");
        foreach (PredictLine line in read)
        {
            string sure = hasManyLabels ? "" : string.Create(CultureInfo.InvariantCulture, $"  {line.Classes![0].Probability,11:F4}");
            string row = $"{Short(line.File).PadRight(fileWidth)}  {Named(line).PadRight(nameWidth)}{sure}", gap = "  ";
            foreach (ClassProbability other in line.Classes!.Skip(hasManyLabels ? 0 : 1))
            {
                if (row.Length + $"{gap}{other}".Length > terminal.ListWidth) break;
                (row, gap) = ($"{row}{gap}{other}", ", ");
            }
            terminal.WriteText(row.TrimEnd());
        }
    }

    /// <summary>A row for each picture and class: file, rank from 1, class, probability; with a heading.</summary>
    /// <param name="hasManyLabels">Whether to add if the label is said, 1 or 0, and rows for those that are.</param>
    public string Csv(bool hasManyLabels)
    {
        var text = new StringBuilder(hasManyLabels ? "file,rank,label,probability,said" : "file,rank,class,probability");
        foreach (PredictLine line in Pictures.Where(line => line.Error is null))
            foreach (var (rank, one) in line.Classes!.Select((one, i) => (i + 1, one)).Concat(line.SaidBesides))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{Field(line.File)},{rank},{Field(one.Name)},{one.Probability:R}");
                if (hasManyLabels) text.Append(line.Labels!.Contains(one.Name) ? ",1" : ",0");
            }
        return $"{text}";
    }

    private static string Said(PredictLine line, bool hasManyLabels) =>
        !hasManyLabels ? line.Labels![0] : line.Labels!.Count == 0 ? None : string.Join(" + ", line.Labels);

    // As RFC 4180 has it.
    private static string Field(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
