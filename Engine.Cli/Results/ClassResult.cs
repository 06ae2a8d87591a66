using System.Globalization;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>How well the images of one class are told.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Images">How many there are.</param>
/// <param name="Right">How many of them were taken for it.</param>
/// <param name="Guesses">How many images of any class were taken for it.</param>
/// <param name="TakenFor">The class that they were most often wrongly taken for; none if never.</param>
/// <param name="Mistaken">How many were taken for that one.</param>
internal sealed record ClassResult(string Class, long Images, long Right, long Guesses, string? TakenFor, long Mistaken)
{
    private const int LongestName = 24, LeastName = 5, MostRows = 40;
    private const int NumbersWidth = 45;                                     // letters of a row beside its two names

    /// <summary>The share of its images that were taken for it; not a number if it has none.</summary>
    public double Recall => (double)Right / Images;

    /// <summary>The share of its images among those taken for it; not a number if there are none.</summary>
    public double Precision => (double)Right / Guesses;

    /// <summary>The harmonic mean of both; not a number if neither is one.</summary>
    public double F1 => 2.0 * Right / (Images + Guesses);

    /// <summary>One for each class of a matrix.</summary>
    public static IReadOnlyList<ClassResult> Of(ConfusionMatrix<float> matrix) =>
        [.. Enumerable.Range(0, matrix.Classes).Select(label => Of(matrix, label))];

    private static ClassResult Of(ConfusionMatrix<float> matrix, int label)
    {
        int[] others = matrix.FalseNegatives(label) == 0 ? [] : [.. Enumerable.Range(0, matrix.Classes).Where(guess => guess != label)];
        int? worst = others.Length == 0 ? null : others.MaxBy(guess => matrix[label, guess]);
        return new(matrix.ClassNames[label], matrix.Images(label), matrix.TruePositives(label), matrix.Guesses(label),
            worst is { } found ? matrix.ClassNames[found] : null, worst is { } taken ? matrix[label, taken] : 0);
    }

    /// <summary>A row for each class; where there are many, for those told worst.</summary>
    public static void Print(IReadOnlyList<ClassResult> all, Terminal terminal)
    {
        ClassResult[] rows = [.. all];
        if (rows.Length > MostRows)
        {
            HashSet<ClassResult> worst = [.. all.OrderBy(row => double.IsNaN(row.Recall) ? 1 : row.Recall).Take(MostRows)];
            rows = [.. all.Where(worst.Contains)];
            terminal.WriteLine($"the {MostRows} of {all.Count} classes with the lowest recall:");
        }
        int longest = Math.Clamp((terminal.Columns - NumbersWidth) / 2, LeastName, LongestName);
        int width = Math.Max("class".Length, rows.Max(row => Math.Min(row.Class.Length, longest)));
        terminal.WriteLine($"{"class".PadRight(width)}  images  recall  precision      F1  taken for");
        foreach (ClassResult row in rows)
        {
            string name = FittedText.Short(row.Class, longest).PadRight(width);
            terminal.WriteLine($"{name}  {row.Images,6}  {Share(row.Recall),6}  {Share(row.Precision),9}  {Share(row.F1),6}  {Mistake(row, longest)}"
                .TrimEnd());
        }
    }

    private static string Mistake(ClassResult row, int longest) =>
        row.TakenFor is { } name ? $"{FittedText.Short(name, longest)} ({row.Mistaken})" : "";

    private static string Share(double share) => double.IsNaN(share) ? "-" : share.ToString("F4", CultureInfo.InvariantCulture);
}
