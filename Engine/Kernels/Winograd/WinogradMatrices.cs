namespace Scratch.Kernels;

/// <summary>The three matrices of F(m, 3), by the rule they come from: what <see cref="IWinogradForm"/> writes out as additions.</summary>
/// <remarks>
/// Outputs y (m of them) are the coefficients of what the products feed, seen at m + 1 points p and at infinity. With N(p) the product of p - q over
/// all other points q:
/// <code>
///   Aᵀ [i, p] = pⁱ                    and at infinity 1 for the last i, else 0
///   G  [p, r] = pʳ / N(p)             and at infinity 1 for the last r, else 0
///   Bᵀ [p, k] = the coefficient of xᵏ in the product of (x - q) over all other points q; at infinity over all points
/// </code>
/// </remarks>
internal static class WinogradMatrices
{
    private const int Window = 3;

    /// <summary>Bᵀ [m + 2, m + 2].</summary>
    public static double[,] Input(int outputs)
    {
        double[] points = Points(outputs);
        int size = outputs + 2;
        var matrix = new double[size, size];
        for (int p = 0; p < size; p++)
        {
            double[] product = [1];                                          // coefficients, the lowest first
            for (int q = 0; q < points.Length; q++)
                if (q != p) product = Times(product, points[q]);
            for (int k = 0; k < product.Length; k++) matrix[p, k] = product[k];
        }
        return matrix;
    }

    /// <summary>G [m + 2, 3].</summary>
    public static double[,] Weight(int outputs)
    {
        double[] points = Points(outputs);
        var matrix = new double[outputs + 2, Window];
        for (int p = 0; p < points.Length; p++)
        {
            double others = 1;
            for (int q = 0; q < points.Length; q++)
                if (q != p) others *= points[p] - points[q];
            for (int r = 0; r < Window; r++) matrix[p, r] = Math.Pow(points[p], r) / others;
        }
        matrix[points.Length, Window - 1] = 1;
        return matrix;
    }

    /// <summary>Aᵀ [m, m + 2].</summary>
    public static double[,] Output(int outputs)
    {
        double[] points = Points(outputs);
        var matrix = new double[outputs, outputs + 2];
        for (int i = 0; i < outputs; i++)
            for (int p = 0; p < points.Length; p++) matrix[i, p] = Math.Pow(points[p], i);
        matrix[outputs - 1, points.Length] = 1;
        return matrix;
    }

    private static double[] Points(int outputs) => outputs == WinogradOfTwo.Outputs ? [0, 1, -1]
        : [0, WinogradOfFour.P, -WinogradOfFour.P, WinogradOfFour.Q, -WinogradOfFour.Q];

    // product · (x - point)
    private static double[] Times(double[] product, double point)
    {
        var result = new double[product.Length + 1];
        for (int k = 0; k < product.Length; k++)
        {
            result[k + 1] += product[k];
            result[k] -= point * product[k];
        }
        return result;
    }
}
