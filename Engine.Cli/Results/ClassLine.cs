using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>How well one label is told on the test images.</summary>
/// <param name="Class">Its number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Threshold">From which probability on it is said.</param>
/// <param name="Precision">How many of the images that it is said of have it.</param>
/// <param name="Recall">Of how many of the images that have it, it is said.</param>
/// <param name="F1">The harmonic mean of both.</param>
internal sealed record ClassLine(int Class, string Name, double Threshold, double Precision, double Recall, double F1)
{
    private const int NumbersWidth = 39;                                     // letters of a line after its name

    /// <summary>One for each label.</summary>
    /// <param name="said">The model's probabilities, [N, classes].</param>
    /// <param name="targets">What is right, [N, classes].</param>
    /// <param name="thresholds">One, or one for each label.</param>
    /// <param name="names">What the labels are called.</param>
    public static IReadOnlyList<ClassLine> Of(Tensor<double> said, Tensor<float> targets, IReadOnlyList<double> thresholds,
        IReadOnlyList<string> names) =>
        [.. MultiLabelScores.Of(said, targets, [.. thresholds]).Classes.Select((counts, c) =>
            new ClassLine(c, names[c], thresholds[thresholds.Count == 1 ? 0 : c], counts.Precision, counts.Recall, counts.FBeta(1)))];

    /// <summary>Prints a table.</summary>
    public static void Print(IReadOnlyList<ClassLine> lines, Terminal terminal)
    {
        int room = Math.Max(terminal.Columns - NumbersWidth, "class".Length);
        int width = Math.Max("class".Length, lines.Max(line => FittedText.Short(line.Name, room).Length));
        terminal.WriteLine($"{"class".PadRight(width)}  threshold  precision  recall      F1");
        foreach (ClassLine line in lines)
            terminal.WriteLine($"{FittedText.Short(line.Name, room).PadLeft(width)}  {line.Threshold,9:F3}  {line.Precision,9:F4}  "
                + $"{line.Recall,6:F4}  {line.F1,6:F4}");
    }
}
