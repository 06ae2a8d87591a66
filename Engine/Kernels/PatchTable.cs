namespace Scratch.Kernels;

/// <summary>A rectangle of outputs that all meet one element of the kernel, and the inputs it lies on there.</summary>
/// <param name="Element">kh·kW + kw.</param>
/// <param name="Top">First row of outputs.</param>
/// <param name="Bottom">Row after the last.</param>
/// <param name="Width">Outputs of a row.</param>
/// <param name="Output">First output, in numbers from the start of its channel.</param>
/// <param name="Input">First input, in numbers from the start of its channel.</param>
/// <param name="RowStep">Numbers from a row's inputs to those of the next row of outputs.</param>
/// <param name="PixelStep">Numbers from an output's input to the next output's.</param>
internal readonly record struct Patch(int Element, int Top, int Bottom, int Width, int Output, int Input, int RowStep, int PixelStep);

/// <summary>For each element of a kernel the outputs that use it: what the gradient of the weights sums over.</summary>
/// <remarks>With zeros as padding an element has one rectangle; the other modes bend the image at its edges and give a few more.</remarks>
internal sealed class PatchTable
{
    private const int BandPixels = 48;                                       // of outputs: what four channels of them take stays in the L1 cache

    public PatchTable(WindowAxis rows, WindowAxis columns)
    {
        Height = rows.Output;
        KernelLength = rows.Kernel * columns.Kernel;
        OutputRow = columns.Output * Lanes.Count;
        OutputPlane = rows.Output * OutputRow;
        InputPlane = rows.Input * columns.Input * Lanes.Count;
        Band = Math.Max(1, BandPixels / columns.Output);
        var patches = new List<Patch>();
        for (int kh = 0; kh < rows.Kernel; kh++)
            for (int kw = 0; kw < columns.Kernel; kw++)
                foreach (AxisRun y in rows.Runs(kh))
                    foreach (AxisRun x in columns.Runs(kw))
                        patches.Add(new(kh * columns.Kernel + kw, y.Output, y.Output + y.Count, x.Count,
                            (y.Output * columns.Output + x.Output) * Lanes.Count,
                            (y.Input * columns.Input + x.Input) * Lanes.Count, y.Step * columns.Input * Lanes.Count, x.Step * Lanes.Count));
        Patches = [.. patches];
    }

    /// <summary>The rectangles, element by element.</summary>
    public Patch[] Patches { get; }

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
