namespace Scratch.Pictures;

/// <summary>Which pixels along one side go into each pixel of a scaled side, and with what weight.</summary>
/// <remarks>
/// Pillow's bilinear filter, antialiased: a triangle that is as wide as two pixels of whichever side has the larger ones, cut off at the edges, its
/// weights made to sum to 1 and rounded to 22 bits after the point. All numbers are Pillow's, to the last bit.
/// </remarks>
internal sealed class ResampledAxis
{
    private const int Bits = 22;
    private const int Half = 1 << (Bits - 1);

    private readonly int[] _first, _weights;                                 // [to], [to, taps]
    private readonly int _taps;

    /// <summary>Works the weights out.</summary>
    /// <param name="from">Pixels of the side as it is.</param>
    /// <param name="to">Pixels of the side as it shall be.</param>
    public ResampledAxis(int from, int to)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        _taps = (int)Math.Ceiling(reach) * 2 + 1;
        (_first, _weights) = (new int[to], new int[to * _taps]);
        var shares = new double[_taps];
        for (int place = 0; place < to; place++)
        {
            double center = (place + 0.5) * scale, sum = 0;
            int first = Math.Max((int)(center - reach + 0.5), 0), count = Math.Min((int)(center + reach + 0.5), from) - first;
            for (int i = 0; i < count; i++)
            {
                shares[i] = Math.Max(1 - Math.Abs((i + first - center + 0.5) * (1 / reach)), 0);
                sum += shares[i];
            }
            for (int i = 0; i < count; i++) _weights[place * _taps + i] = (int)(0.5 + shares[i] / sum * (1 << Bits));
            _first[place] = first;
        }
    }

    /// <summary>Pixels of the scaled side.</summary>
    public int Length => _first.Length;

    /// <summary>Scales rows.</summary>
    /// <param name="input">[rows, from].</param>
    /// <param name="rows">How many.</param>
    /// <param name="output">[rows, to], overwritten.</param>
    public void ApplyToRows(ReadOnlySpan<byte> input, int rows, Span<byte> output)
    {
        int from = input.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> line = input.Slice(row * from, from);
            Span<byte> scaled = output.Slice(row * Length, Length);
            for (int place = 0; place < scaled.Length; place++)
            {
                int first = _first[place];
                ReadOnlySpan<int> weights = Weights(place, from);
                ReadOnlySpan<byte> pixels = line.Slice(first, weights.Length);
                int sum = Half;
                for (int i = 0; i < weights.Length; i++) sum += weights[i] * pixels[i];
                scaled[place] = Rounded(sum);
            }
        }
    }

    /// <summary>Scales columns.</summary>
    /// <param name="input">[from, columns].</param>
    /// <param name="columns">How many.</param>
    /// <param name="output">[to, columns], overwritten.</param>
    public void ApplyToColumns(ReadOnlySpan<byte> input, int columns, Span<byte> output)
    {
        int from = input.Length / columns;
        var sums = new int[columns];
        for (int place = 0; place < Length; place++)
        {
            Array.Fill(sums, Half);
            ReadOnlySpan<int> weights = Weights(place, from);
            for (int i = 0; i < weights.Length; i++)
            {
                ReadOnlySpan<byte> line = input.Slice((_first[place] + i) * columns, columns);
                int weight = weights[i];
                for (int column = 0; column < line.Length; column++) sums[column] += weight * line[column];
            }
            Span<byte> scaled = output.Slice(place * columns, columns);
            for (int column = 0; column < scaled.Length; column++) scaled[column] = Rounded(sums[column]);
        }
    }

    // Weights beyond the side are zero and not looked at.
    private ReadOnlySpan<int> Weights(int place, int from) => _weights.AsSpan(place * _taps, Math.Min(_taps, from - _first[place]));

    private static byte Rounded(int sum) => (byte)Math.Clamp(sum >> Bits, 0, byte.MaxValue);
}
