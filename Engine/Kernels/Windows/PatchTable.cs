namespace Scratch.Kernels;

/// <summary>How to walk over the numbers of a patch: from one to the next, to the next line, and to the next row (or column) of a tile.</summary>
internal readonly record struct PatchSteps(nint Step, nint Line, nint Plane);

/// <summary>A rectangle of outputs that all meet one element of the kernel, or some neighbours in its row, and the inputs under the first.</summary>
/// <param name="Element">The first element, kh·kW + kw.</param>
/// <param name="Taps">How many elements.</param>
/// <param name="Top">First row of outputs.</param>
/// <param name="Bottom">Row after the last.</param>
/// <param name="Width">Outputs of a row.</param>
/// <param name="Output">First output, in numbers from the start of its channel.</param>
/// <param name="Input">First input, in numbers from the start of its channel.</param>
/// <param name="Outputs">Over the outputs; planes are channels.</param>
/// <param name="Inputs">Over the inputs; planes are channels, or elements where there are several.</param>
internal readonly record struct Patch(
    int Element, int Taps, int Top, int Bottom, int Width, int Output, int Input, PatchSteps Outputs, PatchSteps Inputs);

/// <summary>For each element of a kernel the outputs that use it: what the gradient of the weights sums over.</summary>
/// <remarks>With zeros as padding an element has one rectangle; the other modes bend the image at its edges and give a few more.</remarks>
internal sealed class PatchTable
{
    public const int BandPixels = 48;
    private const int SmallPlane = 64;                          // of outputs: what four channels of them take stays in the L1 cache

    public PatchTable(WindowAxis rows, WindowAxis columns)
    {
        Height = rows.Output;
        KernelLength = rows.Kernel * columns.Kernel;
        OutputRow = columns.Output * Lanes.Count;
        OutputPlane = rows.Output * OutputRow;
        InputPlane = rows.Input * columns.Input * Lanes.Count;
        int most = rows.Output * columns.Output <= SmallPlane ? SmallPlane : BandPixels;
        int bandRows = Math.Max(1, most / Math.Max(1, columns.Output)), bands = Math.Max(1, (Height + bandRows - 1) / bandRows);
        Band = Math.Max(1, (Height + bands - 1) / bands);
        var patches = new List<Patch>();
        var neighbours = new List<Patch>();
        var sides = ChannelWindows.Alike(columns, transposed: false).SelectMany(run => ChannelTables.Neighbours(run, anySpacing: true)).ToList();
        (PatchesAt, NeighboursAt) = (new int[rows.Kernel + 1], new int[rows.Kernel + 1]);
        for (int kh = 0; kh < rows.Kernel; kh++)
        {
            foreach (AxisRun y in rows.Runs(kh))
            {
                for (int kw = 0; kw < columns.Kernel; kw++)
                    foreach (AxisRun x in columns.Runs(kw)) patches.Add(At(y, kh, kw, 1, InputPlane, new(x.Output, x.Count, 1, x.Input, x.Step, [])));
                foreach ((int kw, int taps, int spacing, AlikeRun x) in sides) neighbours.Add(At(y, kh, kw, taps, spacing * Lanes.Count, x));
            }
            (PatchesAt[kh + 1], NeighboursAt[kh + 1]) = (patches.Count, neighbours.Count);
        }
        (Patches, Neighbours) = ([.. patches], [.. neighbours]);

        Patch At(AxisRun y, int kh, int kw, int taps, int plane, AlikeRun x) =>
            new(kh * columns.Kernel + kw, taps, y.Output, y.Output + y.Count, x.Count, (y.Output * columns.Output + x.Position) * Lanes.Count,
                (y.Input * columns.Input + x.Source) * Lanes.Count, new(x.Step * Lanes.Count, OutputRow, OutputPlane),
                new(x.SourceStep * Lanes.Count, y.Step * columns.Input * Lanes.Count, plane));
    }

    /// <summary>The rectangles, element by element.</summary>
    public Patch[] Patches { get; }

    /// <summary>The same with as many neighbouring elements together as the outputs meet.</summary>
    public Patch[] Neighbours { get; }

    /// <summary>Where the rectangles of each row of the kernel begin; at last, where they end.</summary>
    public int[] PatchesAt { get; }

    /// <summary>The same of <see cref="Neighbours"/>.</summary>
    public int[] NeighboursAt { get; }

    /// <summary>Rows of outputs.</summary>
    public int Height { get; }

    /// <summary>Rows of outputs to take at a time.</summary>
    public int Band { get; }

    /// <summary>Elements of the kernel in one channel.</summary>
    public int KernelLength { get; }

    /// <summary>Numbers of one row of one output channel.</summary>
    public int OutputRow { get; }

    /// <summary>Numbers of one output channel.</summary>
    public int OutputPlane { get; }

    /// <summary>Numbers of one input channel.</summary>
    public int InputPlane { get; }
}
