using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Kernels;

/// <summary>Winograd's method equals the definition in every direction it knows, shape by shape, and has the same bits on any number of
/// threads.</summary>
[TestFixture(typeof(Simd512<float>), typeof(float))]
[TestFixture(typeof(Simd256<float>), typeof(float))]
[TestFixture(typeof(SimdPortable<float>), typeof(float))]
[TestFixture(typeof(Simd512<double>), typeof(double))]
[TestFixture(typeof(Simd256<double>), typeof(double))]
[TestFixture(typeof(SimdPortable<double>), typeof(double))]
[TestFixture(typeof(Scalar<double>), typeof(double))]
public sealed class Conv2dWinogradTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Sentinels = 64;

    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            var cases = new List<(string Name, int Images, Conv2dGeometry Geometry)>
            {
                ("whole tiles", 3, new(16, 32, new(12, 3, Padding: 1), new(8, 3, Padding: 1))),
                ("tiles that hang over", 2, new(17, 33, new(9, 3, Padding: 1), new(11, 3, Padding: 1))),
                ("no padding", 2, new(20, 21, new(7, 3), new(10, 3))),
                ("much padding, unlike at each side", 2, new(5, 19, new(6, 3, Padding: 3, ExtraPadding: -2), new(5, 3, Padding: 1, ExtraPadding: 3))),
                ("more padding than the way back has", 1, new(18, 3, new(5, 3, Padding: 4), new(6, 3, Padding: 5))),
                ("one pixel", 5, new(4, 6, new(1, 3, Padding: 1), new(1, 3, Padding: 1))),
                ("one row", 3, new(33, 16, new(1, 3, Padding: 1), new(14, 3, Padding: 1))),
                ("few channels", 3, new(3, 40, new(6, 3, Padding: 1), new(7, 3, Padding: 1))),
                ("one channel to one", 4, new(1, 1, new(8, 3, Padding: 1), new(5, 3, Padding: 1))),
                ("channels of several pieces of a sum", 2, new(531, 20, new(4, 3, Padding: 1), new(5, 3, Padding: 1))),
                ("weights larger than a cache", 3, new(150, 170, new(5, 3, Padding: 1), new(6, 3, Padding: 1))),
                ("weights larger than a cache, several strips", 9, new(130, 129, new(13, 3, Padding: 1), new(15, 3, Padding: 1))),
                ("one image, tiles that lie over each other", 1, new(16, 20, new(14, 3, Padding: 1), new(9, 3, Padding: 1))),
                ("one image, smaller than a tile", 1, new(17, 33, new(3, 3, Padding: 1), new(2, 3, Padding: 1))),
                ("one image, no padding", 1, new(5, 16, new(12, 3), new(11, 3))),
                ("one image, padding unlike at each side", 1, new(19, 8, new(9, 3, Padding: 3, ExtraPadding: -2),
                    new(7, 3, Padding: 1, ExtraPadding: 3))),
                ("one image, several strips", 1, new(33, 34, new(17, 3, Padding: 1), new(18, 3, Padding: 1))),
                ("one image, too large for a frame", 1, new(20, 9, new(57, 3, Padding: 1), new(59, 3, Padding: 1))),
                ("one image, four tiles", 1, new(37, 45, new(7, 3, Padding: 1), new(5, 3, Padding: 1))),
                ("one image, four tiles in a row, no padding", 1, new(16, 70, new(5, 3), new(17, 3))),
                ("one image, four whole tiles", 1, new(35, 16, new(8, 3, Padding: 1), new(8, 3, Padding: 1))),
                ("several strips", 7, new(19, 17, new(22, 3, Padding: 1), new(25, 3, Padding: 1))),
            };
            for (int channels = 1; channels <= 40; channels += channels < 9 ? 1 : 3)
                cases.Add(($"{channels} to {41 - channels} channels", channels % 3 == 0 ? 5 : 1, new(channels, 41 - channels, new(4, 3, Padding: 1),
                    new(6, 3))));
            foreach (var (name, images, geometry) in cases)
            {
                yield return new TestCaseData(2, images, geometry).SetArgDisplayNames(name, "F(2, 3)");
                yield return new TestCaseData(4, images, geometry).SetArgDisplayNames(name, "F(4, 3)");
            }
        }
    }

    // Of the largest only the bits are compared: the definition takes half a minute there.
    private static IEnumerable<TestCaseData> SmallCases =>
        Cases.Where(one => (int)one.Arguments[1]! * ((Conv2dGeometry)one.Arguments[2]!).MultiplyAdds < 30_000_000);

    [TestCaseSource(nameof(SmallCases))]
    public void EveryDirection_AnyShape_EqualsNaive(int outputs, int images, Conv2dGeometry g)
    {
        var data = new ConvolutionNumbers<T>(images, g);
        var (expected, magnitudes) = (data.Naive(), data.NaiveOfMagnitudes());
        foreach (WinogradWeights form in Forms(outputs, images, g))
        {
            Results actual = Run(outputs, data, threads: 1, form);
            Assert.Multiple(() =>
            {
                Close($"output, {form}", actual.Output, expected.Output, magnitudes.Output.Max());
                Close($"gradInput, {form}", actual.GradInput, expected.GradInput, magnitudes.GradInput.Max());
                Close("gradWeight", actual.GradWeight, expected.GradWeight, magnitudes.GradWeight.Max());
            });
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void EveryDirection_AnyNumberOfThreads_SameBits(int outputs, int images, Conv2dGeometry g)
    {
        var data = new ConvolutionNumbers<T>(images, g);
        foreach (WinogradWeights form in Forms(outputs, images, g)) SameBits(outputs, data, form);
    }

    private static void SameBits(int outputs, ConvolutionNumbers<T> data, WinogradWeights form)
    {
        Results one = Run(outputs, data, threads: 1, form);
        foreach (int threads in new[] { 2, 3, 8, 16 })
        {
            Results many = Run(outputs, data, threads, form);
            Assert.That(many.Output.AsSpan().SequenceEqual(one.Output) && many.GradInput.AsSpan().SequenceEqual(one.GradInput)
                && many.GradWeight.AsSpan().SequenceEqual(one.GradWeight),
                $"{threads} threads, {form}");
        }
    }

    [Test]
    public void Forward_AddendAndActivation_AreTheLastStep([Values(2, 4)] int outputs, [Values] bool fewChannels)
    {
        var g = new Conv2dGeometry(9, fewChannels ? 5 : 37, new(9, 3, Padding: 1), new(7, 3, Padding: 1));
        var data = new ConvolutionNumbers<T>(2, g);
        WinogradMethod<V, T> method = WinogradMethod<V, T>.Of(outputs);
        const WinogradWeights form = WinogradWeights.Transformed;
        T[] packed = new T[method.PackedLength(g, transposed: false, form)],
            scratch = new T[method.WorkLength(g, Conv2dDirection.Forward, 2, 1, form)];
        T[] x = data.InputChannelsLast(), addend = data.GradOutputChannelsLast(), plain = new T[addend.Length], output = new T[addend.Length];
        method.Pack(g, transposed: false, data.Weight, [], form, packed);
        method.Forward(g, 1, x, packed, form, data.Bias, [], default, scratch, plain);
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>())
        {
            var activation = new Activation<T>(kind, T.CreateChecked(0.2));
            T[] expected = [.. plain.Zip(addend, (sum, extra) => sum + extra)];
            if (activation.IsSome) Elementwise.Activate<V, T>(activation, expected, expected);
            method.Forward(g, 1, x, packed, form, data.Bias, addend, activation, scratch, output);
            for (int i = 0; i < output.Length; i++)
                Assert.That(double.CreateChecked(output[i]), Is.EqualTo(double.CreateChecked(expected[i])).Within(1e-5), $"{kind} {i}");
        }
    }

    [Test]
    public void Pack_Scales_MultiplyTheWeightsOfTheirOutput([Values(2, 4)] int outputs, [Values] bool isSorted)
    {
        var g = new Conv2dGeometry(5, 37, new(6, 3, Padding: 1), new(7, 3, Padding: 1));
        var data = new ConvolutionNumbers<T>(1, g);
        T[] scales = [.. data.Bias.Select(bias => bias + bias)], scaled = [.. data.Weight.Select((weight, i) => weight * scales[i / g.WindowLength])];
        WinogradMethod<V, T> method = WinogradMethod<V, T>.Of(outputs);
        WinogradWeights form = isSorted ? WinogradWeights.Sorted : WinogradWeights.Transformed;
        T[] packed = new T[method.PackedLength(g, transposed: false, form)], expected = new T[packed.Length];
        method.Pack(g, transposed: false, data.Weight, scales, form, packed);
        method.Pack(g, transposed: false, scaled, [], form, expected);
        Assert.That(packed, Is.EqualTo(expected));
    }

    [TestCase(20)]
    [TestCase(3)]
    [TestCase(160)]
    public void EveryDirection_Warm_AllocatesNothing(int channels)
    {
        var g = new Conv2dGeometry(channels, 160, new(9, 3, Padding: 1), new(8, 3, Padding: 1));
        var data = new ConvolutionNumbers<T>(2, g);
        T[] x = data.InputChannelsLast(), y = data.GradOutputChannelsLast();
        WinogradMethod<V, T> method = WinogradMethod<V, T>.Of(4);
        const WinogradWeights form = WinogradWeights.Transformed;
        T[] packed = new T[method.PackedLength(g, transposed: false, form)], back = new T[method.PackedLength(g, transposed: true, form)];
        T[] scratch = new T[Directions.Max(direction => method.WorkLength(g, direction, 2, 2, form))],
            fresh = new T[method.WorkLength(g, Conv2dDirection.Forward, 2, 2, WinogradWeights.Plain)];
        long before = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i == 1) before = GC.GetAllocatedBytesForCurrentThread();
            method.Pack(g, transposed: false, data.Weight, data.Bias, form, packed);
            method.Pack(g, transposed: true, data.Weight, [], form, back);
            method.Forward(g, 2, x, packed, form, data.Bias, [], default, scratch, y);
            method.BackwardInput(g, 2, y, back, form, [], scratch, x);
            method.Forward(g, 2, x, data.Weight, WinogradWeights.Plain, data.Bias, [], default, fresh, y);
            method.BackwardWeight(g, 2, x, y, scratch, data.Weight);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void FitsFour_ImagesOfFourTiles()
    {
        WindowAxis one = new(4, 3, Padding: 1), two = new(7, 3, Padding: 1), four = new(14, 3, Padding: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Conv2dWinograd.FitsFour(new(512, 512, two, two)), Is.True);
            Assert.That(Conv2dWinograd.FitsFour(new(512, 512, one, four)), Is.True);
            Assert.That(Conv2dWinograd.FitsFour(new(512, 512, one, two)), Is.False);
            Assert.That(Conv2dWinograd.FitsFour(new(512, 512, two, four)), Is.False);
            Assert.That(Conv2dWinograd.FitsFour(new(512, 512, two with { Stride = 2 }, two)), Is.False);
        });
    }

    [Test]
    public void Fits_OnlyPlainWindowsOfThree()
    {
        var plain = new WindowAxis(9, 3, Padding: 2);
        Assert.Multiple(() =>
        {
            Assert.That(Conv2dWinograd.Fits(new(4, 6, plain, plain)), Is.True);
            Assert.That(Conv2dWinograd.Fits(new(4, 6, plain, plain, Groups: 2)), Is.False);
            foreach (WindowAxis other in new[] { plain with { Kernel = 5 }, plain with { Stride = 2 }, plain with { Dilation = 2 },
                plain with { Mode = PaddingMode.Reflect } })
            {
                Assert.That(Conv2dWinograd.Fits(new(4, 6, other, plain)), Is.False, $"{other}");
                Assert.That(Conv2dWinograd.Fits(new(4, 6, plain, other)), Is.False, $"{other}");
            }
        });
    }

    [Test]
    public void FitsFresh_FewTilesManyWeights()
    {
        WindowAxis small = new(4, 3, Padding: 1), large = new(56, 3, Padding: 1);
        foreach (Conv2dDirection direction in new[] { Conv2dDirection.Forward, Conv2dDirection.BackwardInput })
            Assert.Multiple(() =>
            {
                Assert.That(Conv2dWinograd.FitsFresh(4, new(512, 512, small, small), direction, 32), Is.True);
                Assert.That(Conv2dWinograd.FitsFresh(4, new(512, 512, large, large), direction, 32), Is.False);
                Assert.That(Conv2dWinograd.FitsFresh(4, new(64, 64, small, small), direction, 32), Is.False);
            });
        Assert.That(Conv2dWinograd.FitsFresh(4, new(512, 512, small, small), Conv2dDirection.BackwardWeight, 32), Is.False);
    }

    [Test]
    public void FitsGradient_SumsThatWouldDrift_AreLeftToOthers()
    {
        WindowAxis small = new(56, 3, Padding: 1), large = new(2000, 3, Padding: 1);
        Assert.That(Conv2dWinograd.FitsGradient(new(64, 64, small, small), 32), Is.True);
        Assert.That(Conv2dWinograd.FitsGradient(new(64, 64, large, large), 32), Is.False);
    }

    private static IEnumerable<WinogradWeights> Forms(int outputs, int images, Conv2dGeometry g) => Enum.GetValues<WinogradWeights>()
        .Where(form => form != WinogradWeights.Sorted || (outputs == 4 && images == 1 && Conv2dWinograd.FitsFour(g)));

    private static Conv2dDirection[] Directions => Enum.GetValues<Conv2dDirection>();

    private static void Close(string what, T[] actual, double[] expected, double magnitude)
    {
        double tolerance = (typeof(T) == typeof(float) ? 2e-6 : 5e-15) * magnitude;
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            double gap = Math.Abs(double.CreateChecked(actual[i]) - expected[i]);
            if (!(gap <= tolerance)) Assert.Fail($"{what}[{i}] of {actual.Length} is {actual[i]}, expected {expected[i]} within {tolerance}");
        }
    }

    private static Results Run(int outputs, ConvolutionNumbers<T> data, int threads, WinogradWeights form)
    {
        Conv2dGeometry g = data.Geometry;
        WinogradMethod<V, T> method = WinogradMethod<V, T>.Of(outputs);
        T[] x = data.InputChannelsLast(), dy = data.GradOutputChannelsLast();
        WinogradWeights wayBack = form == WinogradWeights.Sorted ? WinogradWeights.Transformed : form;
        T[] packed = Guarded(method.PackedLength(g, transposed: false, form)), back = Guarded(method.PackedLength(g, transposed: true, wayBack));
        bool isPlain = form == WinogradWeights.Plain;
        T[] scratch = Guarded(Directions.Max(direction => method.WorkLength(g, direction, data.Images, threads, wayBack))),
            output = Guarded(dy.Length), gradInput = Guarded(x.Length), gradWeight = Guarded(data.Weight.Length);
        data.Weight.CopyTo(Inside(gradWeight));
        if (!isPlain) method.Pack(g, transposed: false, data.Weight, [], form, Inside(packed));
        if (!isPlain) method.Pack(g, transposed: true, data.Weight, [], wayBack, Inside(back));
        method.Forward(g, threads, x, isPlain ? data.Weight : Inside(packed), form, data.Bias, [], default, Inside(scratch), Inside(output));
        method.BackwardInput(g, threads, dy, isPlain ? data.Weight : Inside(back), wayBack, [], Inside(scratch), Inside(gradInput));
        Array.Fill(scratch, T.NaN);
        method.BackwardWeight(g, threads, x, dy, Inside(scratch), Inside(gradWeight));
        foreach (T[] buffer in new[] { packed, back, scratch, output, gradInput, gradWeight })
            Assert.That(buffer.Take(Sentinels).Concat(buffer.TakeLast(Sentinels)), Is.All.NaN);
        return new(data.OutputChannelsFirst(Inside(output)), data.InputChannelsFirst(Inside(gradInput)), Inside(gradWeight).ToArray());
    }

    // NaN all over: what was not written shows.
    private static T[] Guarded(int length) => [.. Enumerable.Repeat(T.NaN, length + 2 * Sentinels)];

    private static Span<T> Inside(T[] guarded) => guarded.AsSpan(Sentinels..^Sentinels);

    private sealed record Results(T[] Output, T[] GradInput, T[] GradWeight);
}
