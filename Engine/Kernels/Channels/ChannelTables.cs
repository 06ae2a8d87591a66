namespace Scratch.Kernels;

/// <summary>Outputs that all meet some neighbouring elements of the kernel, and the
/// inputs those lie on: what the gradient of these weights sums over.</summary>
/// <param name="Element">The first element, kh·kW + kw.</param>
/// <param name="Taps">How many elements.</param>
/// <param name="Spacing">Pixels from the input under one element to that under the next.</param>
/// <param name="Rows">Rows of outputs, and the rows of inputs under the first element.</param>
/// <param name="Columns">The same for the columns.</param>
internal readonly record struct ChannelPatch(int Element, int Taps, int Spacing, AlikeRun Rows, AlikeRun Columns);

/// <summary>What <see cref="Conv2dChannels"/> needs to know of one convolution,
/// each part worked out when it is first asked for: who reads what, forwards, backwards, and per weight.</summary>
internal sealed class ChannelTables
{
    private const int FewChannels = 12;                                      // fewer than the rows of a tile

    private readonly Lazy<ChannelWindows> _forward, _backward;
    private readonly Lazy<ChannelPatch[]> _patches;
    private readonly Lazy<ChannelGrid[]> _grids;
    private readonly Lazy<bool> _holdAll;

    public ChannelTables(Conv2dGeometry geometry)
    {
        Geometry = geometry;
        IsDepthwise = DepthwiseOf(geometry);
        MergesPatches = IsDepthwise || (geometry.Groups == 1 && geometry.InChannels < FewChannels);
        _forward = new(() => new(geometry, transposed: false));
        _backward = new(() => new(geometry, transposed: true));
        _patches = new(() => [.. FindPatches()]);
        _grids = new(() => [.. ChannelGrid.Of(geometry.Rows, geometry.Columns)]);
        _holdAll = new(() => Grids.Where(grid => grid.IsFirst(geometry.Columns.Kernel)).Sum(grid => grid.Rows.Count * grid.Columns.Count)
            == geometry.OutputPlane);
    }

    public Conv2dGeometry Geometry { get; }

    /// <summary>Whether every channel has a window of its own and goes to one output.</summary>
    public bool IsDepthwise { get; }

    /// <summary>The same of a geometry.</summary>
    public static bool DepthwiseOf(Conv2dGeometry g) => g.Groups > 1 && g.GroupInputs == 1 && g.GroupOutputs == 1;

    /// <summary>Whether neighbouring elements of a kernel's row share a patch: so they
    /// are rows of one tile, where there are too few channels for that.</summary>
    public bool MergesPatches { get; }

    /// <summary>A window per output.</summary>
    public ChannelWindows Forward => _forward.Value;

    /// <summary>A window per input.</summary>
    public ChannelWindows Backward => _backward.Value;

    /// <summary>The outputs that use each weight.</summary>
    public ChannelPatch[] Patches => _patches.Value;

    /// <summary>The same for the channels of a depthwise convolution that fill vectors.</summary>
    public ChannelGrid[] Grids => _grids.Value;

    /// <summary>Whether every output meets an element of the kernel, so that the grids hold it.</summary>
    public bool GridsHoldAll => _holdAll.Value;

    private IEnumerable<ChannelPatch> FindPatches()
    {
        WindowAxis rows = Geometry.Rows, columns = Geometry.Columns;
        var sides = MergesPatches ? [.. ChannelWindows.Alike(columns, transposed: false).SelectMany(run => Neighbours(run, anySpacing: IsDepthwise))]
            : Enumerable.Range(0, columns.Kernel).SelectMany(k => columns.Runs(k).Select(run => (K: k, Taps: 1, Spacing: 1,
                Run: Alike(run)))).ToList();
        for (int kh = 0; kh < rows.Kernel; kh++)
            foreach (AxisRun y in rows.Runs(kh))
                foreach ((int kw, int taps, int spacing, AlikeRun run) in sides)
                    yield return new(kh * columns.Kernel + kw, taps, spacing, Alike(y), run);
    }

    private static AlikeRun Alike(AxisRun run) => new(run.Output, run.Count, 1, run.Input, run.Step, []);

    /// <summary>The taps of windows that read alike, in runs of neighbouring
    /// elements on evenly spaced pixels, or only on pixels side by side.</summary>
    internal static IEnumerable<(int K, int Taps, int Spacing, AlikeRun Run)> Neighbours(AlikeRun windows, bool anySpacing)
    {
        List<(int Source, int K)> taps = windows.Taps;
        for (int first = 0, count; first < taps.Count; first += count)
        {
            int spacing = first + 1 < taps.Count ? taps[first + 1].Source - taps[first].Source : 1;
            for (count = 1; first + count < taps.Count && (anySpacing || spacing == 1); count++)
            {
                (int source, int k) = taps[first + count];
                if (k != taps[first].K + count || source != taps[first].Source + count * spacing) break;
            }
            yield return (taps[first].K, count, spacing, windows with { Source = taps[first].Source });
        }
    }
}
