using Scratch.Tensors;

namespace Scratch.Kernels;

/// <summary>One pixel that a window reads and the weight it meets there, in
/// numbers from the window's first pixel and the row's first weight.</summary>
internal readonly record struct Tap(int Pixel, int Weight);

/// <summary>One position of the window: its first pixel, and where its taps begin and end in the table.</summary>
internal readonly record struct Window(int Base, int First, int End);

/// <summary>Windows that read alike, along a row or a column of positions: the n-th is window First + n·Step, and what it reads lies n·SourceStep
/// numbers beyond what the first one does.</summary>
internal readonly record struct WindowRun(int First, int Count, int Step, int SourceStep)
{
    /// <summary>What of it lies in some rows of positions, which may be nothing.</summary>
    /// <param name="width">Positions of a row.</param>
    /// <param name="top">The first row.</param>
    /// <param name="bottom">The row after the last.</param>
    public WindowRun Within(int width, int top, int bottom)
    {
        int row = First / width, rows = Step / width;
        if (rows == 0) return row >= top && row < bottom ? this : this with { Count = 0 };
        int before = Math.Max(0, (top - row + rows - 1) / rows), end = Math.Min(Count, Math.Max(0, (bottom - row + rows - 1) / rows));
        return this with { First = First + before * Step, Count = Math.Max(0, end - before) };
    }
}

/// <summary>What every position of a sliding window reads: stride, padding, dilation and padding mode are nothing but this list.</summary>
/// <remarks>
/// Windows that look alike share one list of taps, so the table holds a handful of lists (corners, edges, inside) however large the image is.
/// Taps that would fall into zeros are not in it: they are skipped, not multiplied. Read backwards, input for output, the same taps carry the
/// gradient: "which outputs did this pixel feed, by which weight?". Offsets count numbers of a block in lanes.
/// </remarks>
internal sealed class TapTable
{
    /// <summary>The taps of a window that slides along rows and columns.</summary>
    /// <param name="rows">The window along the rows.</param>
    /// <param name="columns">The window along the columns.</param>
    /// <param name="transposed">False: a window per output, reading inputs. True: a window per input, reading outputs.</param>
    /// <param name="channels">Channels read, one plane after the other.</param>
    /// <param name="weightStride">From one channel's weights to the next one's.</param>
    public TapTable(WindowAxis rows, WindowAxis columns, bool transposed, int channels, int weightStride)
        : this(Side(rows, transposed), Side(columns, transposed), transposed ? rows.Output : rows.Input, transposed ? columns.Output : columns.Input,
            columns.Kernel, channels, weightStride)
    {
    }

    private TapTable(
        List<(int Source, int K)>[] vertical, List<(int Source, int K)>[] horizontal, int sourceHeight, int sourceWidth, int kernelWidth,
        int channels, int weightStride)
    {
        long whole = (long)channels * sourceHeight * sourceWidth * Lanes.Count;
        if (whole > Array.MaxLength)
            ShapeGuard.TooLarge(nameof(TapTable),
                $"a block of [{channels}, {sourceHeight}, {sourceWidth}] (C, H, W) has {whole} elements. Use smaller images.", whole);
        int plane = sourceHeight * sourceWidth;
        var known = new Dictionary<string, (int First, int End)>();
        var taps = new List<Tap>();
        Windows = new Window[vertical.Length * horizontal.Length];
        string[] looks = Array.ConvertAll(horizontal, Look);
        for (int i = 0; i < vertical.Length; i++)
        {
            string rowLook = Look(vertical[i]) + "|";
            for (int j = 0; j < horizontal.Length; j++)
            {
                int row = First(vertical[i]), column = First(horizontal[j]);
                if (!known.TryGetValue(rowLook + looks[j], out var list))
                {
                    int first = taps.Count;
                    for (int c = 0; c < channels; c++)
                        foreach ((int y, int kh) in vertical[i])
                            foreach ((int x, int kw) in horizontal[j])
                                taps.Add(new((c * plane + (y - row) * sourceWidth + x - column) * Lanes.Count,
                                    c * weightStride + kh * kernelWidth + kw));
                    known[rowLook + looks[j]] = list = (first, taps.Count);
                }
                Windows[i * horizontal.Length + j] = new((row * sourceWidth + column) * Lanes.Count, list.First, list.End);
            }
        }
        Taps = [.. taps];
        MostReaders = Readers(vertical, sourceHeight) * Readers(horizontal, sourceWidth);
        Reads = Windows.Sum(window => (long)(window.End - window.First));
        AreFours = Array.TrueForAll(Windows, window => window.End - window.First == 4);
        Unread = channels == 1 ? [.. FindUnread(vertical, horizontal, sourceHeight, sourceWidth)] : [];
        Runs = [.. FindRuns(ChannelWindows.Alike(vertical), ChannelWindows.Alike(horizontal), horizontal.Length, sourceWidth)];
    }

    /// <summary>The windows of adaptive pooling: position i of o along an axis
    /// of n reads floor(i·n/o) up to, not including, ceil((i+1)·n/o).</summary>
    public static TapTable Bins(int inputHeight, int inputWidth, int outputHeight, int outputWidth) =>
        new(Bins(inputHeight, outputHeight), Bins(inputWidth, outputWidth), inputHeight, inputWidth, kernelWidth: 0, channels: 1, weightStride: 0);

    /// <summary>A window per position, row by row.</summary>
    public Window[] Windows { get; }

    /// <summary>The lists of taps, one after the other.</summary>
    public Tap[] Taps { get; }

    /// <summary>All windows, in runs that read alike, as long as they come.</summary>
    public WindowRun[] Runs { get; }

    /// <summary>The most windows, or taps of windows, that read one pixel of one channel.</summary>
    public long MostReaders { get; }

    /// <summary>How many taps all windows have together.</summary>
    public long Reads { get; }

    /// <summary>Whether every window reads four pixels.</summary>
    public bool AreFours { get; }

    /// <summary>The pixels of the only channel that no window reads.</summary>
    public int[] Unread { get; }

    /// <summary>Bytes of the four lists.</summary>
    public long Bytes => (long)Windows.Length * AlignedMemory.SizeOf<Window>() + (long)Taps.Length * AlignedMemory.SizeOf<Tap>()
        + (long)Runs.Length * AlignedMemory.SizeOf<WindowRun>() + (long)Unread.Length * sizeof(int);

    /// <summary>For every position along one axis the sources it reads and the kernel elements it meets, in ascending order of address.</summary>
    internal static List<(int Source, int K)>[] Side(WindowAxis axis, bool transposed)
    {
        var side = new List<(int Source, int K)>[transposed ? axis.Input : axis.Output];
        for (int i = 0; i < side.Length; i++) side[i] = [];
        foreach (AxisTap tap in axis.Taps())
            if (transposed) side[tap.Input].Add((tap.Output, tap.Kernel));
            else side[tap.Output].Add((tap.Input, tap.Kernel));
        foreach (var list in side) list.Sort();
        return side;
    }

    private static List<(int Source, int K)>[] Bins(int input, int output)
    {
        var side = new List<(int Source, int K)>[output];
        for (int i = 0; i < output; i++)
        {
            var (first, end) = Pool2dNaive.Bin(i, input, output);
            side[i] = [.. Enumerable.Range(first, end - first).Select((source, k) => (source, k))];
        }
        return side;
    }

    private static IEnumerable<int> FindUnread(List<(int Source, int K)>[] vertical, List<(int Source, int K)>[] horizontal, int height, int width)
    {
        bool[] rows = AreRead(vertical, height), columns = AreRead(horizontal, width);
        return Enumerable.Range(0, height * width).Where(pixel => !rows[pixel / width] || !columns[pixel % width]);
    }

    private static bool[] AreRead(List<(int Source, int K)>[] side, int sources)
    {
        var read = new bool[sources];
        foreach (var list in side)
            foreach ((int source, _) in list) read[source] = true;
        return read;
    }

    private static long Readers(List<(int Source, int K)>[] side, int sources)
    {
        var readers = new int[sources];
        foreach (var list in side)
            foreach ((int source, int k) in list) readers[source]++;
        return readers.DefaultIfEmpty().Max();
    }

    private static int First(List<(int Source, int K)> side) => side.Count > 0 ? side[0].Source : 0;

    private static string Look(List<(int Source, int K)> side) => string.Join(",", side.Select(tap => $"{tap.Source - First(side)}:{tap.K}"));

    // Grids of windows that read alike, line by line along their longer side: at the edges that is often the column.
    private static IEnumerable<WindowRun> FindRuns(List<AlikeRun> rows, List<AlikeRun> columns, int width, int sourceWidth)
    {
        foreach (AlikeRun y in rows)
            foreach (AlikeRun x in columns)
                for (int line = 0; line < Math.Min(y.Count, x.Count); line++)
                    yield return x.Count >= y.Count
                        ? new((y.Position + line * y.Step) * width + x.Position, x.Count, x.Step, x.SourceStep * Lanes.Count)
                        : new(y.Position * width + x.Position + line * x.Step, y.Count, y.Step * width, y.SourceStep * sourceWidth * Lanes.Count);
    }
}
