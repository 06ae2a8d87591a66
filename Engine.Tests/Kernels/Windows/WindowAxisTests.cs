using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Tests.Kernels;

public sealed class WindowAxisTests
{
    [TestCase(28, 5, 2, 2, 1, ExpectedResult = 14)]
    [TestCase(14, 3, 2, 1, 1, ExpectedResult = 7)]
    [TestCase(7, 3, 2, 1, 1, ExpectedResult = 4)]
    [TestCase(4, 3, 2, 1, 1, ExpectedResult = 2)]
    [TestCase(9, 3, 2, 1, 2, ExpectedResult = 4)]
    [TestCase(3, 5, 1, 0, 1, ExpectedResult = 0)]
    public int Output_KnownSizes_AreTheLessons(int input, int kernel, int stride, int padding, int dilation) =>
        new WindowAxis(input, kernel, stride, padding, dilation).Output;

    [Test]
    public void Output_EveryAxis_CountsTheWindowsThatFit() => Every(axis =>
    {
        int windows = 0;
        for (int start = -axis.Padding; start + axis.Span <= axis.Input + axis.EndPadding; start += axis.Stride) windows++;
        return (axis.Output, windows);
    });

    [Test]
    public void Output_HalfTheSpanAsPadding_KeepsTheSize([Values(1, 3, 5, 7)] int kernel, [Values(1, 2, 3)] int dilation,
        [Values(1, 8, 9)] int input) =>
        Assert.That(new WindowAxis(input, kernel, Padding: dilation * (kernel - 1) / 2, Dilation: dilation).Output, Is.EqualTo(input));

    [Test]
    public void Output_CeilMode_LetsTheLastWindowHangOverIfItStartsBeforeTheEnd() => Every(axis =>
    {
        // Pooling pads at most half a window. Where one window fits at all: those that fit,
        // then one more if pixels are left over and it starts before the padding at the end.
        if (Most(axis) > axis.Span / 2) return (0, 0);
        axis = axis with { CeilMode = true };
        int windows = 0, start = -axis.Padding;
        for (; start + axis.Span <= axis.Input + axis.EndPadding; start += axis.Stride) windows++;
        bool leftOver = windows > 0 && start - axis.Stride + axis.Span < axis.Input + axis.EndPadding;
        return (axis.Output, leftOver && start < axis.Input ? windows + 1 : windows);
    });

    [Test]
    public void Source_EveryWindow_ReadsThePaddedArray([Values] PaddingMode mode) => Every(axis =>
    {
        if (Most(axis) > (mode == PaddingMode.Reflect ? axis.Input - 1 : mode == PaddingMode.Circular ? axis.Input : int.MaxValue)) return (0, 0);
        axis = axis with { Mode = mode };
        int[] padded = Padded(axis);
        for (int o = 0; o < axis.Output; o++)
            for (int k = 0; k < axis.Kernel; k++)
            {
                int expected = padded[o * axis.Stride + k * axis.Dilation];
                if (axis.Source(o, k) != expected) return (axis.Source(o, k), expected);
            }
        return (0, 0);
    });

    [Test]
    public void Source_CeilMode_HasNothingBeyondTheEnd() => Every(axis =>
    {
        axis = axis with { CeilMode = true };
        for (int o = 0; o < axis.Output; o++)
            for (int k = 0; k < axis.Kernel; k++)
            {
                int at = o * axis.Stride - axis.Padding + k * axis.Dilation, expected = at >= 0 && at < axis.Input ? at : -1;
                if (axis.Source(o, k) != expected) return (axis.Source(o, k), expected);
            }
        return (0, 0);
    });

    [Test]
    public void Runs_EveryElement_AreTheTapsOfThatElement([Values] PaddingMode mode) => Every(axis =>
    {
        if (Most(axis) > (mode == PaddingMode.Reflect ? axis.Input - 1 : mode == PaddingMode.Circular ? axis.Input : int.MaxValue)) return (0, 0);
        axis = axis with { Mode = mode };
        var taps = axis.Taps().ToHashSet();
        int covered = 0;
        for (int k = 0; k < axis.Kernel; k++)
            foreach (AxisRun run in axis.Runs(k))
                for (int i = 0; i < run.Count; i++, covered++)
                    if (!taps.Contains(new(run.Output + i, run.Input + i * run.Step, k))) return (run.Output + i, -1);
        return (covered, taps.Count);
    });

    [Test]
    public void Runs_Zeros_AreOneRectangleEach() => Every(axis =>
        (Enumerable.Range(0, axis.Kernel).Count(k => axis.Runs(k).Count > 1), 0));

    [Test]
    public void Formula_DilationOne_IsTheLessons() =>
        Assert.That(new WindowAxis(28, 5, 2, 2).Formula, Is.EqualTo("(28 + 2·2 - 5)//2 + 1 = 14"));

    [Test]
    public void Formula_PaddingThatDiffers_NamesBoth() =>
        Assert.That(new WindowAxis(224, 3, 2, ExtraPadding: 1).Formula, Is.EqualTo("(224 + 0 + 1 - 3)//2 + 1 = 112"));

    [Test]
    public void Check_EndPaddingThatCannotBeMade_Throws()
    {
        var error = Assert.Throws<ShapeMismatchException>(() => new WindowAxis(4, 3, Padding: 1, Mode: PaddingMode.Reflect,
            ExtraPadding: 3).Check("Conv2d"));
        Assert.That(error!.Message, Is.EqualTo("Conv2d: padding 4 in mode Reflect needs an input of at least 5, there are 4."));
    }

    [Test]
    public void Formula_Dilation_IsSpeltOut() =>
        Assert.That(new WindowAxis(9, 3, 2, 1, 2).Formula, Is.EqualTo("(9 + 2·1 - 2·(3 - 1) - 1)//2 + 1 = 4"));

    [Test]
    public void Formula_CeilMode_RoundsUp() =>
        Assert.That(new WindowAxis(6, 3, 2, CeilMode: true).Formula, Is.EqualTo("(6 + 2·0 - 3)/^2 + 1 = 3"));

    [Test]
    public void Formula_CeilModeDropsTheLastWindow_SaysSo() =>
        Assert.That(new WindowAxis(5, 2, 3, 1, CeilMode: true).Formula, Is.EqualTo("(5 + 2·1 - 2)/^3 + 1 - 1 = 2"));

    [Test]
    public void Formula_EveryAxisInCeilMode_IsTrue() => Every(axis =>
    {
        if (Most(axis) > axis.Span / 2) return (0, 0);
        axis = axis with { CeilMode = true };
        int room = axis.Input + axis.Padding + axis.EndPadding - (int)axis.Span, quotient = (int)Math.Ceiling((double)room / axis.Stride);
        return (axis.Output, room < 0 ? 0 : quotient + 1 - (axis.Formula.Contains("+ 1 - 1", StringComparison.Ordinal) ? 1 : 0));
    });

    [Test]
    public void Check_WindowTooLarge_CarriesBothSizes()
    {
        var error = Assert.Throws<ShapeMismatchException>(() => new WindowAxis(6, 5, Padding: 1, Dilation: 2).Check("Conv2d"));
        Assert.That((error!.Expected, error.Actual), Is.EqualTo((new Shape(9), new Shape(8))));
        Assert.That(error.Message, Is.EqualTo(
            "Conv2d: window of 5 with dilation 2 spans 9, larger than the padded input of 8. Raise padding or lower dilation."));
    }

    [TestCase(PaddingMode.Reflect, 4, 4)]
    [TestCase(PaddingMode.Circular, 4, 5)]
    public void Check_PaddingThatCannotBeMade_Throws(PaddingMode mode, int input, int padding)
    {
        var error = Assert.Throws<ShapeMismatchException>(() => new WindowAxis(input, 3, Padding: padding, Mode: mode).Check("Conv2d"));
        Assert.That(error!.Message, Is.EqualTo($"Conv2d: padding {padding} in mode {mode} needs an input of at least 5, there are 4."));
    }

    [TestCase(PaddingMode.Reflect, 3)]
    [TestCase(PaddingMode.Replicate, 1)]
    [TestCase(PaddingMode.Circular, 2)]
    public void Check_NoPixelToRepeat_Throws(PaddingMode mode, int padding) =>
        Assert.That(() => new WindowAxis(0, 2, Padding: padding, Mode: mode).Check("Conv2d"), Throws.TypeOf<ShapeMismatchException>());

    [TestCase(9, 3, 0, int.MaxValue, TestName = "Check_SpanBeyondInt_Throws")]
    [TestCase(9, int.MaxValue, 0, 2, TestName = "Check_KernelBeyondInt_Throws")]
    public void Check_BeyondInt_Throws(int input, int kernel, int padding, int dilation) =>
        Assert.That(() => new WindowAxis(input, kernel, Padding: padding, Dilation: dilation).Check("Conv2d"),
            Throws.TypeOf<ShapeMismatchException>());

    [TestCase(PaddingMode.Reflect, 4, 3)]
    [TestCase(PaddingMode.Circular, 4, 4)]
    [TestCase(PaddingMode.Replicate, 1, 9)]
    [TestCase(PaddingMode.Zeros, 1, 9)]
    public void Check_MostPadding_Passes(PaddingMode mode, int input, int padding) =>
        Assert.That(() => new WindowAxis(input, 3, Padding: padding, Mode: mode).Check("Conv2d"), Throws.Nothing);

    private static int Most(WindowAxis axis) => Math.Max(axis.Padding, axis.EndPadding);

    /// <summary>The axis with its padding written out: which pixel lies there, -1 for a zero.</summary>
    private static int[] Padded(WindowAxis axis)
    {
        int n = axis.Input, pad = axis.Padding, most = Most(axis);
        int[] padded = new int[n + 2 * most];
        for (int i = 0; i < n; i++) padded[most + i] = i;
        for (int i = 1; i <= most; i++)
            (padded[most - i], padded[most + n - 1 + i]) = axis.Mode switch
            {
                PaddingMode.Reflect => (i, n - 1 - i),
                PaddingMode.Replicate => (0, n - 1),
                PaddingMode.Circular => (n - i, i - 1),
                _ => (-1, -1),
            };
        return padded[(most - pad)..(most + n + axis.EndPadding)];
    }

    /// <summary>All small axes on which a window fits or almost fits; the two numbers must agree on each.</summary>
    private static void Every(Func<WindowAxis, (int Actual, int Expected)> compare)
    {
        for (int input = 1; input <= 7; input++)
            for (int kernel = 1; kernel <= 4; kernel++)
                for (int stride = 1; stride <= 4; stride++)
                    for (int padding = 0; padding <= 4; padding++)
                        for (int dilation = 1; dilation <= 3; dilation++)
                        for (int end = 0; end <= 4; end++)
                        {
                            var axis = new WindowAxis(input, kernel, stride, padding, dilation, ExtraPadding: end - padding);
                            (int actual, int expected) = compare(axis);
                            if (actual != expected) Assert.Fail($"{axis}: is {actual}, expected {expected}");
                        }
    }
}
