namespace Scratch.Book.Chapters;

/// <summary>Which rows of a matrix are combinations of the others, as in school: rows are subtracted from each other until they have steps.</summary>
internal static class Elimination
{
    private const double Negligible = 1e-9;

    /// <summary>The matrix in steps; rows of zeros are last.</summary>
    /// <param name="matrix">[rows, columns], left as it is.</param>
    /// <param name="rank">How many rows are not zero.</param>
    public static double[,] Steps(double[,] matrix, out int rank)
    {
        var steps = (double[,])matrix.Clone();
        int rows = steps.GetLength(0), columns = steps.GetLength(1);
        rank = 0;
        for (int column = 0; column < columns && rank < rows; column++)
        {
            int pivot = rank;
            for (int row = rank + 1; row < rows; row++)
                if (Math.Abs(steps[row, column]) > Math.Abs(steps[pivot, column])) pivot = row;
            if (Math.Abs(steps[pivot, column]) < Negligible) continue;
            for (int k = 0; k < columns; k++) (steps[rank, k], steps[pivot, k]) = (steps[pivot, k], steps[rank, k]);
            for (int row = rank + 1; row < rows; row++)
            {
                double factor = steps[row, column] / steps[rank, column];
                for (int k = 0; k < columns; k++) steps[row, k] = k <= column ? 0 : steps[row, k] - factor * steps[rank, k];
            }
            rank++;
        }
        for (int row = rank; row < rows; row++)
            for (int k = 0; k < columns; k++) steps[row, k] = Math.Abs(steps[row, k]) < Negligible ? 0 : steps[row, k];
        return steps;
    }
}
