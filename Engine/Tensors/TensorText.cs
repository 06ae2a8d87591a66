using System.Numerics;
using System.Text;

namespace Scratch.Tensors;

/// <summary>A tensor's numbers as text, laid out as NumPy's <c>str</c> does in its defaults.</summary>
/// <remarks>Up to 8 digits behind the point, lines of 75 characters, and of more than 1000 numbers the first and last three along each
/// axis.</remarks>
internal static class TensorText
{
    private const int Threshold = 1000, Edge = 3, LineWidth = 75;
    private const string Left = "...";

    /// <summary>The text.</summary>
    public static string Of<T>(Tensor<T> tensor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tensor.Shape.Rank == 0) return NumberText<T>.Single(tensor.Span[0]);
        if (tensor.Length == 0) return "[]";
        bool shortens = tensor.Length > Threshold;
        List<T> shown = [];
        Gather(tensor, 0, 0, shortens, shown);
        return Text(tensor, new NumberText<T>(shown), 0, 0, " ", LineWidth, shortens);
    }

    private static void Gather<T>(Tensor<T> tensor, int axis, int at, bool shortens, List<T> shown)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (axis == tensor.Shape.Rank)
        {
            shown.Add(tensor.Span[at]);
            return;
        }
        int size = tensor.Shape[axis];
        for (int i = 0; i < size; i++)
        {
            if (IsGap(i, size, shortens)) i = size - Edge;
            Gather(tensor, axis + 1, at * size + i, shortens, shown);
        }
    }

    private static bool IsGap(int i, int size, bool shortens) => shortens && size > 2 * Edge && i == Edge;

    // Entries of the last axis stand side by side as far as a line goes; those of others below each other, the further out the more lines apart.
    private static string Text<T>(Tensor<T> tensor, NumberText<T> numbers, int axis, int at, string indent, int width, bool shortens)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (axis == tensor.Shape.Rank) return numbers.Of(tensor.Span[at]);
        int size = tensor.Shape[axis], axesBelow = tensor.Shape.Rank - axis - 1;
        var text = new StringBuilder();
        string line = indent, apart = new('\n', axesBelow);
        for (int i = 0; i < size; i++)
        {
            if (IsGap(i, size, shortens))
            {
                Add(Left, isLast: false);
                i = size - Edge;
            }
            Add(Text(tensor, numbers, axis + 1, at * size + i, indent + " ", width - 1, shortens), i == size - 1);
        }
        text.Append(line);
        return $"[{text.ToString()[indent.Length..]}]";

        void Add(string word, bool isLast)
        {
            if (axesBelow == 0)
            {
                if (line.Length + word.Length > width - 1 && line.Length > indent.Length)
                {
                    text.Append(line.TrimEnd()).Append('\n');
                    line = indent;
                }
                line += isLast ? word : word + " ";
                return;
            }
            text.Append(indent).Append(word).Append(isLast ? "" : apart);
            line = "";
        }
    }
}
