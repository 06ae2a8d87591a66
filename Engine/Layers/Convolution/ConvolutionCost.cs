using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>What a block of one convolution is expected to take in either layout, in nanoseconds: by this a plan chooses.</summary>
/// <remarks>
/// A sum over what an algorithm does, tiles, taps of tiles, packing, each times a price (<see cref="ChorePrices"/>). Counts follow from the shape,
/// from the number of images and from the vector's width, never from threads: so one choice, and one order of sums, everywhere. Padding that an
/// algorithm skips is not counted. It need not be right, it must rank: docs/performance.md.
/// </remarks>
internal sealed partial class ConvolutionCost
{
    private const int FarBlock = 1 << 18, FarNumbers = 1 << 18, GradientPixels = 48, SmallPatch = 192, LargePatch = 1024, FewChannels = 12;

    private readonly Conv2dGeometry _g;
    private readonly Grid _forward, _backward;
    private readonly long _taps;

    public ConvolutionCost(Conv2dGeometry geometry)
    {
        _g = geometry;
        (_forward, _backward) = (new(geometry, transposed: false), new(geometry, transposed: true));
        _taps = _forward.Boxes.Sum(box => box.Windows * box.Taps);
    }

    /// <summary>Nanoseconds for one direction where the images already lie as the algorithm has them.</summary>
    public double InOwnLayout(ConvolutionAlgorithm algorithm, Conv2dDirection direction, int images, int vector) =>
        ChorePrices.For(vector).Of(Count(algorithm, direction, images, vector));

    /// <summary>What is done for that.</summary>
    public ChoreCounts Count(ConvolutionAlgorithm algorithm, Conv2dDirection direction, int images, int vector)
    {
        if (algorithm == ConvolutionAlgorithm.Winograd) return Winograd(direction, WinogradOutputs(direction, images, prepared: false, vector),
            images, prepared: false, vector);
        ChoreCounts counts = (algorithm, direction) switch
        {
            (ConvolutionAlgorithm.Channels, Conv2dDirection.BackwardWeight) => ChannelsWeight(images, vector),
            (ConvolutionAlgorithm.Channels, _) => Channels(direction == Conv2dDirection.BackwardInput, images, vector),
            (_, Conv2dDirection.BackwardWeight) => LanesWeight(vector),
            _ => Lanes(direction == Conv2dDirection.BackwardInput, vector),
        };
        counts[Chore.FarNumber] = Far((long)(algorithm == ConvolutionAlgorithm.Channels ? images : Kernels.Lanes.Count) * ((long)_g.InputShape.Length
            + _g.OutputShape.Length));
        return counts;
    }

    /// <summary>How many of some numbers come from beyond a core's own cache: all of them, if there are more than it holds.</summary>
    public static double Far(long numbers) => numbers > FarNumbers ? numbers : 0;

    /// <summary>How much of a full block a tile fetches from beyond the caches: it reads every channel's plane at its taps.</summary>
    private double Farness => Math.Min(1, (double)_g.InputShape.Length * Kernels.Lanes.Count / FarBlock);

    /// <summary>All 32 lanes, filled or not. A tile holds 8, 4 or 1 channels; where there is one channel in all, 8 windows that lie side by
    /// side.</summary>
    private ChoreCounts Lanes(bool backward, int vector)
    {
        int rows = backward ? _g.GroupInputs : _g.GroupOutputs, depth = backward ? _g.GroupOutputs : _g.GroupInputs;
        int tiles = Processor.HasManyRegisters ? rows / 8 + rows % 8 / 4 + rows % 4 : rows / 4 + rows % 4;
        double times = _g.Groups * (double)Kernels.Lanes.Count / (2 * vector);
        var counts = new ChoreCounts();
        foreach (Box box in (backward ? _backward : _forward).Boxes)
        {
            double taps = (double)box.Taps * depth, columns = box.IsDense ? box.Columns / 8 + box.Columns % 8 : box.Columns;
            double windows = rows > 1 ? (double)box.Windows * tiles : box.Rows * columns, products = (double)box.Windows * rows * taps;
            counts[Chore.LanesTile] += times * windows;
            counts[Chore.LanesTap] += times * windows * taps;
            counts[rows > 1 ? Chore.LanesRow : Chore.LanesShiftedRow] += times * products;
            counts[Chore.LanesFar] += times * products * Farness;
        }
        return counts;
    }

    /// <summary>For every tap that some output uses, tiles of up to four by four channels; their lanes are summed every few rows of the
    /// image.</summary>
    private ChoreCounts LanesWeight(int vector)
    {
        int tiles = (_g.GroupOutputs / 4 + _g.GroupOutputs % 4) * (_g.GroupInputs / 4 + _g.GroupInputs % 4),
            bands = (_g.OutputPlane + GradientPixels - 1) / GradientPixels;
        double taps = _g.Groups * (double)_taps * Kernels.Lanes.Count / (2 * vector), products = taps * _g.GroupOutputs * _g.GroupInputs;
        return new()
        {
            [Chore.LanesGradientTap] = taps * tiles,
            [Chore.LanesProduct] = products,
            [Chore.LanesFar] = products * Farness,
            [Chore.LanesGradientEnd] = (double)_g.Groups * bands * _g.KernelLength * tiles,
        };
    }

    /// <summary>Pairs of vectors of written channels; rows of a tile are columns, rows or images, whichever of them waste least.</summary>
    private ChoreCounts Channels(bool backward, int images, int vector)
    {
        Grid grid = backward ? _backward : _forward;
        double taps = 0, tiles = 0;
        foreach (Box box in grid.Boxes)
        {
            var (cost, count) = new[] { Tiles(images, box.Windows), Tiles(box.Columns, (long)box.Rows * images),
                Tiles(box.Rows, (long)box.Columns * images) }.MinBy(way => way.Cost);
            taps += cost * box.Taps;
            tiles += count;
        }
        int step = ChannelPlan.ImageStep(images), pieces = (images + step - 1) / step;
        int rows = ChannelPlan.MostBandRows(grid.Height, grid.Width, step), bands = (grid.Height + rows - 1) / rows;
        var counts = new ChoreCounts();
        foreach (var (groups, depth, block) in Parts(backward, vector))
        {
            var (pairs, singles) = Vectors(block, vector);
            double weights = (double)groups * block * depth * _g.KernelLength;
            if (IsDepthwise && groups == 1) counts[Chore.ChannelsDepthwise] += taps * (2 * pairs + singles);
            else
            {
                counts[Chore.ChannelsPair] += groups * taps * depth * pairs;
                counts[Chore.ChannelsSingle] += groups * taps * depth * singles;
            }
            counts[Chore.ChannelsTile] += groups * tiles * (pairs + singles);
            counts[Chore.ChannelsBox] += (double)groups * bands * pieces * grid.Boxes.Length * (pairs + singles);
            counts[Chore.ChannelsPacked] += weights;
            counts[Chore.ChannelsFarWeight] += Far((long)weights) * bands * pieces;
        }
        return counts;
    }

    /// <summary>For every tap that some output uses, tiles of input channels by pairs of vectors of output channels, patch by patch.</summary>
    private ChoreCounts ChannelsWeight(int images, int vector)
    {
        bool merges = IsDepthwise || (_g.Groups == 1 && _g.InChannels < FewChannels);
        int most = merges ? LargePatch : SmallPatch, rows = Math.Max(1, most / _g.Columns.Output), atOnce = Math.Max(1, most / _g.OutputPlane);
        int patches = _g.OutputPlane >= most ? images * ((_g.Rows.Output + rows - 1) / rows) : (images + atOnce - 1) / atOnce, merged = merges
            ? _g.Columns.Kernel : 1;
        var counts = new ChoreCounts();
        foreach (var (groups, depth, block) in Parts(backward: false, vector))
        {
            var (cost, tiles) = Tiles(merged * depth, 1);
            double taps = groups * (double)images * _taps * cost / merged;
            var (pairs, singles) = Vectors(block, vector);
            if (IsDepthwise && groups == 1) counts[Chore.ChannelsGradientDepthwise] += taps * (2 * pairs + singles);
            else
            {
                counts[Chore.ChannelsGradientPair] += taps * pairs;
                counts[Chore.ChannelsGradientSingle] += taps * singles;
            }
            counts[Chore.ChannelsGradientPacked] += (double)groups * block * depth * _g.KernelLength;
            counts[Chore.ChannelsGradientTile] += (double)groups * patches * _g.KernelLength * tiles / merged * (pairs + singles);
        }
        return counts;
    }

    private bool IsDepthwise => _g.Groups > 1 && _g.GroupInputs == 1 && _g.GroupOutputs == 1;

    /// <summary>Groups that are computed alike: depthwise, those that fill vectors are one group of many channels that do not mix.</summary>
    private IEnumerable<(int Groups, int Depth, int Block)> Parts(bool backward, int vector)
    {
        int apart = IsDepthwise ? _g.Groups / vector * vector : 0;
        if (apart > 0) yield return (1, 1, apart);
        if (apart < _g.Groups) yield return backward ? (_g.Groups - apart, _g.GroupOutputs, _g.GroupInputs) : (_g.Groups - apart, _g.GroupInputs,
            _g.GroupOutputs);
    }

    private static (int Pairs, int Singles) Vectors(int channels, int vector)
    {
        int rest = channels % (2 * vector);
        return (channels / (2 * vector) + (rest > vector ? 1 : 0), rest > 0 && rest <= vector ? 1 : 0);
    }

    /// <summary>Rows of all tiles along an axis, those that fewer than four leave idle counted, and how many tiles.</summary>
    private static (double Cost, double Count) Tiles(int length, long times)
    {
        var sizes = TileSizes.Of(length);
        return ((double)sizes.Cost * times, (double)sizes.Count * times);
    }

    /// <summary>Windows that read alike, in a grid, and the taps of each; dense if its columns are neighbours.</summary>
    private readonly record struct Box(int Rows, int Columns, int Taps, bool IsDense)
    {
        public long Windows => (long)Rows * Columns;
    }

    /// <summary>All windows in one direction.</summary>
    private sealed class Grid(Conv2dGeometry g, bool transposed)
    {
        public int Height { get; } = transposed ? g.Rows.Input : g.Rows.Output;

        public int Width { get; } = transposed ? g.Columns.Input : g.Columns.Output;

        public Box[] Boxes { get; } = [.. ChannelWindows.Alike(g.Rows, transposed).SelectMany(y => ChannelWindows.Alike(g.Columns, transposed)
            .Select(x => new Box(y.Count, x.Count, y.Taps.Count * x.Taps.Count, x.Count == 1 || x.Step == 1)))];
    }
}
