using System.Globalization;
using System.Text;

namespace Scratch.Cli.Reports;

/// <summary>Which class is taken for which, and the images that were told worst.</summary>
internal static class MistakeFigures
{
    private const int MostClasses = 30, MostPairs = 10;

    /// <summary>Adds a section.</summary>
    public static void Add(PageWriter page, JudgedData judged, IReadOnlyList<string> classes)
    {
        long images = judged.Confusion.Sum(row => row.Sum()), wrong = images - classes.Select((_, i) => judged.Confusion[i][i]).Sum();
        page.Section("mistakes", "Mistakes", $"{Html.Text(PageWriter.Number(images, 0))} {Html.Text(judged.What)} images, "
            + $"{PageWriter.Number(wrong, 0)} "
            + "of them told wrong.");
        page.BeginGrid();
        if (classes.Count <= MostClasses)
        {
            page.Figure("confusion", "Confusion matrix", PageWriter.Scrolling("Confusion matrix", Matrix(judged.Confusion, classes)),
                "A row for every class, a column for every guess. Blue on the diagonal are right answers; orange are mistakes, stronger where a "
                    + "larger share of a class goes there.");
        }
        page.Figure("classes", "Class by class", PageWriter.Scrolling("Class by class", Classes(judged.Confusion, classes)),
            "Recall: of the images of a class, how many were found. Precision: of what was taken for it, how many were. "
                + "F1 is the harmonic mean of both.");
        page.EndGrid();
        if (Pairs(judged.Confusion) is { Length: > 0 } pairs)
        {
            page.Figure("pairs", "Most confused",
                $"""<ul class="pairs">{string.Concat(pairs.Take(MostPairs).Select(pair => Pair(pair, judged.Confusion, classes)))}</ul>""",
                "The mistakes that come most often: the class, what it was taken for, how many images, and which share of the class they are.");
        }
        if (judged.Worst.Count > 0)
        {
            page.Figure("worst", judged.Worst.Count == 12 ? "The twelve worst" : "The "
                + "worst", $"""<ul class="worst">{string.Concat(judged.Worst.Select(Card))}</ul>""",
                "The images with the largest loss, where the network gives the right class the least probability. Some of them "
                    + "a person would not read either.");
        }
    }

    /// <summary>Pairs of class and guess that differ, the most frequent first.</summary>
    public static (int Label, int Guess)[] Pairs(long[][] confusion) =>
    [
        .. from label in Enumerable.Range(0, confusion.Length)
           from guess in Enumerable.Range(0, confusion.Length)
           where label != guess && confusion[label][guess] > 0
           orderby confusion[label][guess] descending, label, guess
           select (label, guess),
    ];

    private static string Matrix(long[][] confusion, IReadOnlyList<string> classes)
    {
        var text = new StringBuilder("""<table class="confusion"><thead><tr><th scope="col">true</th>""");
        foreach (string name in classes) text.Append($"""<th scope="col">{Html.Text(name)}</th>""");
        text.Append("</tr></thead><tbody>");
        for (int label = 0; label < classes.Count; label++)
        {
            text.Append($"""<tr><th scope="row">{Html.Text(classes[label])}</th>""");
            double all = Math.Max(confusion[label].Sum(), 1);
            for (int guess = 0; guess < classes.Count; guess++)
            {
                long count = confusion[label][guess];
                double share = count / all, strength = label == guess ? 0.5 * share : Math.Min(0.12 + 4 * share, 0.6);
                string color = string.Create(CultureInfo.InvariantCulture, $"rgba(var(--{(label == guess ? "good" : "bad")}), {strength:F2})");
                text.Append(count == 0 ? """<td class="none">·</td>""" : $"""<td style="background:{color}">{PageWriter.Number(count, 0)}</td>""");
            }
            text.Append("</tr>");
        }
        return text.Append("</tbody></table>").ToString();
    }

    private static string Classes(long[][] confusion, IReadOnlyList<string> classes)
    {
        var text = new StringBuilder("""<table class="wide"><thead><tr><th scope="col">class</th><th scope="col">images</th>"""
            + """<th scope="col">recall</th><th scope="col">precision</th><th scope="col">F1</th></tr></thead><tbody>""");
        for (int c = 0; c < classes.Count; c++)
        {
            double right = confusion[c][c], all = confusion[c].Sum(), guessed = confusion.Sum(row => row[c]);
            text.Append($"""<tr><th scope="row">{Html.Text(classes[c])}</th><td>{PageWriter.Number(all, 0)}</td>"""
                + $"""<td>{PageWriter.Number(right / all, 4)}</td><td>{PageWriter.Number(right / guessed, 4)}</td>"""
                + $"""<td>{PageWriter.Number(2 * right / (all + guessed), 4)}</td></tr>""");
        }
        return text.Append("</tbody></table>").ToString();
    }

    private static string Pair((int Label, int Guess) pair, long[][] confusion, IReadOnlyList<string> classes)
    {
        long count = confusion[pair.Label][pair.Guess];
        return $"""<li><strong>{Html.Text(classes[pair.Label])} → {Html.Text(classes[pair.Guess])}</strong> {PageWriter.Number(count, 0)} """
            + $"""<span>{PageWriter.Percent((double)count / confusion[pair.Label].Sum())}</span></li>""";
    }

    private static string Card(WorstImage image)
    {
        string name = image.Name ?? $"image {image.Index}";
        string what = Html.Text($"{name}, of class {image.Label}, taken for {image.Guess}");
        string picture = $"""<img class="pixels" alt="{what}" width="{image.Image.Width}" height="{image.Image.Height}" """
            + $"""src="{PngImage.Of(image.Image)}"/>""";
        string numbers = string.Create(CultureInfo.InvariantCulture,
            $"said with {image.Probability:F4}<br/>right class {image.LabelProbability:G2}<br/>loss {image.Loss:F2}");
        return $"<li>{picture}<b>{Html.Text(image.Label)} → {Html.Text(image.Guess)}</b>{numbers}<br/>{Html.Text(name)}</li>";
    }
}
