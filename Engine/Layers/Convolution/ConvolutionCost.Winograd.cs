using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

// What Winograd's method does: its three steps, and with the weights, of which it has up to four times as many.
internal sealed partial class ConvolutionCost
{
    // bytes of weights that stay in a cache for all strips; tiles for which weights come from memory once: smaller strips find them in a shared cache
    private const int WinogradKept = 1 << 20, WinogradStrip = 128;

    // Weights that are transformed where they are read, and do not leave the cache, take this part of the time.
    private const int FreshShare = 4;

    // Of one small image, by what a vector's multiply-add takes there: one in a tile of a single vector, a number of a transformation, a byte of
    // weights. More weights than the second cache holds are not transformed beforehand: they would come from far away, and take up to four times the
    // memory. Four tiles transform them in registers, which takes as much as some products.
    private const double SmallSingle = 1.4, SmallTransformed = 13, SmallWeightByte = 0.022, SmallFour = 4.8;
    private const int SmallWeights = 1 << 18, SmallPlane = 1024;

    /// <summary>Floats of this processor's widest vectors.</summary>
    public static int Vector { get; } = Processor.Widest switch { SimdWidth.Bits512 => 16, SimdWidth.Bits256 => 8, _ => Vector<float>.Count };

    /// <summary>What a model chooses from.</summary>
    public ConvolutionAlgorithm[] Ways => Conv2dWinograd.Fits(_g) ? [.. DirectWays, ConvolutionAlgorithm.Winograd] : DirectWays;

    /// <summary>What it chooses from where products are not to be saved.</summary>
    public static ConvolutionAlgorithm[] DirectWays => [ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels];

    /// <summary>Outputs of a tile along an axis, 2 or 4, with which one direction takes less.</summary>
    /// <param name="direction">Which one.</param>
    /// <param name="images">Of a block.</param>
    /// <param name="prepared">Whether the weights are transformed once and for all, and that is not counted.</param>
    /// <param name="vector">Numbers of a vector.</param>
    public int WinogradOutputs(Conv2dDirection direction, int images, bool prepared, int vector)
    {
        var prices = ChorePrices.For(vector);
        double two = prices.Of(Winograd(direction, WinogradOfTwo.Outputs, images, prepared, vector)),
            four = prices.Of(Winograd(direction, WinogradOfFour.Outputs, images, prepared, vector));
        return two < four ? WinogradOfTwo.Outputs : WinogradOfFour.Outputs;
    }

    /// <summary>Whether one image is so small, and has so few weights, that it is known what tiles of either size take.</summary>
    public bool IsSmall(int vector) => _g.OutputPlane <= SmallPlane && SmallProducts(WinogradOfFour.Outputs, vector) * vector <= SmallWeights;

    /// <summary>Outputs of a tile along an axis, 2 or 4, with which one small image in use takes less than directly; 0 if none.</summary>
    /// <param name="vector">Numbers of a vector.</param>
    public int SmallWinogradOutputs(int vector)
    {
        if (_g.InChannels < vector) return 0;                                // lanes without a channel are transformed, too
        int best = 0;
        double least = SmallDirect(vector);
        foreach (int outputs in (ReadOnlySpan<int>)[WinogradOfTwo.Outputs, WinogradOfFour.Outputs])
            if (SmallProducts(outputs, vector) * vector <= SmallWeights && SmallWinograd(outputs, vector) is var cost && cost < least)
                (best, least) = (outputs, cost);
        return IsFour(vector) && SmallFourTiles(vector) < least ? WinogradOfFour.Outputs : best;
    }

    /// <summary>Whether one small image has four tiles, and too many weights for them to be transformed beforehand.</summary>
    public bool IsFour(int vector) => Conv2dWinograd.FitsFour(_g) && SmallProducts(WinogradOfFour.Outputs, vector) * vector > SmallWeights;

    private double SmallDirect(int vector)
    {
        double taps = SmallTaps(vector);
        return _g.Rows.Output * TileSizes.Of(_g.Columns.Output).Cost * taps * SmallRow(vector)
            + SmallWeightByte * sizeof(float) * taps * vector;
    }

    private double SmallWinograd(int outputs, int vector)
    {
        int tiles = WinogradGrid.Within(outputs, _g.Rows.Output, _g.Columns.Output, images: 1).Count;
        double products = SmallProducts(outputs, vector),
            transformed = (double)Positions(outputs) * tiles * (InVectors(_g.InChannels, vector) + InVectors(_g.OutChannels, vector));
        return TileSizes.Of(tiles).Cost * products * SmallRow(vector) + SmallTransformed * transformed
            + SmallWeightByte * sizeof(float) * products * vector;
    }

    private double SmallFourTiles(int vector) => SmallProducts(WinogradOfFour.Outputs, vector) * (Conv2dWinograd.FourTiles + SmallFour)
        + SmallWeightByte * sizeof(float) * SmallTaps(vector) * vector;

    // Of vectors, for one position: the weights as they are.
    private double SmallTaps(int vector) => _g.WindowLength * InVectors(_g.OutChannels, vector);

    // Of vectors, for one tile: as many as the weights fill.
    private double SmallProducts(int outputs, int vector) => Positions(outputs) * _g.InChannels * InVectors(_g.OutChannels, vector);

    private double SmallRow(int vector) => _g.OutChannels <= vector ? SmallSingle : 1;

    private static int Positions(int outputs) => (outputs + 2) * (outputs + 2);

    private static double InVectors(int channels, int vector) => (channels + vector - 1) / vector;

    /// <summary>What is done for one direction with tiles of so many outputs.</summary>
    public ChoreCounts Winograd(Conv2dDirection direction, int outputs, int images, bool prepared, int vector)
    {
        bool back = direction == Conv2dDirection.BackwardInput, gradient = direction == Conv2dDirection.BackwardWeight;
        int height = back ? _g.Rows.Input : _g.Rows.Output, width = back ? _g.Columns.Input : _g.Columns.Output, positions = Positions(outputs);
        var (depth, block) = back ? (_g.OutChannels, _g.InChannels) : (_g.InChannels, _g.OutChannels);
        double tiles = WinogradGrid.Of(outputs, height, width, images).Count, inputs = InVectors(depth, vector), results = InVectors(block, vector),
            strips = Math.Ceiling(tiles / WinogradStrip);
        double weights = (double)positions * depth * results * vector, bytes = sizeof(float) * weights;
        bool fresh = !prepared && Conv2dWinograd.FitsFresh(outputs, _g, direction, images);
        return new ChoreCounts
        {
            [Chore.WinogradTransformed] = tiles * positions * (gradient ? inputs + results : inputs),
            [Chore.WinogradTransformedBack] = gradient ? strips * positions * depth * results : tiles * positions * results,
            [Chore.WinogradProduct] = positions * tiles * depth * results,
            [Chore.WinogradPassedByte] = gradient || fresh ? 0 : bytes > WinogradKept ? bytes * strips : bytes,
            [Chore.WinogradPacked] = gradient || prepared ? 0 : fresh ? weights / FreshShare : weights,
            [Chore.ChannelsGradientPacked] = gradient ? _g.WeightShape.Length : 0,
            [Chore.FarNumber] = Far(images * ((long)_g.InputShape.Length + _g.OutputShape.Length)),
        };
    }
}
