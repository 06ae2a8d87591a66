using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

// Where a window of 3x3 moves pixel by pixel and the channels lie side by side, products can be saved (Conv2dWinograd).
public partial class Conv2d<T>
{
    private readonly ConditionalWeakTable<LayerSite, Placed> _places;        // made with a plan's sites, and kept as long as they are
    private volatile Placed? _lastPlaced;                                    // the one that was asked for last, and will be again

    internal override void Use(ConvolutionAlgorithm algorithm) => Algorithm = algorithm;

    internal override string Way(LayerSite site, bool backward)
    {
        WinogradChoice choice = ChoiceAt(site);
        if (!backward) return choice.Forward > 0 ? $"winograd {choice.Forward}x{choice.Forward}" : "";
        return choice == WinogradChoice.None ? "" : $"winograd input {Name(choice.BackwardInput)}, weight {Name(choice.BackwardWeight)}";

        static string Name(int outputs) => outputs > 0 ? $"{outputs}x{outputs}" : "direct";
    }

    /// <summary>Whether the user wants it so for such images.</summary>
    private bool IsWinograd(Shape input) => Algorithm == ConvolutionAlgorithm.Winograd && Conv2dWinograd.Fits(Cached(input));

    private WinogradChoice ChoiceAt(LayerSite? site) => site is { Layout: Layout.ChannelsLast } ? PlacedAt(site).Choice : WinogradChoice.None;

    private Placed PlacedAt(LayerSite site)
    {
        if (_lastPlaced is { } last && ReferenceEquals(last.Site, site)) return last;
        if (!_places.TryGetValue(site, out Placed? placed)) placed = _places.GetValue(site, Place);
        return _lastPlaced = placed;
    }

    private Placed Place(LayerSite site)
    {
        WinogradChoice choice = Choose(site);
        bool isSmall = FitsSmall(site);
        return new(site, choice, choice.Forward == 0 && isSmall ? new SmallImage(Cached(site.Input)) : null,
            choice.Forward == WinogradOfFour.Outputs && isSmall && _costs.For(site.Input).IsFour(ConvolutionCost.Vector));
    }

    /// <summary>What was decided, and worked out, for a place.</summary>
    private sealed record Placed(LayerSite Site, WinogradChoice Choice, SmallImage? Small, bool IsFour);

    /// <summary>How it is computed there in a direction; null for as it is defined, product by product.</summary>
    private WinogradMethod<V, T>? WinogradAt<V>(LayerSite? site, Conv2dDirection direction) where V : unmanaged, IVector<V, T> =>
        ChoiceAt(site)[direction] is var outputs and > 0 ? WinogradMethod<V, T>.Of(outputs) : null;

    /// <summary>How Winograd's method finds the weights. In use they are transformed once and for all, but for four tiles.</summary>
    private WinogradWeights FormAt(LayerSite site, Conv2dDirection direction) => site.InUse
        ? PlacedAt(site).IsFour ? WinogradWeights.Sorted : WinogradWeights.Transformed
        : Conv2dWinograd.FitsFresh(ChoiceAt(site)[direction], Cached(site.Input), direction, site.Images) ? WinogradWeights.Plain
            : WinogradWeights.Transformed;

    // Whether Winograd's method computes a direction there; the weights are brought into the form that it wants.
    private bool TryPackWinograd<V>(LayerSite site, Conv2dDirection direction, ReadOnlySpan<T> weight, ReadOnlySpan<T> scales, Span<T> packed)
        where V : unmanaged, IVector<V, T>
    {
        if (WinogradAt<V>(site, direction) is not { } method) return false;
        WinogradWeights form = FormAt(site, direction);
        if (form != WinogradWeights.Plain) method.Pack(Cached(site.Input), direction == Conv2dDirection.BackwardInput, weight, scales, form, packed);
        return true;
    }

    // By the prices of the widest vectors, whichever compute: a site has one choice.
    private WinogradChoice Choose(LayerSite site)
    {
        bool mustBe = IsWinograd(site.Input), mayBe = Algorithm == ConvolutionAlgorithm.Auto && typeof(T) == typeof(float);
        if (!Conv2dWinograd.Fits(Cached(site.Input)) || !(mustBe || mayBe)) return WinogradChoice.None;
        ConvolutionCost cost = _costs.For(site.Input);
        if (!mustBe && site is { Images: 1, InUse: true } && (FitsSmall(site) || cost.IsSmall(ConvolutionCost.Vector)))
            return new(cost.SmallWinogradOutputs(ConvolutionCost.Vector), 0, 0);
        return site.Backward ? new(Outputs(Conv2dDirection.Forward), Outputs(Conv2dDirection.BackwardInput), Outputs(Conv2dDirection.BackwardWeight))
            : new(Outputs(Conv2dDirection.Forward), 0, 0);

        int Outputs(Conv2dDirection direction)
        {
            if (direction == Conv2dDirection.BackwardWeight && !Conv2dWinograd.FitsGradient(Cached(site.Input), site.Images)) return 0;
            int outputs = cost.WinogradOutputs(direction, site.Images, site.InUse, ConvolutionCost.Vector);
            return mustBe || Price(cost, direction, outputs, site, ConvolutionCost.Vector)
                < cost.InOwnLayout(ConvolutionAlgorithm.Channels, direction, site.Images, ConvolutionCost.Vector) ? outputs : 0;
        }
    }

    private double CostChannelsLast(ConvolutionCost cost, LayerSite site, int vector)
    {
        WinogradChoice choice = ChoiceAt(site);
        double time = Time(Conv2dDirection.Forward);
        return site.Backward ? time + Time(Conv2dDirection.BackwardInput) + Time(Conv2dDirection.BackwardWeight) : time;

        double Time(Conv2dDirection direction) => choice[direction] == 0 ? cost.InOwnLayout(ConvolutionAlgorithm.Channels, direction, site.Images,
            vector)
            : Price(cost, direction, choice[direction], site, vector);
    }

    private static double Price(ConvolutionCost cost, Conv2dDirection direction, int outputs, LayerSite site, int vector) =>
        ChorePrices.For(vector).Of(cost.Winograd(direction, outputs, site.Images, site.InUse, vector));

    private int WinogradScratch<V>(LayerSite site, int threads) where V : unmanaged, IVector<V, T>
    {
        Conv2dGeometry g = Cached(site.Input);
        int length = 0;
        foreach (Conv2dDirection direction in (ReadOnlySpan<Conv2dDirection>)[Conv2dDirection.Forward, Conv2dDirection.BackwardInput,
            Conv2dDirection.BackwardWeight])
            length = Math.Max(length, WinogradAt<V>(site, direction)?.WorkLength(g, direction, site.Images, threads,
                FormAt(site, direction)) ?? 0);
        return length;
    }

    private void ForwardWinograd<V>(in Pass<T> pass, WinogradMethod<V, T> method) where V : unmanaged, IVector<V, T>
    {
        Conv2dGeometry g = Cached(pass.InputShape);
        int length = ForwardLength<V>(pass.Site!);
        WinogradWeights form = FormAt(pass.Site!, Conv2dDirection.Forward);
        // A predictor's model may not have made its own weights yet, and is not to make them for this.
        method.Forward(g, Math.Max(1, pass.Threads), pass.Input[..(pass.Images * pass.InputShape.Length)],
            form == WinogradWeights.Plain ? _weight.Value.Span : pass.Prepared[..length], form, pass.Prepared.Slice(length, OutChannels), pass.Addend,
            pass.Activation, pass.Scratch, pass.Output[..(pass.Images * pass.OutputShape.Length)]);
    }
}
