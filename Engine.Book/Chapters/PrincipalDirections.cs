namespace Scratch.Book.Chapters;

/// <summary>The directions along which numbers that belong together vary most.</summary>
/// <remarks>Jacobi's method: rotations make the covariance diagonal, one pair at a time (Golub and Van Loan, "Matrix Computations", section 8.5).
/// Plain loops in a fixed order, so the digits are the same on every processor.</remarks>
internal sealed class PrincipalDirections
{
    private const int Sweeps = 30;

    /// <summary>From a covariance [n, n].</summary>
    public PrincipalDirections(double[,] covariance)
    {
        int n = covariance.GetLength(0);
        var (a, v) = ((double[,])covariance.Clone(), new double[n, n]);
        for (int i = 0; i < n; i++) v[i, i] = 1;
        for (int sweep = 0; sweep < Sweeps; sweep++)
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) Rotate(a, v, p, q);
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[i, i])];
        Variances = [.. order.Select(i => Math.Max(a[i, i], 0))];
        Directions = [.. order.Select(i => Upright([.. Enumerable.Range(0, n).Select(k => v[k, i])]))];
    }

    /// <summary>How much there is along each direction, the most first.</summary>
    public double[] Variances { get; }

    /// <summary>The directions, each of length one.</summary>
    public double[][] Directions { get; }

    /// <summary>Which share of everything the first so many directions hold.</summary>
    public double ShareOf(int count) => Variances.Take(count).Sum() / Variances.Sum();

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (a[p, q] == 0) return;
        int n = a.GetLength(0);
        double theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        for (int k = 0; k < n; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
        for (int k = 0; k < n; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
        for (int k = 0; k < n; k++) (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
    }

    // A direction and its opposite are the same: the one whose largest number is above zero is shown.
    private static double[] Upright(double[] direction)
    {
        double largest = direction.MaxBy(Math.Abs);
        return largest < 0 ? [.. direction.Select(x => -x)] : direction;
    }
}
