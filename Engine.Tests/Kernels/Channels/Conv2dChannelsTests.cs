using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>NHWC with the output channels as the vector equals the definition, shape by shape, and has the same bits on any number of
/// threads.</summary>
[TestFixture(typeof(Simd512<float>), typeof(float))]
[TestFixture(typeof(Simd256<float>), typeof(float))]
[TestFixture(typeof(SimdPortable<float>), typeof(float))]
[TestFixture(typeof(Simd512<double>), typeof(double))]
[TestFixture(typeof(Simd256<double>), typeof(double))]
[TestFixture(typeof(SimdPortable<double>), typeof(double))]
public sealed class Conv2dChannelsTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Sentinels = 64;

    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            var cases = new List<(string Name, int Images, Conv2dGeometry Geometry)>
            {
                ("3x3 inside", 8, new(5, 40, new(9, 3, Padding: 1), new(17, 3, Padding: 1))),
                ("3x3, one image, long rows", 1, new(17, 33, new(4, 3, Padding: 1), new(41, 3, Padding: 1))),
                ("3x3, one image, long columns", 1, new(4, 16, new(31, 3, Padding: 1), new(5, 3))),
                ("nine images", 9, new(3, 7, new(5, 3, 2, 1), new(6, 2))),
                ("twenty-one images", 21, new(2, 5, new(4, 3, 2, 1), new(3, 2, 1, 1))),
                ("stride and dilation per axis", 3, new(6, 20, new(11, 3, 3, 2, 2), new(10, 2, 2, 1, 3))),
                ("kernel smaller than stride", 2, new(5, 9, new(9, 2, 3), new(8, 1, 2))),
                ("windows in the padding only", 3, new(3, 4, new(4, 1, 3, 1), new(6, 1, 2, 2))),
                ("one pixel", 3, new(4, 5, new(1, 3, Padding: 1), new(1, 3, Padding: 1))),
                ("stem", 2, new(3, 24, new(17, 7, 2, 3), new(19, 7, 2, 3))),
                ("stem, dilated", 2, new(3, 9, new(17, 5, 2, 3), new(19, 3, 2, 3, 2))),
                ("stem, one image in bands", 1, new(3, 17, new(75, 7, 2, 3), new(21, 7, 2, 3))),
                ("few channels, a step of several vectors", 2, new(7, 24, new(13, 8, 5, 2), new(23, 9, 6, 3))),
                ("few channels, windows in the padding at the end", 2, new(2, 20, new(6, 2, 1, 4), new(7, 3, 2, 6))),
                ("few channels, kernel smaller than stride", 1, new(3, 35, new(11, 2, 3), new(19, 2, 5, 1))),
                ("one channel", 9, new(1, 9, new(8, 5, 1, 2), new(11, 5, 2, 2))),
                ("1x1", 3, new(40, 36, new(5, 1), new(7, 1))),
                ("1x1 stride 2", 8, new(19, 12, new(5, 1, 2), new(7, 1, 3))),
                ("several steps of depth", 2, new(300, 18, new(4, 3, Padding: 1), new(3, 3, Padding: 1))),
                ("several blocks, steps and bands", 1, new(150, 300, new(5, 3, Padding: 1), new(4, 3, Padding: 1))),
                ("several bands", 8, new(2, 3, new(40, 3, Padding: 1), new(30, 3, Padding: 1))),
                ("large kernel", 2, new(20, 17, new(12, 11, Padding: 5), new(13, 9, 1, 4))),
                ("groups 2", 3, new(10, 36, new(7, 3, 2, 1), new(5, 2, Padding: 1), 2)),
                ("groups 3, uneven channels", 2, new(9, 15, new(4, 3, Padding: 1), new(6, 3, 2, 1), 3)),
                ("depthwise", 8, new(40, 40, new(6, 3, Padding: 1), new(14, 3, Padding: 1), 40)),
                ("depthwise, few channels", 3, new(3, 3, new(7, 3, 2, 1), new(19, 2, 2), 3)),
                ("depthwise, stride and dilation", 1, new(37, 37, new(9, 3, 2, 2, 2), new(12, 5, 1, 3, 2), 37)),
                ("depthwise 3x3, stride 2", 2, new(37, 37, new(9, 3, 2, 1), new(12, 3, 2, 1), 37)),
                ("depthwise 3x3, stride 1x3 without padding", 1, new(33, 33, new(5, 3), new(8, 3, 3), 33)),
                ("depthwise 3x3 on 2x2", 3, new(18, 18, new(2, 3, Padding: 1), new(2, 3, Padding: 1), 18)),
                ("depthwise 3x3 on a row", 2, new(18, 18, new(1, 3, Padding: 1), new(4, 3, Padding: 1), 18)),
                ("depthwise 3x3, padding of 2", 2, new(17, 17, new(5, 3, Padding: 2), new(6, 3, Padding: 2), 17)),
                ("depthwise 3x3, outputs that meet nothing", 2, new(19, 19, new(5, 3, Padding: 4), new(6, 3, 2, 4), 19)),
                ("depthwise 3x3, padding at the end", 1, new(35, 35, new(4, 3, ExtraPadding: 1), new(7, 3, 2, ExtraPadding: 1), 35)),
                ("depthwise 3x3, other padding at the end", 2,
                    new(19, 19, new(5, 3, 2, 1, ExtraPadding: 2), new(6, 3, Padding: 1, ExtraPadding: -1), 19)),
                ("depthwise 3x3 in bands", 1, new(160, 160, new(31, 3, Padding: 1), new(33, 3, Padding: 1), 160)),
                ("depthwise 3x3 in bands, stride 2", 1, new(160, 160, new(61, 3, 2, 1), new(33, 3, 2, 1), 160)),
                ("depthwise 3x3, more than a core's own cache", 1, new(160, 160, new(43, 3, Padding: 1), new(41, 3, Padding: 1), 160)),
                ("depthwise 5x5", 2, new(33, 33, new(11, 5, Padding: 2), new(13, 5, Padding: 2), 33)),
                ("depthwise 5x5, stride 2", 3, new(17, 17, new(10, 5, 2, 2), new(23, 5, 2, 1), 17)),
                ("depthwise 5x5, rows longer than a frame", 1, new(33, 33, new(9, 5, Padding: 2), new(150, 5, Padding: 2), 33)),
                ("depthwise 5x5, more than a core's own cache", 1, new(96, 96, new(60, 5, Padding: 2), new(61, 5, Padding: 2), 96)),
                ("depthwise 7x3, dilation", 2, new(37, 37, new(19, 7, Padding: 5), new(15, 3, 1, 3, 2), 37)),
                ("depthwise 5x1, only padding", 1, new(18, 18, new(2, 5, Padding: 7), new(3, 1, Padding: 4), 18)),
                ("depthwise 5x5, a frame that does not fit", 1, new(17, 17, new(41, 5, 1, 2, 10), new(70, 5, Padding: 2), 17)),
                ("depthwise 7x4, more than images have", 1, new(16, 16, new(3, 7, Padding: 3), new(9, 4, 3, 2), 16)),
                ("depthwise, a row of more than a piece of terms", 2, new(18, 18, new(2, 2, 1, 1), new(300, 3, 1, 1), 18)),
                ("depthwise, many rows of many images", 21, new(16, 16, new(7, 3, Padding: 1), new(140, 2), 16)),
                ("depthwise with 3 outputs each", 2, new(4, 12, new(6, 3, Padding: 1), new(17, 3, 2, Dilation: 2), 4)),
            };
            foreach (PaddingMode mode in Enum.GetValues<PaddingMode>())
            {
                cases.Add(($"{mode}", 3, new(5, 19, new(5, 3, Padding: 2, Mode: mode), new(7, 4, 2, 3, Mode: mode))));
                cases.Add(($"{mode} with dilation", 2, new(18, 5, new(7, 3, 2, 4, 3, mode), new(5, 3, 1, 3, 2, mode))));
                cases.Add(($"{mode}, depthwise", 3, new(35, 35, new(5, 3, Padding: 2, Mode: mode), new(13, 3, Padding: 3, Mode: mode), 35)));
            }
            for (int channels = 1; channels <= 40; channels += channels < 9 ? 1 : 3)
                cases.Add(($"{channels} to {41 - channels} channels", channels % 3 == 0 ? 8 : 1, new(channels, 41 - channels, new(4, 2, Padding: 1),
                    new(5, 3, Padding: 1))));
            return cases.Select(c => new TestCaseData(c.Images, c.Geometry).SetArgDisplayNames(c.Name));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void EveryDirection_AnyShape_EqualsNaive(int images, Conv2dGeometry g)
    {
        var data = new Data(images, g);
        Results actual = data.Run(threads: 1);
        var numbers = new ConvolutionNumbers<T>(images, g);                  // the same, and what is known of them for other vectors
        ConvolutionResults expected = numbers.Naive(), magnitudes = numbers.NaiveOfMagnitudes();
        double[] b = Wide(data.Bias), dy = Wide(data.GradOutput), bias = [.. b], most = Magnitudes(b);
        Conv2dNaive.BackwardBias<double>(g, dy, bias);
        Conv2dNaive.BackwardBias<double>(g, Magnitudes(dy), most);
        Assert.Multiple(() =>
        {
            Close("output", actual.Output, expected.Output, magnitudes.Output);
            Close("gradInput", actual.GradInput, expected.GradInput, magnitudes.GradInput);
            Close("gradWeight", actual.GradWeight, expected.GradWeight, magnitudes.GradWeight);
            Close("gradBias", actual.GradBias, bias, most);
            Close("gradBias with gradWeight", actual.GradBiasToo, bias, most);
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void EveryDirection_AnyNumberOfThreads_SameBits(int images, Conv2dGeometry g)
    {
        var data = new Data(images, g);
        Results one = data.Run(threads: 1);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            Results many = data.Run(threads);
            Assert.That(many.Output.AsSpan().SequenceEqual(one.Output) && many.GradInput.AsSpan().SequenceEqual(one.GradInput)
                && many.GradWeight.AsSpan().SequenceEqual(one.GradWeight),
                $"{threads} threads");
        }
    }

    private static IEnumerable<TestCaseData> PackedCases =>
        new (string Name, Conv2dGeometry Geometry)[]
        {
            ("1x1 to one and a half vectors", new(19, 24, new(5, 1), new(7, 1))),
            ("1x1 to few", new(40, 5, new(7, 1), new(7, 1))),
            ("1x1 to a vector and a rest", new(24, 41, new(9, 1), new(11, 1))),
            ("1x1 stride 2", new(33, 35, new(5, 1, 2), new(8, 1, 2))),
            ("several steps of depth, a rest", new(300, 27, new(4, 3, Padding: 1), new(3, 3, Padding: 1))),
            ("several steps of depth, whole vectors", new(300, 32, new(4, 3, Padding: 1), new(3, 3, Padding: 1))),
            ("groups", new(10, 36, new(7, 3, 2, 1), new(5, 2), 2)),
            ("depthwise", new(37, 37, new(6, 3, Padding: 1), new(14, 3, Padding: 1), 37)),
            ("depthwise, stride 2", new(48, 48, new(9, 3, 2, 1), new(12, 3, 2, 1), 48)),
            ("depthwise 5x5, stride 2", new(48, 48, new(9, 5, 2, 2), new(12, 5, 2, 2), 48)),
        }.Select(c => new TestCaseData(c.Geometry).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(PackedCases))]
    public void ForwardPacked_AddendAndActivation_EqualsNaive(Conv2dGeometry g)
    {
        ActivationKind[] kinds = [ActivationKind.None, ActivationKind.Relu, ActivationKind.LeakyRelu, ActivationKind.Relu6, ActivationKind.Hardswish];
        foreach (int images in new[] { 1, 3 })
        {
            var data = new Data(images, g);
            double[] x = Wide(data.Input), w = Wide(data.Weight), b = Wide(data.Bias), added = Wide(data.GradOutput);
            double[] plain = new double[added.Length];
            Results<double> magnitudes = Naive(g, Magnitudes(x), Magnitudes(w), Magnitudes(b), new double[added.Length]);
            Conv2dNaive.Forward<double>(g, x, w, b, plain);
            double[] scale = [.. magnitudes.Output.Select((m, i) => 4 * m + Math.Abs(added[i]))];
            foreach (ActivationKind kind in kinds)
                foreach (bool adds in new[] { false, true })
                {
                    double[] expected = [.. plain.Select((sum, i) => Activated(kind, adds ? 4 * sum + added[i] : 4 * sum))];
                    Close($"{kind}, {images} images, adds {adds}", data.Packed(kind, adds), expected, scale);
                }
        }
    }

    [TestCaseSource(nameof(PackedCases))]
    public void ForwardRows_BandAfterBand_HasTheBitsOfTheWholeImage(Conv2dGeometry g)
    {
        var data = new Data(1, g);
        foreach (ActivationKind kind in new[] { ActivationKind.None, ActivationKind.Relu6, ActivationKind.Hardswish })
            foreach (bool adds in new[] { false, true })
                foreach (int rows in new[] { 1, 3 })
                    Assert.That(data.PackedBands(kind, adds, rows), Is.EqualTo(data.Packed(kind, adds)), $"{kind}, adds {adds}, {rows} rows");
    }

    private static double Activated(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.None => x,
        ActivationKind.Relu => Math.Max(0, x),
        ActivationKind.Relu6 => Math.Clamp(x, 0, 6),
        ActivationKind.Hardswish => x * Math.Clamp(x + 3, 0, 6) / 6,
        _ => x > 0 ? x : 0.25 * x,
    };

    [TestCase(20)]
    [TestCase(3)]
    public void EveryDirection_Warm_AllocatesNothing(int channels)
    {
        var g = new Conv2dGeometry(channels, 40, new(9, 3, Padding: 1), new(8, 3, Padding: 1));
        var tables = new ChannelTables(g);
        T[] x = new T[3 * g.InputShape.Length], y = new T[3 * g.OutputShape.Length], w = new T[g.WeightShape.Length], b = new T[g.OutChannels];
        T[] scratch = new T[Conv2dChannels.ScratchLength<V, T>(tables, 2)];
        long before = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i == 1) before = GC.GetAllocatedBytesForCurrentThread();
            Conv2dChannels.Forward<V, T>(tables, 2, x, w, b, scratch, y);
            Conv2dChannels.BackwardInput<V, T>(tables, 2, y, w, scratch, x);
            Conv2dChannels.BackwardWeight<V, T>(tables, 2, x, y, scratch, w);
            Conv2dChannels.BackwardBias<V, T>(tables, y, b, threads: 2);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(128, 200)]
    [TestCase(75, 301)]                                                      // vectors, and channels that fill none
    [TestCase(5, 3001)]
    public void SumChannels_ThreadsShareIt_GivesTheSameBits(int channels, int plane)
    {
        T[] gradOutput = RandomTensors.Values<T>(3 * plane * channels, 1), before = RandomTensors.Values<T>(channels, 2);
        T[] one = [.. before], several = [.. before];
        Conv2dChannels.SumChannels<V, T>(plane, gradOutput, one);
        Conv2dChannels.SumChannels<V, T>(plane, gradOutput, several, threads: 3);
        Assert.That(several, Is.EqualTo(one));
        for (int c = 0; c < channels; c++)
        {
            double sum = double.CreateChecked(before[c]);
            for (int i = c; i < gradOutput.Length; i += channels) sum += double.CreateChecked(gradOutput[i]);
            Assert.That(double.CreateChecked(one[c]), Is.EqualTo(sum).Within(typeof(T) == typeof(float) ? 1e-3 : 1e-9));
        }
    }

    // A 1x1 window with a stride leaves pixels out, a 3x3 one fills the tiles; few input channels are folded; many are summed in several steps.
    [TestCase(20, 1, 2)]
    [TestCase(33, 3, 1)]
    [TestCase(3, 3, 1)]
    [TestCase(16, 3, 1)]
    public void BackwardInputPacked_WithAddend_AddsItToEveryNumber(int inChannels, int kernel, int stride)
    {
        var g = new Conv2dGeometry(inChannels, 300, new WindowAxis(9, kernel, stride, kernel / 2), new WindowAxis(7, kernel, stride, kernel / 2));
        var tables = new ChannelTables(g);
        T[] dy = RandomTensors.Values<T>(3 * g.OutputShape.Length, 1), w = RandomTensors.Values<T>(g.OutChannels * g.WindowLength, 2),
            addend = RandomTensors.Values<T>(3 * g.InputShape.Length, 3);
        T[] scratch = new T[Conv2dChannels.ScratchLength<V, T>(tables, 1)], packed = new T[Conv2dChannels.PackedLength<V, T>(g, transposed: true)];
        T[] expected = new T[addend.Length], actual = [.. Enumerable.Repeat(T.NaN, addend.Length)];
        Conv2dChannels.Pack<V, T>(tables, transposed: true, w, packed);
        Conv2dChannels.BackwardInputPacked<V, T>(tables, 1, dy, w, packed, scratch, default, expected);
        Conv2dChannels.BackwardInputPacked<V, T>(tables, 1, dy, w, packed, scratch, addend, actual);
        Assert.That(actual, Is.EqualTo(expected.Zip(addend, (a, b) => a + b)));
    }

    [TestCase(1, 1, 1)]
    [TestCase(2, 5, 7)]
    [TestCase(2, 3, 4)]
    [TestCase(2, 3, 21)]
    [TestCase(3, 16, 35)]
    [TestCase(2, 33, 18)]
    public void ToChannelsLast_AndBack_MovesEveryNumber(int images, int channels, int pixels)
    {
        T[] first = [.. Enumerable.Range(0, images * channels * pixels).Select(i => T.CreateChecked(i))], last = new T[first.Length],
            again = new T[first.Length];
        ChannelLayout.ToChannelsLast<T>(first, channels, pixels, last);
        ChannelLayout.ToChannelsFirst<T>(last, channels, pixels, again);
        for (int n = 0; n < images; n++)
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < pixels; p++)
                    Assert.That(last[(n * pixels + p) * channels + c], Is.EqualTo(first[(n * channels + c) * pixels + p]));
        Assert.That(again, Is.EqualTo(first));
    }

    private static double[] Wide(T[] values) => Array.ConvertAll(values, double.CreateChecked);

    private static double[] Magnitudes(double[] values) => Array.ConvertAll(values, Math.Abs);

    private static Results<double> Naive(Conv2dGeometry g, double[] x, double[] w, double[] b, double[] dy)
    {
        var r = new Results<double>(new double[dy.Length], new double[x.Length], [.. w], [.. b]);
        Conv2dNaive.Forward<double>(g, x, w, b, r.Output);
        Conv2dNaive.BackwardInput<double>(g, dy, w, r.GradInput);
        Conv2dNaive.BackwardWeight<double>(g, x, dy, r.GradWeight);
        Conv2dNaive.BackwardBias<double>(g, dy, r.GradBias);
        return r;
    }

    private static void Close(string what, T[] actual, double[] expected, double[] magnitudes)
    {
        double tolerance = typeof(T) == typeof(float) ? 1e-6 : 1e-14;
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            double gap = Math.Abs(double.CreateChecked(actual[i]) - expected[i]);
            if (!(gap <= tolerance * magnitudes[i])) Assert.Fail($"{what}[{i}] of {actual.Length} is {actual[i]}, expected {expected[i]}");
        }
    }

    private sealed record Results<U>(U[] Output, U[] GradInput, U[] GradWeight, U[] GradBias);

    private sealed record Results(T[] Output, T[] GradInput, T[] GradWeight, T[] GradBias, T[] GradBiasToo);

    /// <summary>Random numbers for one case. Results come back as NCHW; gradients of weights and bias were added to the weights and the
    /// bias.</summary>
    private sealed class Data(int images, Conv2dGeometry g)
    {
        public T[] Input { get; } = Values(images * g.InputShape.Length, 1);

        public T[] Weight { get; } = Values(g.WeightShape.Length, 2);

        public T[] Bias { get; } = Values(g.OutChannels, 3);

        public T[] GradOutput { get; } = Values(images * g.OutputShape.Length, 4);

        public Results Run(int threads)
        {
            var tables = new ChannelTables(g);
            T[] x = new T[Input.Length], dy = new T[GradOutput.Length];
            ChannelLayout.ToChannelsLast<T>(Input, g.InChannels, g.InputPlane, x);
            ChannelLayout.ToChannelsLast<T>(GradOutput, g.OutChannels, g.OutputPlane, dy);
            T[] scratch = Guarded(new T[Conv2dChannels.ScratchLength<V, T>(tables, threads)]), output = Guarded(new T[dy.Length]),
                gradInput = Guarded(new T[x.Length]);
            T[] gradWeight = Guarded(Weight), gradBias = Guarded(Bias), gradBiasToo = Guarded(Bias);
            Conv2dChannels.Forward<V, T>(tables, threads, x, Weight, Bias, Inside(scratch), Inside(output));
            Conv2dChannels.BackwardInput<V, T>(tables, threads, dy, Weight, Inside(scratch), Inside(gradInput));
            Conv2dChannels.BackwardWeight<V, T>(tables, threads, x, dy, Inside(scratch), Inside(gradWeight), Inside(gradBiasToo));
            Conv2dChannels.BackwardBias<V, T>(tables, dy, Inside(gradBias), threads);
            foreach (T[] buffer in new[] { scratch, output, gradInput, gradWeight, gradBias, gradBiasToo })
                Assert.That(buffer.Take(Sentinels).Concat(buffer.TakeLast(Sentinels)), Is.All.NaN);
            T[] y = new T[dy.Length], dx = new T[x.Length];
            ChannelLayout.ToChannelsFirst<T>(Inside(output), g.OutChannels, g.OutputPlane, y);
            ChannelLayout.ToChannelsFirst<T>(Inside(gradInput), g.InChannels, g.InputPlane, dx);
            return new(y, dx, Inside(gradWeight).ToArray(), Inside(gradBias).ToArray(), Inside(gradBiasToo).ToArray());
        }

        /// <summary>Forward with weights and bias four times as large, so that some sums are beyond six; NCHW.</summary>
        public T[] Packed(ActivationKind kind, bool adds) => PackedBands(kind, adds, rows: 0);

        /// <summary>The same, some rows after the other where they are not 0, of copies of the rows that these read.</summary>
        public T[] PackedBands(ActivationKind kind, bool adds, int rows)
        {
            var tables = new ChannelTables(g);
            T four = T.CreateChecked(4);
            T[] x = new T[Input.Length], addend = new T[GradOutput.Length], bias = Array.ConvertAll(Bias, b => four * b), y = new T[addend.Length];
            ChannelLayout.ToChannelsLast<T>(Input, g.InChannels, g.InputPlane, x);
            ChannelLayout.ToChannelsLast<T>(GradOutput, g.OutChannels, g.OutputPlane, addend);
            T[] packed = Guarded(new T[Conv2dChannels.PackedLength<V, T>(g, transposed: false)]), output = Guarded(new T[y.Length]);
            Conv2dChannels.Pack<V, T>(tables, transposed: false, Weight, Inside(packed));
            Conv2dChannels.Scale<V, T>(tables, transposed: false, Enumerable.Repeat(four, g.OutChannels).ToArray(), Inside(packed));
            Inside(output).Fill(T.NaN);
            ReadOnlySpan<T> added = adds ? addend : default(ReadOnlySpan<T>);
            var activation = new Activation<T>(kind, T.CreateChecked(0.25));
            if (rows == 0) Conv2dChannels.ForwardPacked<V, T>(tables, 2, x, Inside(packed), bias, added, activation, Inside(output));
            int inRow = g.Columns.Input * g.InChannels, outRow = g.Columns.Output * g.OutChannels;
            for (int top = 0; top < g.Rows.Output && rows > 0; top += rows)
            {
                int bottom = Math.Min(g.Rows.Output, top + rows);
                int[] read = [.. g.Rows.Taps().Where(tap => tap.Output >= top && tap.Output < bottom).Select(tap => tap.Input).Order()];
                var (first, end) = read.Length == 0 ? (0, 0) : (read[0], read[^1] + 1);
                T[] seen = Guarded(x[(first * inRow)..(end * inRow)]), made = Guarded(new T[(bottom - top) * outRow]);
                Conv2dChannels.ForwardRows<V, T>(tables, new(top, bottom, first, top), Inside(seen), Inside(packed), bias, added, activation,
                    Inside(made));
                Assert.That(made.Take(Sentinels).Concat(made.TakeLast(Sentinels)), Is.All.NaN);
                Inside(made).CopyTo(Inside(output)[(top * outRow)..]);
            }
            foreach (T[] buffer in new[] { packed, output }) Assert.That(buffer.Take(Sentinels).Concat(buffer.TakeLast(Sentinels)), Is.All.NaN);
            ChannelLayout.ToChannelsFirst<T>(Inside(output), g.OutChannels, g.OutputPlane, y);
            return y;
        }

        private static T[] Values(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(random.NextDouble() * 2 - 1))];
        }

        private static T[] Guarded(T[] values)
        {
            T[] guards = [.. Enumerable.Repeat(T.NaN, Sentinels)];
            return [.. guards, .. values, .. guards];
        }

        private static Span<T> Inside(T[] guarded) => guarded.AsSpan(Sentinels..^Sentinels);
    }
}
