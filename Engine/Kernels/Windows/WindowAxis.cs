using System.Runtime.CompilerServices;
using Scratch.Tensors;

namespace Scratch.Kernels;

/// <summary>Element <paramref name="Kernel"/> of the window at output <paramref name="Output"/> lies on input <paramref name="Input"/>.</summary>
internal readonly record struct AxisTap(int Output, int Input, int Kernel);

/// <summary>Outputs in a row, from <paramref name="Output"/> on, whose element of the window lies on inputs <paramref name="Step"/> apart.</summary>
internal readonly record struct AxisRun(int Output, int Count, int Input, int Step);

/// <summary>A window that slides along one axis of an image: the only place that knows stride, padding and dilation, and the output size.</summary>
/// <param name="Input">How many pixels the axis has.</param>
/// <param name="Kernel">How many of them a window reads.</param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Padding">Pixels added at the start, and at the end as many and <paramref name="ExtraPadding"/> more.</param>
/// <param name="Dilation">Pixels from one element of the window to the next.</param>
/// <param name="Mode">What the added pixels hold.</param>
/// <param name="CeilMode">Whether a last window may hang over the end, if it starts inside the image or the padding before it (pooling only).</param>
/// <param name="ExtraPadding">By how many more pixels the end is padded than the start; negative for fewer.</param>
public readonly record struct WindowAxis(
    int Input, int Kernel, int Stride = 1, int Padding = 0, int Dilation = 1, PaddingMode Mode = PaddingMode.Zeros, bool CeilMode = false,
    int ExtraPadding = 0)
{
    /// <summary>Pixels added at the end.</summary>
    public int EndPadding => Padding + ExtraPadding;

    /// <summary>Pixels with the padding.</summary>
    internal long Padded => (long)Input + Padding + EndPadding;

    /// <summary>Pixels from the first to the last that a window reads: <c>dilation·(k - 1) + 1</c>.</summary>
    public long Span => Dilation * (Kernel - 1L) + 1;

    /// <summary>How many windows fit: <c>(n_in + 2·pad - dilation·(k - 1) - 1)//stride + 1</c>, the lesson's formula where dilation is 1;
    /// with padding that differs, <c>pad + end_pad</c> in place of <c>2·pad</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than one array can hold.</exception>
    public int Output
    {
        get
        {
            long room = Padded - Span;
            if (room < 0) return 0;
            long last = CeilMode ? (room + Stride - 1) / Stride : room / Stride, output = CeilMode && DropsLast(last) ? last : last + 1;
            if (output > Array.MaxLength)
                ShapeGuard.TooLarge("WindowAxis",
                    $"an axis of {Input} with padding {Padding} has {output} windows of {Kernel} with stride {Stride}.", output);
            return (int)output;
        }
    }

    // With the padding at both ends; like all sizes here in 64 bits, for a mistyped number must not wrap around.
    /// <summary>The formula with its numbers, for example <c>(28 + 2·2 - 5)//2 + 1 = 14</c>.</summary>
    /// <remarks>In ceil mode the division rounds up, and <c>- 1</c> follows where the last window
    /// would start in the padding at the end: it is dropped.</remarks>
    public string Formula
    {
        get
        {
            string room = $"{Input}{AxisFormula.Ends('+', Padding, EndPadding)} - {(Dilation == 1 ? $"{Kernel}" : $"{Dilation}·({Kernel} - 1) - 1")}";
            if (!CeilMode) return $"({room})//{Stride} + 1 = {Output}";
            bool drops = DropsLast((Padded - Span + Stride - 1) / Stride);
            return $"({room})/^{Stride} + 1{(drops ? " - 1" : "")} = {Output}";
        }
    }

    private bool DropsLast(long last) => last * Stride >= (long)Input + Padding;

    /// <summary>Whether the window fits and the padding can be made; otherwise an error that says how to mend it.</summary>
    /// <exception cref="ShapeMismatchException">The window spans more than the padded
    /// axis, or the padding mode needs more pixels than there are.</exception>
    internal void Check(string who)
    {
        if (Padded > Array.MaxLength)
            ShapeGuard.TooLarge(who, $"an input of {Input} with padding "
                + $"{(ExtraPadding == 0 ? $"{Padding} at both ends" : $"{Padding} and {EndPadding}")} is {Padded} long. Lower padding.", Padded);
        if (Span > Padded)
            ShapeGuard.Mismatch(who, $"window of {Kernel} with dilation {Dilation} spans {Span}, larger than the padded input of {Padded}. Raise "
                + "padding or lower dilation.",
                new Shape((int)Math.Min(Span, Array.MaxLength)), new Shape((int)Padded));
        int most = Math.Max(Padding, EndPadding);
        int least = Mode switch { PaddingMode.Reflect => most + 1, PaddingMode.Circular => most, PaddingMode.Replicate => 1, _ => 0 };
        if (most > 0 && Input < least)
            ShapeGuard.Mismatch(who, $"padding {most} in mode {Mode} needs an input of at least {least}, there are {Input}.", new Shape(most),
                new Shape(Input));
    }

    /// <summary>The input under element <paramref name="k"/> of window <paramref name="output"/>, or -1 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Source(int output, int k)
    {
        long at = (long)output * Stride - Padding + (long)k * Dilation;
        return (ulong)at < (ulong)Input ? (int)at : Beyond(at);
    }

    private int Beyond(long at) => Mode switch
    {
        PaddingMode.Reflect => (int)(at < 0 ? -at : 2 * (Input - 1L) - at),
        PaddingMode.Replicate => at < 0 ? 0 : Input - 1,
        PaddingMode.Circular => (int)(at < 0 ? at + Input : at - Input),
        _ => -1,
    };

    /// <summary>Every pair of a window's element and the input under it, output by output.</summary>
    internal IEnumerable<AxisTap> Taps()
    {
        for (int o = 0; o < Output; o++)
            for (int k = 0; k < Kernel; k++)
                if (Source(o, k) is >= 0 and int source) yield return new(o, source, k);
    }

    /// <summary>The outputs whose element <paramref name="k"/> lies on the image, in
    /// runs of evenly spaced inputs: one run for zeros, up to three else.</summary>
    internal List<AxisRun> Runs(int k)
    {
        var runs = new List<AxisRun>();
        for (int o = 0; o < Output; o++)
        {
            int source = Source(o, k);
            if (source < 0) continue;
            AxisRun last = runs.Count > 0 ? runs[^1] : default;
            bool follows = last.Count > 0 && last.Output + last.Count == o;
            if (follows && last.Count == 1) runs[^1] = last with { Count = 2, Step = source - last.Input };
            else if (follows && source == last.Input + last.Count * last.Step) runs[^1] = last with { Count = last.Count + 1 };
            else runs.Add(new(o, 1, source, Stride));
        }
        return runs;
    }
}
