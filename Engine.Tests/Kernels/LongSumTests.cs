using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Kernels;

/// <summary>Sums of very many equal numbers: each addition rounds alike, so that a plain loop in float drifts by much more than what is asked
/// here.</summary>
[EveryVector]
public sealed class LongSumTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Many = 1 << 17;
    private const double Most = 1e-5;
    private static readonly double[] _numbers = [0.1, 1.0 / 3, 0.7771];

    [Test, Category("Slow")]
    public void Add_PiecesUpTo1e8Terms_StaysClose([ValueSource(nameof(_numbers))] double number)
    {
        LongSum<V, T> sum = default;
        V one = V.Splat(T.CreateChecked(number)), piece = default;
        for (int i = 0; i < LongSums.Piece; i++) piece += one;
        const int Pieces = 100_000_000 / LongSums.Piece;
        for (int i = 0; i < Pieces; i++) sum.Add(piece);
        AssertClose(Lane(sum.Value), (double)Pieces * LongSums.Piece * Seen(number));
    }

    [Test]
    public void Add_Infinity_StaysInfinite()
    {
        LongSum<V, T> sum = default;
        foreach (T piece in new[] { T.One, T.PositiveInfinity, T.One, T.One }) sum.Add(V.Splat(piece));
        Assert.That(Lane(sum.Value), Is.EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void BackwardBias_ManyPositions_StaysClose([ValueSource(nameof(_numbers))] double number)
    {
        T[] gradient = Filled(Many * Lanes.Count, number), bias = new T[1], afterActivation = new T[1];
        Conv2dLanes.SumChannels<V, T>(gradient, bias);
        Conv2dLanes.BackwardActivation<V, T>(new(ActivationKind.Relu, default), gradient, gradient, afterActivation);
        AssertClose(double.CreateTruncating(bias[0]), (double)Many * Lanes.Count * Seen(number));
        AssertClose(double.CreateTruncating(afterActivation[0]), (double)Many * Lanes.Count * Seen(number));
    }

    [Test]
    public void BackwardBias_ChannelsLast_StaysClose([Values(1, 5, 40)] int channels)
    {
        var tables = new ChannelTables(new(1, channels, new(Many / 512, 1), new(512, 1)));
        var bias = new T[channels];
        Conv2dChannels.BackwardBias<V, T>(tables, Filled(Many * channels, 0.1), bias);
        foreach (T sum in bias) AssertClose(double.CreateTruncating(sum), Many * Seen(0.1));
    }

    // One long row, and rows whose bands are many; one input channel takes neighbours, four take quads.
    [TestCase(1, Many / 4, 1, 1)]
    [TestCase(200, 160, 1, 1)]
    [TestCase(1, Many / 16, 4, 4)]
    public void BackwardWeight_ManyPositions_StaysClose(int height, int width, int inChannels, int outChannels)
    {
        var geometry = new Conv2dGeometry(inChannels, outChannels, new(height, 1), new(width, 1));
        T[] input = Filled(inChannels * height * width * Lanes.Count, 0.1), gradient = Filled(outChannels * height * width * Lanes.Count, 1);
        T[] weight = new T[inChannels * outChannels], scratch = new T[Conv2dLanes.WeightScratchLength<V, T>(geometry)];
        Conv2dLanes.BackwardWeight<V, T>(new(geometry), input, gradient, weight, scratch);
        foreach (T sum in weight) AssertClose(double.CreateTruncating(sum), (double)height * width * Lanes.Count * Seen(0.1));
    }

    [TestCase(1, Many / 4, 1, 3)]
    [TestCase(1, Many / 4, 20, 9)]
    [TestCase(300, 200, 1, 3)]
    [TestCase(300, 200, 17, 40)]
    public void BackwardWeight_ChannelsLast_StaysClose(int height, int width, int inChannels, int outChannels)
    {
        var tables = new ChannelTables(new(inChannels, outChannels, new(height, 1), new(width, 1)));
        T[] input = Filled(inChannels * height * width, 0.1), gradient = Filled(outChannels * height * width, 1),
            weight = new T[inChannels * outChannels];
        Conv2dChannels.BackwardWeight<V, T>(tables, 2, input, gradient, new T[Conv2dChannels.ScratchLength<V, T>(tables, 2)], weight);
        foreach (T sum in weight) AssertClose(double.CreateTruncating(sum), height * width * Seen(0.1));
    }

    [Test]
    public void Forward_ManyInputs_StaysClose([Values(1, 9)] int outputs)
    {
        const int Inputs = Many / 4;
        var tables = new Conv2dTables(new(Inputs, outputs, new(1, 1), new(1, 1)));
        T[] bias = Filled(outputs, 2.5), output = new T[outputs * Lanes.Count];
        Conv2dLanes.Forward<V, T>(tables, Filled(Inputs * Lanes.Count, 0.1), Filled(Inputs * outputs, 1), bias, output, new(ActivationKind.Relu,
            default));
        foreach (T sum in output) AssertClose(double.CreateTruncating(sum), 2.5 + Inputs * Seen(0.1));
    }

    // Channels of one tap that fill several pieces, runs that fill one, runs that are too long.
    [TestCase(Many / 4, 1)]
    [TestCase(70, 21)]
    [TestCase(3, 101)]
    public void Forward_ManyInputsChannelsLast_StaysClose(int channels, int kernel)
    {
        var tables = new ChannelTables(new(channels, 3, new(kernel, kernel), new(kernel + 1, kernel)));
        int inputs = channels * kernel * kernel;
        var output = new T[2 * 3];
        Conv2dChannels.Forward<V, T>(tables, 1, Filled(channels * kernel * (kernel + 1), 0.1), Filled(3 * inputs, 1), Filled(3, 2.5),
            new T[Conv2dChannels.ScratchLength<V, T>(tables, 1)], output);
        foreach (T sum in output) AssertClose(double.CreateTruncating(sum), 2.5 + inputs * Seen(0.1));
    }

    [Test]
    public void Forward_OneImageManyInputs_StaysClose()
    {
        int pitch = 2 * V.Count;
        var geometry = new Conv2dGeometry(Many, 1, new(1, 1), new(1, 1));
        var window = new ImageWindow(Conv2dImage.Taps(geometry, Many), pitch, 1, 1, Many, Many, pitch, pitch);
        var output = new T[pitch];
        Conv2dImage.Forward<V, T>(1, window, Filled(Many * pitch, 1), Filled(pitch, 2.5), Filled(Many, 0.1), output);
        foreach (T sum in output) AssertClose(double.CreateTruncating(sum), 2.5 + Many * Seen(0.1));
    }

    [Test]
    public void Average_LargeWindow_StaysClose()
    {
        const int Height = 300, Width = 200;
        TapTable table = TapTable.Bins(Height, Width, 1, 1);
        T[] shares = [T.One / T.CreateChecked(Height * Width)], output = new T[Lanes.Count];
        Pool2d.Average<V, T>(table, shares, new(1, Height * Width, Lanes.Count), Filled(Height * Width * Lanes.Count, 0.1), output);
        foreach (T mean in output) AssertClose(double.CreateTruncating(mean), Seen(0.1));
    }

    // Windows one pixel apart, as long as half of the row: the pixel in the middle lies under all of them, and holds the largest for the maximum, or
    // NaN.
    private const int Windows = 3000, Planes = 2;

    private static readonly TapTable _windows = new(new(1, 1), new(2 * Windows - 1, Windows), transposed: false, channels: 1, weightStride: 0);
    private static readonly PixelExtent _row = new(Planes, 2 * Windows - 1, 2 * V.Count + 1);

    [Test]
    public void AveragePoolBackward_ManyWindows_StaysClose()
    {
        T[] back = new T[Planes * _row.Pixels * _row.Pitch];
        Pool2d.AverageBackward<V, T>(_windows, Filled(Windows, 1), _row, Filled(Planes * Windows * _row.Pitch, 0.1), Excess(), back);
        for (int i = 0; i < back.Length; i++)
        {
            int pixel = i / _row.Pitch % _row.Pixels;
            AssertClose(double.CreateTruncating(back[i]), Math.Min(pixel + 1, _row.Pixels - pixel) * Seen(0.1));
        }
    }

    [Test]
    public void MaxPoolBackward_ManyWindows_StaysClose([Values(1.0, double.NaN)] double largest)
    {
        int outputs = Planes * Windows * _row.Pitch;
        T[] input = Filled(Planes * _row.Pixels * _row.Pitch, 0), back = new T[input.Length];
        for (int plane = 0; plane < Planes; plane++)
            input.AsSpan((plane * _row.Pixels + Windows - 1) * _row.Pitch, _row.Pitch).Fill(T.CreateChecked(largest));
        Pool2d.MaxBackward<V, T>(_windows, _row, input, Filled(outputs, largest), Filled(outputs, 0.1), Excess(), back);
        for (int i = 0; i < back.Length; i++)
            AssertClose(double.CreateTruncating(back[i]), i / _row.Pitch % _row.Pixels == Windows - 1 ? Windows * Seen(0.1) : 0);
    }

    private static T[] Excess() => Filled(Pool2d.ExcessLength(_windows, _row.Pixels * _row.Pitch), double.NaN);

    [Test]
    public void Fold_LargeWindow_StaysClose()
    {
        WindowAxis rows = new(2, 2, 1, 1), across = new(1100, 1000, 1, 500);
        var geometry = new Conv2dGeometry(1, 1, rows, across);
        T[] columns = Filled(geometry.KernelLength * geometry.OutputPlane, 0.1), image = Filled(geometry.InputPlane, 3);
        Im2Col.Fold<T>(geometry, columns, image);
        int[] terms = new int[across.Input];
        foreach (AxisTap tap in across.Taps()) terms[tap.Input] += rows.Kernel;            // each row lies under both rows of the window
        for (int i = 0; i < image.Length; i++) AssertClose(double.CreateTruncating(image[i]), 3 + terms[i % across.Input] * Seen(0.1));
    }

    [Test]
    public void MomentsAndProducts_ManyPixels_StayClose()
    {
        T[] values = Filled(Many * Lanes.Count, 0.1), ones = Filled(values.Length, 1);
        for (int i = 0; i < values.Length; i += 2) values[i] = -values[i];   // every other image
        Moments moments = Moments.OfLanes<V, T>(values, Lanes.Count);
        AssertClose(moments.SquaredDistances, values.Length * Seen(0.1) * Seen(0.1));
        Assert.That(moments.Mean, Is.Zero.Within(1e-7));
        var (sum, product) = Moments.ProductOfLanes<V, T>(ones, ones, -T.CreateChecked(0.25), 3);
        AssertClose(sum, 3.0 * Many);
        AssertClose(product, 3.0 * Many * 1.25);
    }

    // All numbers of an image are alike but for their sign, so x̂ is 1 or -1; every number has a weight, or all share one.
    [TestCase(Many)]
    [TestCase(1)]
    public void NormLanes_ManyNumbers_StayClose(int repeat)
    {
        T[] input = Filled(Many * Lanes.Count, 0.1), gradient = Filled(input.Length, 0.1), output = new T[input.Length],
            gradInput = new T[input.Length];
        for (int i = 0; i < Many; i += 2)
            for (int n = 0; n < Lanes.Count; n++) (input[i * Lanes.Count + n], gradient[i * Lanes.Count + n]) = (-input[n + Lanes.Count],
                -gradient[n + Lanes.Count]);
        T[] weight = Filled(Many / repeat, 1), bias = Filled(Many / repeat, 0), gradWeight = new T[weight.Length], gradBias = new T[weight.Length];
        NormLanes.Forward<V, T>(input, T.Zero, weight, bias, repeat, output);
        NormLanes.Backward<V, T>(input, gradient, T.Zero, weight, repeat, gradInput, gradWeight, gradBias);
        AssertClose(Math.Abs(double.CreateTruncating(output[5])), 1);
        AssertClose(double.CreateTruncating(gradWeight[0]), (double)repeat * Lanes.Count * Seen(0.1));
        // the gradient is all slope: nothing is left
        Assert.That(gradInput.Max(x => Math.Abs(double.CreateTruncating(x))), Is.LessThan(2 * Most));
    }

    [Test]
    public void SoftmaxAndCrossEntropy_ManyClasses_StayClose()
    {
        const int Classes = Many / 4;
        T[] logits = Filled(Classes * Lanes.Count, 0.3), output = new T[logits.Length], gradient = new T[logits.Length];
        SoftmaxLanes.Forward<V, T>(Classes, 1, false, logits, output);
        AssertClose(double.CreateTruncating(output[7]) * Classes, 1);
        SoftmaxLanes.Backward<V, T>(Classes, 1, false, output, Filled(logits.Length, 0.3), gradient);
        Assert.That(gradient.Max(x => Math.Abs(double.CreateTruncating(x))) * Classes, Is.LessThan(Most));
        SoftmaxLanes.Forward<V, T>(Classes, 1, true, logits, output);
        AssertClose(double.CreateTruncating(output[7]), -Math.Log(Classes));
        SoftmaxLanes.Backward<V, T>(Classes, 1, true, output, Filled(logits.Length, 0.3), gradient);
        Assert.That(gradient.Max(x => Math.Abs(double.CreateTruncating(x))), Is.LessThan(2 * Most));
        Filled(logits.Length, 1.0 / Classes).CopyTo(gradient, 0);
        AssertClose(CrossEntropy.Run<V, T>(logits, Classes, 3, T.One, gradient), 3 * Math.Log(Classes));
    }

    [Test]
    public void Multiply_ManyTerms_StaysClose([Values(Many, Many - 77)] int terms)
    {
        const int M = 3, N = 5;
        MatrixView<T> a = new(Filled(M * terms, 0.1), terms, 1), b = new(Filled(terms * N, 1), N, 1);
        T[] c = Filled(M * N, 2), naive = Filled(M * N, 2);
        Gemm.Multiply<V, T>(M, N, terms, 2, a, b, new T[Gemm.ScratchLength<V, T>(M, N, terms, 2)], c, N);
        Gemm.MultiplyNaive(M, N, terms, a, b, naive, N);
        foreach (T sum in c.Concat(naive)) AssertClose(double.CreateTruncating(sum), 2 + terms * Seen(0.1));
    }

    private static double Seen(double number) => double.CreateTruncating(T.CreateChecked(number));

    private static double Lane(V vector)
    {
        var lanes = new T[V.Count];
        V.Store(vector, lanes.AsSpan());
        return double.CreateTruncating(lanes[^1]);
    }

    private static T[] Filled(int length, double number)
    {
        var values = new T[length];
        Array.Fill(values, T.CreateChecked(number));
        return values;
    }

    // Of many numbers only the first that is wrong is worth a sentence.
    private static void AssertClose(double actual, double expected)
    {
        if (!(Math.Abs(actual - expected) <= Most * Math.Abs(expected))) Assert.That(actual, Is.EqualTo(expected).Within(Most * Math.Abs(expected)));
    }
}
