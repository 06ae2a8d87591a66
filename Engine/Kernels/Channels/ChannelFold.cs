using System.Diagnostics;

namespace Scratch.Kernels;

/// <summary>The sizes of <see cref="Conv2dChannels"/>' input gradient by a matrix product and a fold, for a vector of so many numbers.</summary>
/// <remarks>
/// A window is a row of numbers, [kH, kW, inC]: what it gives to the inputs under it are so many columns of a matrix. The rows of inputs that an
/// output's window moves on by, strideW pixels of all channels, are a step; a row of the kernel spans a few of them, the last perhaps in part:
/// <code>
///   kW = 7, strideW = 2, inC = 3:    | 6 numbers | 6 numbers | 6 numbers | 3 |        Shifts = 4, StepLength = 6, LastLength = 3
/// </code>
/// So a step of inputs adds up one such part of each of <see cref="Shifts"/> neighbouring windows, for every row of windows that reaches it.
/// </remarks>
internal readonly struct ChannelFold
{
    private const int CacheBytes = 640 << 10;                                // for the rows of columns that wait: part of an L2 cache

    public ChannelFold(Conv2dGeometry g, int vector)
    {
        WindowAxis x = g.Columns;
        Columns = g.KernelLength * g.InChannels;
        Pitch = (Columns + vector - 1) / vector * vector;
        StepLength = x.Stride * g.InChannels;
        Shifts = (x.Kernel + x.Stride - 1) / x.Stride;
        LastLength = (x.Kernel - (Shifts - 1) * x.Stride) * g.InChannels;
        Steps = (x.Input - 1 + x.Padding) / x.Stride + 1;
        Positions = Math.Max(Steps, x.Output) + Shifts - 1;
        WaitingRows = (g.Rows.Kernel - 1) / g.Rows.Stride + 1;
    }

    /// <summary>Numbers of a window: kH·kW·inC.</summary>
    public int Columns { get; }

    /// <summary>The same in whole vectors.</summary>
    public int Pitch { get; }

    /// <summary>Numbers that a row of inputs moves on by from window to window: strideW·inC.</summary>
    public int StepLength { get; }

    /// <summary>Windows of a row that reach one step of inputs.</summary>
    public int Shifts { get; }

    /// <summary>Numbers of a row of the kernel that lie in its last step.</summary>
    public int LastLength { get; }

    /// <summary>Steps of a row of inputs, from its padding on.</summary>
    public int Steps { get; }

    /// <summary>Windows of a row, with zeros at both ends for those that are not there.</summary>
    public int Positions { get; }

    /// <summary>Rows of windows that reach one row of inputs.</summary>
    public int WaitingRows { get; }

    /// <summary>Numbers of the columns of one row of windows.</summary>
    public int RowLength => Positions * Pitch;

    /// <summary>Numbers to borrow for a piece: packed weights, rows of columns, one row of inputs, the mask of the last step.</summary>
    public int Length(Conv2dGeometry g, int vector) => g.OutChannels * Pitch + WaitingRows * RowLength + 2 * vector + (Steps + 1) * StepLength
        + vector;

    /// <summary>Whether it is faster than one vector of input channels for every tap, which leaves most of a vector empty where they are
    /// few.</summary>
    public static bool Pays(Conv2dGeometry g, int vector, int size)
    {
        if (g.Groups > 1 || !IsPlain(g.Rows) || !IsPlain(g.Columns)) return false;
        var fold = new ChannelFold(g, vector);
        Debug.Assert(fold.LastLength > 0 && fold.LastLength <= fold.StepLength);
        long direct = (long)g.OutChannels * g.KernelLength * Vectors(g.InChannels, vector);
        long product = (long)g.OutChannels * fold.Pitch / vector, adding = 2L * g.Rows.Kernel * fold.Shifts * Vectors(fold.StepLength, vector);
        return (double)fold.WaitingRows * fold.Positions * fold.Pitch * size <= CacheBytes && product + adding < direct * 3 / 4;
    }

    private static bool IsPlain(WindowAxis axis) => axis.Dilation == 1 && axis.Stride <= axis.Input
        && (axis is { Padding: 0, EndPadding: <= 0 } || axis.Mode == PaddingMode.Zeros);

    private static int Vectors(int numbers, int vector) => (numbers + vector - 1) / vector;
}
