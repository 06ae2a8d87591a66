using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

// With the max pooling after it: what lies under the windows is made a plane at a time, both ways, and never leaves the cache.
public abstract partial class BatchNormLayer<T>
{
    internal override bool TakesMaxima(LayerSite site) => site.Training && site.Backward;

    /// <inheritdoc/>
    internal override int ScratchLength<V>(LayerSite site, int threads)
    {
        int own = ScratchLength<V>(site.Input);
        if (site.Output.Length == site.Input.Length) return own;
        int plane = Lanes.RoundUp(site.PlaneLength), planes = site.Layout == Layout.Lanes ? 3 : 2 + ImagesOfPart;
        return checked(Lanes.RoundUp(own) + planes * plane);
    }

    private void ForwardMaxima<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        NormLines<T> lines = pass.Layout == Layout.ChannelsLast ? LinesOf(pass) : default;
        for (int plane = 0; plane < pass.InputExtent.Planes; plane++)
        {
            Span<T> normed = Lent(pass, 0);
            Normalize<V>(pass, lines, plane, normed);
            Pool2d.Max<V, T>(pass.Maxima!, OnePlane(pass), normed, Plane(pass.Output, pass.OutputExtent, plane));
        }
    }

    /// <summary>The gradient by channel c in lanes, before the pooling if there is one.</summary>
    private ReadOnlySpan<T> GradientOf<V>(in Pass<T> pass, int c) where V : unmanaged, IVector<V, T> =>
        pass.Maxima is null ? Channel(pass.GradOutput, pass, c) : Unpool<V>(pass, default, c - pass.FirstPlane, Lent(pass, 2));

    /// <summary>Channels-last the same of a few images.</summary>
    private ReadOnlySpan<T> UnpoolAll<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        NormLines<T> lines = LinesOf(pass);
        int length = pass.InputExtent.PlaneLength;
        Span<T> all = pass.Scratch.Slice(LentFrom(pass, 2), pass.Images * length);
        for (int image = 0; image < pass.Images; image++) Unpool<V>(pass, lines, image, all.Slice(image * length, length));
        return all;
    }

    private void BackwardMaxima<V>(in Pass<T> pass, ReadOnlySpan<T> perDistance, ReadOnlySpan<T> constant) where V : unmanaged, IVector<V, T>
    {
        NormLines<T> lines = LinesOf(pass);
        for (int image = 0; image < pass.Images; image++)
            ChannelNorm.Backward<V, T>(Plane(pass.Input, pass.InputExtent, image), Unpool<V>(pass, lines, image, Lent(pass, 2)), lines, perDistance,
                constant, pass.Activation, Plane(pass.GradInput, pass.InputExtent, image));
    }

    private Span<T> Unpool<V>(in Pass<T> pass, NormLines<T> lines, int plane, Span<T> gradient) where V : unmanaged, IVector<V, T>
    {
        Span<T> normed = Lent(pass, 0), largest = Lent(pass, 1)[..pass.OutputExtent.PlaneLength];
        ReadOnlySpan<T> gradOutput = Plane(pass.GradOutput, pass.OutputExtent, plane);
        Normalize<V>(pass, lines, plane, normed);
        if (Pool2d.TryMaxBackward<V, T>(pass.Maxima!, OnePlane(pass), normed, gradOutput, gradient)) return gradient;
        Pool2d.Max<V, T>(pass.Maxima!, OnePlane(pass), normed, largest);
        Pool2d.MaxBackward<V, T>(pass.Maxima!, OnePlane(pass), normed, largest, gradOutput, [], gradient);
        return gradient;
    }

    private void Normalize<V>(in Pass<T> pass, NormLines<T> lines, int plane, Span<T> normed) where V : unmanaged, IVector<V, T>
    {
        ReadOnlySpan<T> input = Plane(pass.Input, pass.InputExtent, plane);
        if (pass.Layout == Layout.ChannelsLast) ChannelNorm.Forward<V, T>(input, lines, [], pass.Activation, normed);
        else BatchNormLanes.Forward<V, T>(input, LineOf(pass, pass.FirstPlane + plane).Kernel, [], pass.Activation, normed);
    }

    // Room for a plane of the input, behind what the layer borrows for itself.
    private Span<T> Lent(in Pass<T> pass, int number) => pass.Scratch.Slice(LentFrom(pass, number), pass.InputExtent.PlaneLength);

    private int LentFrom(in Pass<T> pass, int number) =>
        Lanes.RoundUp(5 * NumFeatures) + number * Lanes.RoundUp(pass.InputExtent.PlaneLength);

    private static PixelExtent OnePlane(in Pass<T> pass) => (pass.InputExtent with { Planes = 1 }).InPixels;

    private static ReadOnlySpan<T> Plane(ReadOnlySpan<T> values, Extent extent, int plane) =>
        values.Slice(plane * extent.PlaneLength, extent.PlaneLength);

    private static Span<T> Plane(Span<T> values, Extent extent, int plane) => values.Slice(plane * extent.PlaneLength, extent.PlaneLength);
}
