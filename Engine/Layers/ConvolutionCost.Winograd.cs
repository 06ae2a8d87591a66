using Scratch.Kernels;

namespace Scratch.Layers;

// What Winograd's method takes: its three steps, and the weights, of which it has up to four times as many.
internal sealed partial class ConvolutionCost
{
    // A vector of a tile transformed, and transformed back; a vector of products; a byte of weights that must come from beyond the cache; a weight transformed.
    private const double WinogradFour = 105, WinogradFourBack = 85, WinogradTwo = 42, WinogradTwoBack = 34, WinogradProduct = 0.165;
    private const double WinogradPassed = 0.03, WinogradPacked = 0.35, WinogradCall = 300;

    // A vector of the gradient by the weights, strip by strip; and at last.
    private const double WinogradFourGradient = 30, WinogradTwoGradient = 14, WinogradGradientPacked = 0.77;
    private const int WinogradKept = 1 << 20, WinogradStrip = 128;           // bytes of weights that stay in a cache; tiles for which others pass by

    /// <summary>Outputs of a tile along an axis, 2 or 4, with which one direction takes less.</summary>
    /// <param name="direction">Which one.</param>
    /// <param name="images">Of a block.</param>
    /// <param name="prepared">Whether the weights are transformed once and for all, and that is not counted.</param>
    public int WinogradOutputs(Conv2dDirection direction, int images, bool prepared) =>
        Winograd(direction, WinogradOfTwo.Outputs, images, prepared) < Winograd(direction, WinogradOfFour.Outputs, images, prepared) ? WinogradOfTwo.Outputs : WinogradOfFour.Outputs;

    /// <summary>Nanoseconds for one direction with tiles of so many outputs, with the vectors for which prices hold.</summary>
    public double Winograd(Conv2dDirection direction, int outputs, int images, bool prepared)
    {
        bool back = direction == Conv2dDirection.BackwardInput, four = outputs == WinogradOfFour.Outputs;
        int height = back ? _g.Rows.Input : _g.Rows.Output, width = back ? _g.Columns.Input : _g.Columns.Output, size = outputs + 2;
        var (depth, block) = back ? (_g.OutChannels, _g.InChannels) : (_g.InChannels, _g.OutChannels);
        double tiles = WinogradGrid.Of(outputs, height, width, images).Count, inputs = Vectors(depth), results = Vectors(block), strips = Math.Ceiling(tiles / WinogradStrip);
        double time = tiles * (inputs * (four ? WinogradFour : WinogradTwo) + results * (four ? WinogradFourBack : WinogradTwoBack))
            + size * size * tiles * depth * results * WinogradProduct + WinogradCall;
        if (direction == Conv2dDirection.BackwardWeight)
            return time + strips * depth * results * (four ? WinogradFourGradient : WinogradTwoGradient) + (double)_g.WeightShape.Length * WinogradGradientPacked;
        double weights = size * size * depth * results * PricedVector, bytes = sizeof(float) * weights;
        if (bytes > WinogradKept) time += bytes * WinogradPassed * strips;
        return prepared ? time : time + weights * WinogradPacked;

        static double Vectors(int channels) => (channels + PricedVector - 1) / PricedVector;
    }
}
