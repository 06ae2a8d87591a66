using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>What a block of one convolution is expected to take by each algorithm, in nanoseconds: by this a plan chooses its layout.</summary>
/// <remarks>
/// A sum over what an algorithm does: tiles, taps of tiles, products, packing, copying, each times a price. Counts follow from the shape, from the
/// number of images and from the vector's width, never from threads: so one choice, and one order of sums, everywhere. Padding that an algorithm
/// skips is not counted. The prices are least squares of the relative error over three sweeps of 150 random convolutions (<c>scratch bench
/// --sweep</c>) on a 512-bit processor; half of the predictions are within a fourth. It need not be right, it must rank: docs/performance.md.
/// </remarks>
internal sealed partial class ConvolutionCost
{
    // Lanes: a tile of rows is called for, loads its pixel for every tap, and multiplies a pair of vectors in each row.
    private const double LanesTile = 3, LanesTap = 0.75, LanesRow = 0.2, LanesShiftedRow = 0.49;
    private const double LanesGradientTap = 0.67, LanesProduct = 0.49, LanesGradientEnd = 1;
    private const double LanesFarNumber = 0.07;                             // of a block that is larger than the caches, to be fetched again

    // Channels: a tile, and one of its rows for a tap, with two vectors of channels or one; a piece of work for a kind of window; packing a weight.
    private const double ChannelsTile = 21, ChannelsPair = 0.3, ChannelsSingle = 0.23, ChannelsBox = 17, ChannelsPacked = 0.2, ChannelsCall = 190;
    private const double ChannelsGradientTile = 17, ChannelsGradientPair = 0.47, ChannelsGradientSingle = 0.3, ChannelsGradientPacked = 0.77;

    // Im2Col: a product, a number unfolded or folded, a call of the matrix product, packing a weight.
    private const double Im2ColProduct = 0.0157, Im2ColUnfolded = 1.2, Im2ColFolded = 1.4, Im2ColCall = 95, Im2ColPacked = 0.55;

    // From lanes to images and back: an image's number, and a number of the block, filled or not.
    private const double CopiedToChannels = 0.66, CopiedByBlockToChannels = 0.043, CopiedToImages = 0.45, CopiedByBlockToImages = 0.034;

    private const double MostBorrowed = 1 << 30;
    private const double MostFarness = 0.5;
    private const int FarBlock = 1 << 18, FarNumbers = 1 << 19, GradientPixels = 48, SmallPatch = 192, LargePatch = 1024, FewChannels = 12;

    /// <summary>Numbers of the vectors for which the prices hold.</summary>
    public const int PricedVector = 16;

    private readonly Conv2dGeometry _g;
    private readonly Grid _forward, _backward;
    private readonly long _taps;
    private volatile Choices? _choices;

    public ConvolutionCost(Conv2dGeometry geometry)
    {
        _g = geometry;
        (_forward, _backward) = (new(geometry, transposed: false), new(geometry, transposed: true));
        _taps = _forward.Boxes.Sum(box => box.Windows * box.Taps);
    }

    /// <summary>How to compute the outputs of a block with so many images.</summary>
    public ConvolutionAlgorithm Forward<V, T>(int images) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        For<V, T>().Forward[images];

    /// <summary>How to compute the gradients.</summary>
    public ConvolutionAlgorithm Backward<V, T>(int images, bool writesInput) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        (writesInput ? For<V, T>().Backward : For<V, T>().BackwardWeight)[images];

    /// <summary>The most images of a block that are computed by an algorithm in any direction; 0 if it is never chosen.</summary>
    public int MostImages<V, T>(ConvolutionAlgorithm algorithm) where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T>
    {
        Choices choices = For<V, T>();
        return Math.Max(Array.LastIndexOf(choices.Forward, algorithm),
            Math.Max(Array.LastIndexOf(choices.Backward, algorithm), Array.LastIndexOf(choices.BackwardWeight, algorithm))) is var most and > 0 ? most : 0;
    }

    /// <summary>Nanoseconds for one direction where the images already lie as the algorithm has them.</summary>
    public double InOwnLayout(ConvolutionAlgorithm algorithm, Conv2dDirection direction, int images, int vector) => algorithm switch
    {
        ConvolutionAlgorithm.Lanes => Farness * (direction == Conv2dDirection.BackwardWeight ? LanesWeight(vector) : Lanes(direction == Conv2dDirection.BackwardInput, vector)),
        ConvolutionAlgorithm.Channels => direction == Conv2dDirection.BackwardWeight ? ChannelsWeight(images, vector)
            : Channels(direction == Conv2dDirection.BackwardInput, images, vector),
        ConvolutionAlgorithm.Winograd => Winograd(direction, WinogradOutputs(direction, images, prepared: false), images, prepared: false) * PricedVector / vector,
        _ => Im2Col(direction, images, vector),
    };

    /// <summary>Nanoseconds to bring a block's numbers from lanes into an algorithm's layout, or back.</summary>
    private static double Copies(ConvolutionAlgorithm algorithm, long numbers, int images) => algorithm switch
    {
        ConvolutionAlgorithm.Lanes => LanesFarNumber * Math.Max(0, numbers * Kernels.Lanes.Count - FarNumbers),
        ConvolutionAlgorithm.Channels => numbers * (images * CopiedToChannels + Kernels.Lanes.Count * CopiedByBlockToChannels) + ChannelsCall,
        _ => numbers * (images * CopiedToImages + Kernels.Lanes.Count * CopiedByBlockToImages),
    };

    /// <summary>By what a full block slows lanes down: a tile reads every channel's plane at its taps, and where all of them are more than a cache holds, each comes from afar.</summary>
    private double Farness => 1 + MostFarness * Math.Min(1, (double)_g.InputShape.Length * Kernels.Lanes.Count / FarBlock);

    private Choices For<V, T>() where V : unmanaged, IVector<V, T> where T : unmanaged, INumber<T> =>
        _choices is { } known && known.Vector == V.Count ? known : _choices = Choose(V.Count);

    private Choices Choose(int vector)
    {
        var choices = new Choices(vector);
        long input = _g.InputShape.Length, output = _g.OutputShape.Length;
        for (int n = 1; n <= Kernels.Lanes.Count; n++)
        {
            choices.Forward[n] = Least(n, algorithm => InOwnLayout(algorithm, Conv2dDirection.Forward, n, vector) + Copies(algorithm,
                input + output, n));
            choices.BackwardWeight[n] = Least(n, algorithm => InOwnLayout(algorithm, Conv2dDirection.BackwardWeight, n, vector) + Copies(algorithm,
                input + output, n));
            choices.Backward[n] = Least(n, algorithm => InOwnLayout(algorithm, Conv2dDirection.BackwardWeight, n, vector)
                + InOwnLayout(algorithm, Conv2dDirection.BackwardInput, n, vector) + Copies(algorithm, (algorithm == ConvolutionAlgorithm.Lanes ? 1 : 2) * input + output, n));
        }
        return choices;
    }

    // What would borrow more than one array can hold is not chosen.
    private ConvolutionAlgorithm Least(int images, Func<ConvolutionAlgorithm, double> cost)
    {
        double copies = (double)images * ((double)_g.InputShape.Length + _g.OutputShape.Length),
            unfolded = (double)_g.InChannels * _g.KernelLength * _g.OutputPlane;
        if (copies > MostBorrowed) return ConvolutionAlgorithm.Lanes;
        double lanes = cost(ConvolutionAlgorithm.Lanes), channels = cost(ConvolutionAlgorithm.Channels), im2Col = copies + unfolded > MostBorrowed
            ? double.PositiveInfinity : cost(ConvolutionAlgorithm.Im2Col);
        return lanes <= Math.Min(channels, im2Col) ? ConvolutionAlgorithm.Lanes : channels <= im2Col ? ConvolutionAlgorithm.Channels : ConvolutionAlgorithm.Im2Col;
    }

    /// <summary>All 32 lanes, filled or not. A tile holds 8, 4 or 1 channels; where there is one channel in all, 8 windows that lie side by side.</summary>
    private double Lanes(bool backward, int vector)
    {
        int rows = backward ? _g.GroupInputs : _g.GroupOutputs, depth = backward ? _g.GroupOutputs : _g.GroupInputs;
        int tiles = Processor.HasManyRegisters ? rows / 8 + rows % 8 / 4 + rows % 4 : rows / 4 + rows % 4;
        double time = 0;
        foreach (Box box in (backward ? _backward : _forward).Boxes)
        {
            double taps = (double)box.Taps * depth;
            time += rows > 1 ? box.Windows * (tiles * (LanesTile + taps * LanesTap) + rows * taps * LanesRow)
                : box.Rows * ((box.IsDense ? box.Columns / 8 + box.Columns % 8 : box.Columns) * (LanesTile + taps * LanesTap) + box.Columns * taps * LanesShiftedRow);
        }
        return time * _g.Groups * Kernels.Lanes.Count / (2 * vector);
    }

    /// <summary>For every tap that some output uses, tiles of up to four by four channels; their lanes are summed every few rows of the image.</summary>
    private double LanesWeight(int vector)
    {
        int tiles = (_g.GroupOutputs / 4 + _g.GroupOutputs % 4) * (_g.GroupInputs / 4 + _g.GroupInputs % 4), bands = (_g.OutputPlane + GradientPixels - 1) / GradientPixels;
        double taps = _taps * (tiles * LanesGradientTap + (double)_g.GroupOutputs * _g.GroupInputs * LanesProduct) * Kernels.Lanes.Count / (2 * vector);
        return _g.Groups * (taps + (double)bands * _g.KernelLength * tiles * LanesGradientEnd);
    }

    /// <summary>Pairs of vectors of written channels; rows of a tile are columns, rows or images, whichever of them waste least.</summary>
    private double Channels(bool backward, int images, int vector)
    {
        Grid grid = backward ? _backward : _forward;
        double taps = 0, tiles = 0;
        foreach (Box box in grid.Boxes)
        {
            var (cost, count) = new[] { Tiles(images, box.Windows), Tiles(box.Columns, (long)box.Rows * images), Tiles(box.Rows, (long)box.Columns * images) }.MinBy(way => way.Cost);
            taps += cost * box.Taps;
            tiles += count;
        }
        int step = ChannelPlan.ImageStep(images), pieces = (images + step - 1) / step;
        int bands = (grid.Height + ChannelPlan.BandRows(grid.Height, grid.Width, step) - 1) / ChannelPlan.BandRows(grid.Height, grid.Width, step);
        double time = 0;
        foreach (var (groups, depth, block) in Parts(backward, vector))
        {
            var (pairs, singles) = Vectors(block, vector);
            time += groups * (taps * depth * (pairs * ChannelsPair + singles * ChannelsSingle) + (tiles * ChannelsTile + (double)bands * pieces * grid.Boxes.Length * ChannelsBox) * (pairs + singles)
                + (double)block * depth * _g.KernelLength * ChannelsPacked);
        }
        return time;
    }

    /// <summary>For every tap that some output uses, tiles of input channels by pairs of vectors of output channels, patch by patch.</summary>
    private double ChannelsWeight(int images, int vector)
    {
        bool merges = IsDepthwise || (_g.Groups == 1 && _g.InChannels < FewChannels);
        int most = merges ? LargePatch : SmallPatch, rows = Math.Max(1, most / _g.Columns.Output), atOnce = Math.Max(1, most / _g.OutputPlane);
        int patches = _g.OutputPlane >= most ? images * ((_g.Rows.Output + rows - 1) / rows) : (images + atOnce - 1) / atOnce;
        double time = 0;
        foreach (var (groups, depth, block) in Parts(backward: false, vector))
        {
            var (cost, tiles) = Tiles(merges ? _g.Columns.Kernel * depth : depth, 1);
            double taps = (double)images * _taps * cost / (merges ? _g.Columns.Kernel : 1);
            var (pairs, singles) = Vectors(block, vector);
            time += groups * (taps * (pairs * ChannelsGradientPair + singles * ChannelsGradientSingle) + (double)block * depth * _g.KernelLength * ChannelsGradientPacked
                + (double)patches * _g.KernelLength * tiles / (merges ? _g.Columns.Kernel : 1) * (pairs + singles) * ChannelsGradientTile);
        }
        return time;
    }

    private double Im2Col(Conv2dDirection direction, int images, int vector)
    {
        double unfolded = (double)_g.WindowLength * _g.OutputPlane * (direction == Conv2dDirection.Forward ? Im2ColUnfolded : Im2ColFolded);
        double products = (double)_g.GroupOutputs * _g.OutputPlane * _g.WindowLength * Im2ColProduct * PricedVector / vector;
        return (double)images * _g.Groups * (products + unfolded + Im2ColCall + (double)_g.GroupOutputs * _g.WindowLength * Im2ColPacked);
    }

    private bool IsDepthwise => _g.Groups > 1 && _g.GroupInputs == 1 && _g.GroupOutputs == 1;

    /// <summary>Groups that are computed alike: depthwise, those that fill vectors are one group of many channels that do not mix.</summary>
    private IEnumerable<(int Groups, int Depth, int Block)> Parts(bool backward, int vector)
    {
        int apart = IsDepthwise ? _g.Groups / vector * vector : 0;
        if (apart > 0) yield return (1, 1, apart);
        if (apart < _g.Groups) yield return backward ? (_g.Groups - apart, _g.GroupOutputs, _g.GroupInputs) : (_g.Groups - apart, _g.GroupInputs, _g.GroupOutputs);
    }

    private static (int Pairs, int Singles) Vectors(int channels, int vector)
    {
        int rest = channels % (2 * vector);
        return (channels / (2 * vector) + (rest > vector ? 1 : 0), rest > 0 && rest <= vector ? 1 : 0);
    }

    /// <summary>Rows of all tiles along an axis, those that fewer than four leave idle counted, and how many tiles.</summary>
    private static (double Cost, double Count) Tiles(int length, long times)
    {
        int cost = 0, count = 0;
        for (int rows; length > 0; length -= rows, count++) cost += Math.Max(4, rows = Conv2dChannels.TileRows(length));
        return ((double)cost * times, (double)count * times);
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

    /// <summary>The algorithm for each number of images.</summary>
    private sealed class Choices(int vector)
    {
        public int Vector => vector;

        public ConvolutionAlgorithm[] Forward { get; } = new ConvolutionAlgorithm[Kernels.Lanes.Count + 1];

        public ConvolutionAlgorithm[] Backward { get; } = new ConvolutionAlgorithm[Kernels.Lanes.Count + 1];

        public ConvolutionAlgorithm[] BackwardWeight { get; } = new ConvolutionAlgorithm[Kernels.Lanes.Count + 1];
    }
}
