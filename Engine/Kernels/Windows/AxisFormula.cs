namespace Scratch.Kernels;

/// <summary>Pieces of the formulas for output sizes that summaries print.</summary>
internal static class AxisFormula
{
    /// <summary>The formulas of an image's rows and columns: one where they are alike, else for example <c>H: 7·2 = 14, W: 5·3 = 15</c>.</summary>
    public static string Of(string rows, string columns) => rows == columns ? rows : $"H: {rows}, W: {columns}";

    /// <summary>Pixels added or taken away at both ends of an axis: <c> + 2·1</c>, or where the ends differ <c> + 1 + 2</c>.</summary>
    public static string Ends(char sign, int start, int end) => start == end ? $" {sign} 2·{start}" : $" {sign} {start} {sign} {end}";
}
