using System.Globalization;
using System.Numerics;
using System.Text;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model's layers as a table of plain text, one a line: the first column on the left, numbers on the right.</summary>
internal static class SummaryText
{
    /// <summary>What a summary knows.</summary>
    public static string Of(ModelSummary summary)
    {
        List<string[]> rows = [["layer", "output", "weights", "biases", "multiply-adds", "field", "jump"]];
        foreach (Shape input in summary.Inputs) rows.Add(["input", Sizes(input.Sizes), "", "", "", "", ""]);
        foreach (LayerSummary layer in summary.Layers)
            rows.Add([$"{layer.Path} {layer.Type}", Sizes(layer.OutputShape.Sizes), Count(layer.Weights), Count(layer.Biases),
                Count(layer.MultiplyAdds),
                Size(layer.ReceptiveField), Size(layer.Jump)]);
        rows.Add(["total", "", Count(summary.Weights), Count(summary.Biases), Count(summary.MultiplyAdds), "", ""]);
        return Table(rows);
    }

    /// <summary>What there is to say of a model before it has seen an image.</summary>
    public static string Of<T>(Model<T> model) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<string[]> rows = [["layer", "weights", "biases"]];
        long allWeights = 0, allBiases = 0;
        foreach (Layer<T> layer in model.Layers)
        {
            var (weights, biases) = LayerSummary.CountParameters(layer);
            rows.Add([$"{layer.Path} {layer.TypeName}", Count(weights), Count(biases)]);
            (allWeights, allBiases) = (allWeights + weights, allBiases + biases);
        }
        rows.Add(["total", Count(allWeights), Count(allBiases)]);
        return Table(rows);
    }

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            string line = row[0].PadRight(widths[0]);
            for (int column = 1; column < row.Length; column++) line += "  " + row[column].PadLeft(widths[column]);
            text.Append(text.Length == 0 ? "" : "\n").Append(line.TrimEnd());
        }
        return text.ToString();
    }

    private static string Sizes(ReadOnlySpan<int> sizes) => string.Join('x', sizes.ToArray());

    private static string Size(Size2? size) => size is not { } both ? "" : both.Height == both.Width ? $"{both.Height}" : $"{both}";

    private static string Count(long count) => count == 0 ? "" : count.ToString("N0", CultureInfo.InvariantCulture);
}
