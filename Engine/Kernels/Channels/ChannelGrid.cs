using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels;

/// <summary>Outputs that all meet some neighbouring elements of a depthwise kernel, up to three by three, and the inputs under these.</summary>
/// <param name="Element">The first element, kh·kW + kw.</param>
/// <param name="Lines">How many rows of elements.</param>
/// <param name="Taps">How many elements of each.</param>
/// <param name="LineSpacing">Rows of inputs from one row of elements to the next.</param>
/// <param name="TapSpacing">Pixels from the input under one element to that under its neighbour.</param>
/// <param name="Rows">Rows of outputs, and the rows of inputs under the first element.</param>
/// <param name="Columns">The same for the columns.</param>
internal readonly record struct ChannelGrid(int Element, int Lines, int Taps, int LineSpacing, int TapSpacing, AlikeRun Rows, AlikeRun Columns)
{
    /// <summary>The most elements of a line, and the most lines: their sums fit into 16 registers, with what they are multiplied by.</summary>
    public const int Most = 3;

    /// <summary>Whether these are the first elements that its outputs meet: of the grids that hold an output one is.</summary>
    public bool IsFirst(int kernelColumns) => Element == Rows.Taps[0].K * kernelColumns + Columns.Taps[0].K;

    /// <summary>All of a convolution: for each box of outputs that read alike, its elements in grids.</summary>
    public static IEnumerable<ChannelGrid> Of(WindowAxis rows, WindowAxis columns)
    {
        var sides = Parts(columns).ToList();
        foreach ((int kh, int lines, int lineSpacing, AlikeRun y) in Parts(rows))
            foreach ((int kw, int taps, int tapSpacing, AlikeRun x) in sides)
                yield return new(kh * columns.Kernel + kw, lines, taps, lineSpacing, tapSpacing, y, x);
    }

    /// <summary>Along one axis: outputs that read alike, with up to three neighbouring elements at a time, as evenly as they go.</summary>
    private static IEnumerable<(int K, int Taps, int Spacing, AlikeRun Run)> Parts(WindowAxis axis)
    {
        foreach (AlikeRun alike in ChannelWindows.Alike(axis, transposed: false))
            foreach ((int k, int taps, int spacing, AlikeRun run) in ChannelTables.Neighbours(alike, anySpacing: true))
                for (int first = 0, count; first < taps; first += count)
                {
                    int parts = (taps - first + Most - 1) / Most;
                    count = (taps - first + parts - 1) / parts;
                    yield return (k + first, count, spacing, run with { Source = run.Source + first * spacing });
                }
    }
}

/// <summary>Lines of a tile's rows: sums of a grid of elements, each of which reads a place of its own, times what all share.</summary>
internal unsafe interface ILines<G, X, T> where G : unmanaged, ILines<G, X, T> where T : unmanaged
{
    /// <summary>Adds to every sum what its place has, times x; places are a step apart in a line, and lines a line step.</summary>
    void Add(T* at, nint step, nint lineStep, X x);

    /// <summary>Writes the sums alike.</summary>
    void Write(T* to, nint step, nint lineStep);
}

/// <summary>One line.</summary>
internal unsafe struct OneLine<R, X, T> : ILines<OneLine<R, X, T>, X, T> where R : unmanaged, ITile<R, X, T> where T : unmanaged
{
#pragma warning disable CS0649                                               // sums start as zeros, and Add changes them in place
    private R _line;
#pragma warning restore CS0649

    [MethodImpl(AggressiveInlining)]
    public void Add(T* at, nint step, nint lineStep, X x) => _line.Add(at, step, x);

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint step, nint lineStep) => _line.Write(to, step, 0);
}

/// <summary>Two lines.</summary>
internal unsafe struct TwoLines<R, X, T> : ILines<TwoLines<R, X, T>, X, T> where R : unmanaged, ITile<R, X, T> where T : unmanaged
{
#pragma warning disable CS0649                                               // sums start as zeros, and Add changes them in place
    private R _first, _second;
#pragma warning restore CS0649

    [MethodImpl(AggressiveInlining)]
    public void Add(T* at, nint step, nint lineStep, X x)
    {
        _first.Add(at, step, x);
        _second.Add(at + lineStep, step, x);
    }

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint step, nint lineStep)
    {
        _first.Write(to, step, 0);
        _second.Write(to + lineStep, step, 0);
    }
}

/// <summary>Three lines.</summary>
internal unsafe struct ThreeLines<R, X, T> : ILines<ThreeLines<R, X, T>, X, T> where R : unmanaged, ITile<R, X, T> where T : unmanaged
{
#pragma warning disable CS0649                                               // sums start as zeros, and Add changes them in place
    private R _first, _second, _third;
#pragma warning restore CS0649

    [MethodImpl(AggressiveInlining)]
    public void Add(T* at, nint step, nint lineStep, X x)
    {
        _first.Add(at, step, x);
        _second.Add(at + lineStep, step, x);
        _third.Add(at + 2 * lineStep, step, x);
    }

    [MethodImpl(AggressiveInlining)]
    public void Write(T* to, nint step, nint lineStep)
    {
        _first.Write(to, step, 0);
        _second.Write(to + lineStep, step, 0);
        _third.Write(to + 2 * lineStep, step, 0);
    }
}
