using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels.Simd;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Gives some numbers of every image mean 0 and variance 1, image by image: a lane has a mean of its own. Values are [count,
/// lanes].</summary>
/// <remarks>
/// Two passes, as in <see cref="Moments"/>: one for about the mean, one for the distances from it, whose own mean corrects the first. So a mean that
/// is large against the deviation costs no digits. The way back finds mean and deviation out again: nothing is kept. Each weight and bias is good for
/// <c>repeat</c> numbers in a row: 1 for one of each number, H·W for one of each channel. Twin: <see cref="NormChannels"/>.
/// </remarks>
internal static unsafe partial class NormLanes
{
    private const int PieceLength = LongSums.Piece * Lanes.Count;           // as LongSum wants them

    /// <summary>output = (input - mean) / sqrt(variance + eps) · weight + bias; overwritten. An empty weight is ones, an empty bias zeros.</summary>
    /// <param name="input">[count, lanes].</param>
    /// <param name="eps">Where it is 0 and so is the variance, the output is the bias.</param>
    /// <param name="weight">[count / repeat].</param>
    /// <param name="bias">[count / repeat].</param>
    /// <param name="repeat">Numbers in a row that share a weight.</param>
    /// <param name="output">[count, lanes], overwritten.</param>
    public static void Forward<V, T>(ReadOnlySpan<T> input, T eps, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, int repeat, Span<T> output)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == output.Length && input.Length % (Lanes.Count * repeat) == 0 && weight.Length == bias.Length);
        Debug.Assert(weight.IsEmpty || weight.Length * repeat * Lanes.Count == input.Length);
        fixed (T* x = input, w = weight, b = bias, y = output)
            for (int n = 0; n < Lanes.Count; n += Pair<V, T>.Count) Forward<Pair<V, T>, T>(x + n, input.Length, eps, w, b, repeat * Lanes.Count, y
                + n);
    }

    /// <summary>The way back; empty lanes have no gradient and get none.</summary>
    /// <remarks>
    /// With x̂ the normalised input, s = 1/sqrt(variance + eps) and g = gradOutput · weight, means over the numbers of one image:
    /// gradInput = s · (g - mean of g - x̂ · mean of g·x̂); gradWeight += sum of gradOutput · x̂; gradBias += sum of gradOutput.
    /// </remarks>
    /// <param name="input">[count, lanes].</param>
    /// <param name="gradOutput">[count, lanes].</param>
    /// <param name="eps">As forward.</param>
    /// <param name="weight">[count / repeat], or empty.</param>
    /// <param name="repeat">Numbers in a row that share a weight.</param>
    /// <param name="gradInput">[count, lanes], overwritten; empty where nobody reads it.</param>
    /// <param name="gradWeight">Like weight, added to; or empty.</param>
    /// <param name="gradBias">Like weight, added to; or empty.</param>
    public static void Backward<V, T>(ReadOnlySpan<T> input, ReadOnlySpan<T> gradOutput, T eps, ReadOnlySpan<T> weight, int repeat,
        Span<T> gradInput, Span<T> gradWeight, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Debug.Assert(input.Length == gradOutput.Length && (gradInput.IsEmpty || gradInput.Length == input.Length));
        Debug.Assert((gradWeight.IsEmpty || gradWeight.Length == weight.Length) && (gradBias.IsEmpty || gradBias.Length == weight.Length));
        fixed (T* x = input, dy = gradOutput, w = weight, dx = gradInput, dw = gradWeight, db = gradBias)
            for (int n = 0; n < Lanes.Count; n += Pair<V, T>.Count)
                Backward<Pair<V, T>, T>(x + n, dy + n, input.Length, eps, w, repeat * Lanes.Count, dx == null ? null : dx + n, dw, db);
    }

    // A vector of images: x̂ = (x - About) · Scale + Offset.
    private readonly struct Standard<V>(V about, V scale, V offset)
    {
        public readonly V About = about, Scale = scale, Offset = offset;
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static Standard<V> Standardize<V, T>(T* x, int length, T eps) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        LongSum<V, T> sum = default, distances = default, squares = default;
        for (int i = 0; i < length;)
        {
            V piece = default;
            for (int stop = i + Math.Min(length - i, PieceLength); i < stop; i += Lanes.Count) piece += V.Load(x + i);
            sum.Add(piece);
        }
        V share = V.Splat(T.One / T.CreateTruncating(length / Lanes.Count)), about = sum.Value * share;
        for (int i = 0; i < length;)
        {
            V piece = default, square = default;
            for (int stop = i + Math.Min(length - i, PieceLength); i < stop; i += Lanes.Count)
            {
                V distance = V.Load(x + i) - about;
                piece += distance;
                square = V.MultiplyAdd(distance, distance, square);
            }
            distances.Add(piece);
            squares.Add(square);
        }
        V rest = distances.Value * share, zero = default;
        V spread = V.Max(squares.Value * share - rest * rest, zero) + V.Splat(eps);
        V scale = V.Select(V.Equal(spread, zero), zero, V.Splat(T.One) / V.Sqrt(spread));
        return new(about, scale, zero - rest * scale);
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Forward<V, T>(T* x, int length, T eps, T* weight, T* bias, int rowLength, T* y)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Standard<V> standard = Standardize<V, T>(x, length, eps);
        V about = standard.About, scale = standard.Scale, offset = standard.Offset;
        for (int i = 0, row = 0; i < length; row++)
        {
            V w = V.Splat(weight == null ? T.One : weight[row]), b = V.Splat(bias == null ? T.Zero : bias[row]);
            for (int end = i + rowLength; i < end; i += Lanes.Count) V.Store(V.MultiplyAdd(V.MultiplyAdd(V.Load(x + i) - about, scale, offset), w, b),
                y + i);
        }
    }

    [MethodImpl(AggressiveOptimization | NoInlining)]
    private static void Backward<V, T>(T* x, T* dy, int length, T eps, T* weight, int rowLength, T* dx, T* dw, T* db)
        where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Standard<V> standard = Standardize<V, T>(x, length, eps);
        V about = standard.About, scale = standard.Scale, offset = standard.Offset, someSum = default, someProduct = default;
        LongSum<V, T> sum = default, product = default;
        for (int i = 0, row = 0; i < length; row++)
        {
            LongSum<V, T> rowSum = default, rowProduct = default;
            for (int end = i + rowLength; i < end;)
            {
                V pieceSum = default, pieceProduct = default;
                for (int stop = i + Math.Min(end - i, PieceLength); i < stop; i += Lanes.Count)
                {
                    V gradient = V.Load(dy + i);
                    pieceSum += gradient;
                    pieceProduct = V.MultiplyAdd(gradient, V.MultiplyAdd(V.Load(x + i) - about, scale, offset), pieceProduct);
                }
                rowSum.Add(pieceSum);
                rowProduct.Add(pieceProduct);
            }
            V w = V.Splat(weight == null ? T.One : weight[row]);
            someSum = V.MultiplyAdd(rowSum.Value, w, someSum);
            someProduct = V.MultiplyAdd(rowProduct.Value, w, someProduct);
            if (row % LongSums.Piece == LongSums.Piece - 1 || i == length)
            {
                sum.Add(someSum);
                product.Add(someProduct);
                someSum = someProduct = default;
            }
            if (dw != null) dw[row] += V.Sum(rowProduct.Value);
            if (db != null) db[row] += V.Sum(rowSum.Value);
        }
        if (dx == null) return;
        V share = V.Splat(T.One / T.CreateTruncating(length / Lanes.Count)), mean = sum.Value * share, slope = product.Value * share;
        for (int i = 0, row = 0; i < length; row++)
        {
            V w = V.Splat(weight == null ? T.One : weight[row]);
            for (int end = i + rowLength; i < end; i += Lanes.Count)
            {
                V normal = V.MultiplyAdd(V.Load(x + i) - about, scale, offset);
                V.Store((V.Load(dy + i) * w - mean - normal * slope) * scale, dx + i);
            }
        }
    }
}
