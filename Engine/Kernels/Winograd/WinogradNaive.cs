namespace Scratch.Kernels;

/// <summary>Winograd's convolution of one tile and one window, as the formulas stand: small matrices and plain loops. The slow twin of
/// <see cref="Conv2dWinograd"/>.</summary>
/// <remarks>
/// With d a tile of (m + 2) x (m + 2) inputs, g a window of 3 x 3 weights and y the m x m outputs, where · between brackets is element by element:
/// <code>
///   y  = Aᵀ [(G g Gᵀ) · (Bᵀ d B)] A             every step is linear, so every step has a transpose:
///   dg = Gᵀ [(A dy Aᵀ) · (Bᵀ d B)] G
///   dd = B [(G g Gᵀ) · (A dy Aᵀ)] Bᵀ            (the kernel gets the same from the forward formula with the window turned by half a circle)
/// </code>
/// </remarks>
internal static class WinogradNaive
{
    /// <summary>y [m, m] of d [m + 2, m + 2] and g [3, 3].</summary>
    public static double[,] Output(int outputs, double[,] tile, double[,] window)
    {
        double[,] a = WinogradMatrices.Output(outputs);
        return Sandwich(a, Times(Weights(outputs, window), Inputs(outputs, tile)));
    }

    /// <summary>dg [3, 3] of d [m + 2, m + 2] and dy [m, m].</summary>
    public static double[,] GradWindow(int outputs, double[,] tile, double[,] gradOutput)
    {
        double[,] a = WinogradMatrices.Output(outputs), g = WinogradMatrices.Weight(outputs);
        return Sandwich(Turned(g), Times(Sandwich(Turned(a), gradOutput), Inputs(outputs, tile)));
    }

    /// <summary>dd [m + 2, m + 2] of g [3, 3] and dy [m, m].</summary>
    public static double[,] GradTile(int outputs, double[,] window, double[,] gradOutput)
    {
        double[,] a = WinogradMatrices.Output(outputs), b = WinogradMatrices.Input(outputs);
        return Sandwich(Turned(b), Times(Weights(outputs, window), Sandwich(Turned(a), gradOutput)));
    }

    /// <summary>output = bias + input * weight, tile by tile, in NCHW as <see cref="Conv2dNaive"/> has it.</summary>
    /// <param name="outputs">Outputs of a tile along an axis: 2 or 4.</param>
    /// <param name="g">The convolution.</param>
    /// <param name="input">[N, inC, H, W].</param>
    /// <param name="weight">[outC, inC, 3, 3].</param>
    /// <param name="bias">[outC].</param>
    /// <param name="output">[N, outC, oH, oW], overwritten.</param>
    public static void Forward(int outputs, Conv2dGeometry g, ReadOnlySpan<double> input, ReadOnlySpan<double> weight, ReadOnlySpan<double> bias,
        Span<double> output)
    {
        int height = g.Rows.Output, width = g.Columns.Output;
        for (int n = 0; n < output.Length / g.OutputShape.Length; n++)
            for (int oc = 0; oc < g.OutChannels; oc++)
                for (int top = 0; top < height; top += outputs)
                    for (int left = 0; left < width; left += outputs)
                    {
                        var sum = new double[outputs, outputs];
                        for (int ic = 0; ic < g.InChannels; ic++)
                        {
                            double[,] tile = Tile(g, input[((n * g.InChannels + ic) * g.InputPlane)..], top, left, outputs + 2);
                            double[,] part = Output(outputs, tile, Window(weight[((oc * g.InChannels + ic) * 9)..]));
                            for (int i = 0; i < outputs; i++)
                                for (int j = 0; j < outputs; j++) sum[i, j] += part[i, j];
                        }
                        for (int i = 0; i < outputs && top + i < height; i++)
                            for (int j = 0; j < outputs && left + j < width; j++)
                                output[((n * g.OutChannels + oc) * height + top + i) * width + left + j] = sum[i, j] + bias[oc];
                    }
    }

    private static double[,] Inputs(int outputs, double[,] tile) => Sandwich(WinogradMatrices.Input(outputs), tile);

    private static double[,] Weights(int outputs, double[,] window) => Sandwich(WinogradMatrices.Weight(outputs), window);

    private static double[,] Tile(Conv2dGeometry g, ReadOnlySpan<double> plane, int top, int left, int size)
    {
        var tile = new double[size, size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++)
            {
                int h = top - g.Rows.Padding + i, w = left - g.Columns.Padding + j;
                if (h >= 0 && h < g.Rows.Input && w >= 0 && w < g.Columns.Input) tile[i, j] = plane[h * g.Columns.Input + w];
            }
        return tile;
    }

    private static double[,] Window(ReadOnlySpan<double> weight)
    {
        var window = new double[3, 3];
        for (int i = 0; i < 9; i++) window[i / 3, i % 3] = weight[i];
        return window;
    }

    /// <summary>left · middle · leftᵀ: a step along the columns, then along the rows.</summary>
    private static double[,] Sandwich(double[,] left, double[,] middle) => Product(Product(left, middle), Turned(left));

    private static double[,] Product(double[,] a, double[,] b)
    {
        var product = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < b.GetLength(1); j++)
                for (int k = 0; k < b.GetLength(0); k++) product[i, j] += a[i, k] * b[k, j];
        return product;
    }

    private static double[,] Turned(double[,] a)
    {
        var turned = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < a.GetLength(1); j++) turned[j, i] = a[i, j];
        return turned;
    }

    private static double[,] Times(double[,] a, double[,] b)
    {
        var times = new double[a.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < a.GetLength(1); j++) times[i, j] = a[i, j] * b[i, j];
        return times;
    }
}
