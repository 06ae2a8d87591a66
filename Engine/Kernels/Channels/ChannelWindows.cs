namespace Scratch.Kernels;

/// <summary>Taps on neighbouring pixels, from number <paramref name="Source"/> of a window
/// on, that meet neighbouring weights, from <paramref name="Element"/> on.</summary>
internal readonly record struct TapRun(int Source, int Element, int Taps);

/// <summary>Positions along one axis, evenly spaced, whose windows read alike: the
/// n-th stands at Position + n·Step and reads from Source + n·SourceStep on.</summary>
internal readonly record struct AlikeRun(int Position, int Count, int Step, int Source, int SourceStep, List<(int Source, int K)> Taps)
{
    /// <summary>The numbers, in the run, of those that stand from <paramref name="top"/> on and before <paramref name="bottom"/>; none where End is
    /// not beyond First.</summary>
    public (int First, int End) Within(int top, int bottom) =>
        (Math.Max(0, (top - Position + Step - 1) / Step), bottom <= Position ? 0 : Math.Min(Count, (bottom - Position + Step - 1) / Step));
}

/// <summary>A grid of positions whose windows read alike, and where their taps begin and end in the table.</summary>
internal readonly record struct WindowBox(AlikeRun Rows, AlikeRun Columns, int First, int End);

/// <summary>What every window of an image in NHWC reads: a few boxes of windows that read alike, each with its list of taps.</summary>
/// <remarks>
/// The twin of <see cref="TapTable"/>: taps that would fall into zeros are not in it, and read backwards the same taps carry the gradient. With
/// padding 1 there are nine boxes (corners, edges, inside); backwards with stride 2 four times as many, one set for each remainder. Within a
/// box a tile may take its rows along any axis: columns, rows, or the same position of several images. A tap is all channels of a pixel.
/// </remarks>
internal sealed class ChannelWindows
{
    /// <summary>The windows over a geometry.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: a window per output, reading inputs. True: a window per input, reading outputs.</param>
    public ChannelWindows(Conv2dGeometry g, bool transposed)
    {
        Transposed = transposed;
        (SourceChannels, TargetChannels) = transposed ? (g.OutChannels, g.InChannels) : (g.InChannels, g.OutChannels);
        (SourceHeight, SourceWidth) = transposed ? (g.Rows.Output, g.Columns.Output) : (g.Rows.Input, g.Columns.Input);
        (TargetHeight, TargetWidth) = transposed ? (g.Rows.Input, g.Columns.Input) : (g.Rows.Output, g.Columns.Output);
        var taps = new List<TapRun>();
        var boxes = new List<WindowBox>();
        List<AlikeRun> columns = Alike(g.Columns, transposed);
        foreach (AlikeRun y in Alike(g.Rows, transposed))
            foreach (AlikeRun x in columns)
            {
                int first = taps.Count;
                foreach ((int row, int kh) in y.Taps)
                    foreach ((int column, int kw) in x.Taps)
                        Add(taps, first, ((row - y.Source) * SourceWidth + column - x.Source) * SourceChannels,
                            Element(g, kh * g.Columns.Kernel + kw));
                boxes.Add(new(y, x, first, taps.Count));
            }
        (Boxes, Taps, Three, Framed) = ([.. boxes], [.. taps], ThreeWindows.Of(g, transposed), FramedWindows.Of(g, transposed));
    }

    /// <summary>Whether windows stand on inputs and read outputs.</summary>
    public bool Transposed { get; }

    /// <summary>Channels of a pixel that is read.</summary>
    public int SourceChannels { get; }

    /// <summary>Rows of the image that is read.</summary>
    public int SourceHeight { get; }

    /// <summary>Pixels of its rows.</summary>
    public int SourceWidth { get; }

    /// <summary>Channels of a pixel that is written.</summary>
    public int TargetChannels { get; }

    /// <summary>Rows of the image that is written.</summary>
    public int TargetHeight { get; }

    /// <summary>Pixels of its rows.</summary>
    public int TargetWidth { get; }

    /// <summary>The rows that windows of one pixel read for some rows that are written, and those between.</summary>
    /// <param name="axis">The window down the image.</param>
    /// <param name="top">The first row written.</param>
    /// <param name="bottom">The row after the last.</param>
    public (int First, int End) RowsOfOne(WindowAxis axis, int top, int bottom)
    {
        int stride = axis.Stride, first = top * stride - axis.Padding, last = (bottom - 1) * stride - axis.Padding;
        if (Transposed) (first, last) = ((top + axis.Padding + stride - 1) / stride, (bottom - 1 + axis.Padding) / stride);
        int step = Transposed ? 1 : stride;
        if (first < 0) first += (step - 1 - first) / step * step;            // the first one on the image, and the last
        if (last >= SourceHeight) last -= (last - SourceHeight + step) / step * step;
        return last < first ? (0, 0) : (first, last + 1);
    }

    /// <summary>Numbers of an image that is read and of one that is written.</summary>
    public long Numbers => (long)SourceHeight * SourceWidth * SourceChannels + (long)TargetHeight * TargetWidth * TargetChannels;

    /// <summary>All windows, box by box.</summary>
    public WindowBox[] Boxes { get; }

    /// <summary>The lists of taps, one after the other.</summary>
    public TapRun[] Taps { get; }

    /// <summary>All windows at once, if they are of 3x3 and their middle always lies on the image.</summary>
    public ThreeWindows? Three { get; }

    /// <summary>The same, if they are of any size and may be read from a frame of zeros.</summary>
    public FramedWindows? Framed { get; }

    /// <summary>The place of an element in the packed weights: read backwards the
    /// last comes first, so that neighbours there are neighbours here.</summary>
    private int Element(Conv2dGeometry g, int k) => Transposed ? g.KernelLength - 1 - k : k;

    private void Add(List<TapRun> taps, int first, int source, int element)
    {
        TapRun last = taps.Count > first ? taps[^1] : default;
        if (last.Taps > 0 && source == last.Source + last.Taps * SourceChannels && element == last.Element + last.Taps)
            taps[^1] = last with { Taps = last.Taps + 1 };
        else
            taps.Add(new(source, element, 1));
    }

    /// <summary>The positions of one axis, in evenly spaced runs that read alike.</summary>
    internal static List<AlikeRun> Alike(WindowAxis axis, bool transposed) => Alike(TapTable.Side(axis, transposed));

    /// <summary>The same, where what every position reads is known.</summary>
    internal static List<AlikeRun> Alike(List<(int Source, int K)>[] sides)
    {
        var runs = new List<AlikeRun>();
        for (int i = 0; i < sides.Length; i++)
        {
            List<(int Source, int K)> taps = sides[i];
            int source = taps.Count > 0 ? taps[0].Source : 0, at = runs.Count - 1;
            while (at >= 0 && !ReadAlike(runs[at].Taps, taps)) at--;         // the newest of those that read so
            if (at >= 0)
            {
                AlikeRun run = runs[at];
                if (run.Count == 1) run = run with { Step = i - run.Position, SourceStep = source - run.Source };
                if (i == run.Position + run.Count * run.Step && source == run.Source + run.Count * run.SourceStep)
                {
                    runs[at] = run with { Count = run.Count + 1 };
                    continue;
                }
            }
            runs.Add(new(i, 1, 1, source, 0, taps));
        }
        return runs;
    }

    /// <summary>Whether two windows read the same taps, each from its first on.</summary>
    private static bool ReadAlike(List<(int Source, int K)> a, List<(int Source, int K)> b)
    {
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
            if (a[i].K != b[i].K || a[i].Source - a[0].Source != b[i].Source - b[0].Source) return false;
        return true;
    }
}
