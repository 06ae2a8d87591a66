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
        Lines channels = LinesAt(pass);
        for (int plane = 0; plane < pass.InputExtent.Planes; plane++)
        {
            if (NormMaxima.Knows(pass.Maxima!))
            {
                NormLine<T> line = pass.Layout == Layout.Lanes ? channels[pass.FirstPlane + plane].Kernel : default;     // else planes are images
                NormMaxima.Forward<V, T>(pass.Maxima!, OnePlane(pass), Plane(pass.Input, pass.InputExtent, plane),
                    pass.Layout == Layout.ChannelsLast ? lines : line.AsLines, pass.Activation,
                    Plane(pass.Output, pass.OutputExtent, plane));
                continue;
            }
            Span<T> normed = Lent(pass, 0);
            Normalize<V>(pass, lines, plane, normed);
            Pool2d.Max<V, T>(pass.Maxima!, OnePlane(pass), normed, Plane(pass.Output, pass.OutputExtent, plane));
        }
    }

    /// <summary>The sums of a channel of a block in lanes, if it can be told from the windows without making what lies under them.</summary>
    private (double Sum, double Product) SumsOfMaxima<V>(in Pass<T> pass, int plane, NormLine<T> line) where V : unmanaged, IVector<V, T>
    {
        Span<double> sums = stackalloc double[2 * Lanes.Count];
        sums.Clear();
        ReadOnlySpan<T> input = Plane(pass.Input, pass.InputExtent, plane);
        if (!NormMaxima.Knows(pass.Maxima!) || !NormMaxima.TryGatherGradient<V, T>(pass.Maxima!, OnePlane(pass), input,
            Plane(pass.GradOutput, pass.OutputExtent, plane), line.AsLines, pass.Activation, Lent(pass, 0),
            sums[..Lanes.Count], sums[Lanes.Count..]))
            return Moments.ProductOfLanes<V, T>(pass.Activation, Unpool<V>(pass, default, plane, Lent(pass, 2)), input, line, pass.Images,
                [], []);
        double sum = 0, product = 0;
        for (int n = 0; n < pass.Images; n++) (sum, product) = (sum + sums[n], product + sums[Lanes.Count + n]);
        return (sum, product);
    }

    /// <summary>The same channels-last, of all channels of a few images.</summary>
    private bool TrySumsOfMaxima<V>(in Pass<T> pass, Span<double> partial) where V : unmanaged, IVector<V, T>
    {
        if (pass.Maxima is null || !NormMaxima.Knows(pass.Maxima)) return false;
        partial[..(2 * NumFeatures)].Clear();
        return NormMaxima.TryGatherGradient<V, T>(pass.Maxima, pass.InputExtent.InPixels, Images(pass.Input, pass),
            pass.GradOutput[..(pass.Images * pass.OutputShape.Length)], LinesOf(pass), pass.Activation,
            pass.Scratch.Slice(LentFrom(pass, 0), 2 * NumFeatures), partial[..NumFeatures], partial.Slice(NumFeatures, NumFeatures));
    }

    /// <summary>The gradient of a few images, channels-last, before the pooling.</summary>
    private ReadOnlySpan<T> UnpoolAll<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        NormLines<T> lines = LinesOf(pass);
        int length = pass.InputExtent.PlaneLength;
        Span<T> all = pass.Scratch.Slice(LentFrom(pass, 2), pass.Images * length);
        for (int image = 0; image < pass.Images; image++) Unpool<V>(pass, lines, image, all.Slice(image * length, length));
        return all;
    }

    private static bool TryBackwardMaxima<V>(in Pass<T> pass, int plane, NormLine<T> line, T perDistance, T constant)
        where V : unmanaged, IVector<V, T> =>
        NormMaxima.Knows(pass.Maxima!) && NormMaxima.TryBackward<V, T>(pass.Maxima!, OnePlane(pass), Plane(pass.Input, pass.InputExtent, plane),
                Plane(pass.GradOutput, pass.OutputExtent, plane), line.AsLines, [perDistance], [constant],
                pass.Activation, Plane(pass.GradInput, pass.InputExtent, plane));

    private void BackwardMaxima<V>(in Pass<T> pass, ReadOnlySpan<T> perDistance, ReadOnlySpan<T> constant) where V : unmanaged, IVector<V, T>
    {
        if (pass.Layout == Layout.Lanes)
        {
            Lines channels = LinesAt(pass);
            for (int plane = 0; plane < pass.InputExtent.Planes; plane++)
            {
                NormLine<T> line = channels[pass.FirstPlane + plane].Kernel;
                if (!TryBackwardMaxima<V>(pass, plane, line, perDistance[plane], constant[plane]))
                    BatchNormLanes.Backward<V, T>(Plane(pass.Input, pass.InputExtent, plane), Unpool<V>(pass, default, plane, Lent(pass, 2)),
                        line, perDistance[plane], constant[plane], pass.Activation, Plane(pass.GradInput, pass.InputExtent, plane));
            }
            return;
        }
        NormLines<T> lines = LinesOf(pass);
        if (NormMaxima.Knows(pass.Maxima!) && NormMaxima.TryBackward<V, T>(pass.Maxima!, pass.InputExtent.InPixels, Images(pass.Input, pass),
            pass.GradOutput[..(pass.Images * pass.OutputShape.Length)], lines, perDistance, constant, pass.Activation, Images(pass.GradInput, pass)))
            return;
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
        else BatchNormLanes.Forward<V, T>(input, LinesAt(pass)[pass.FirstPlane + plane].Kernel, [], pass.Activation, normed);
    }

    // Room for a plane of the input, behind what the layer borrows for itself.
    private Span<T> Lent(in Pass<T> pass, int number) => pass.Scratch.Slice(LentFrom(pass, number), pass.InputExtent.PlaneLength);

    private int LentFrom(in Pass<T> pass, int number) =>
        Lanes.RoundUp(5 * NumFeatures) + number * Lanes.RoundUp(pass.InputExtent.PlaneLength);

    private static PixelExtent OnePlane(in Pass<T> pass) => (pass.InputExtent with { Planes = 1 }).InPixels;

    // None of what is not there.
    private static ReadOnlySpan<T> Plane(ReadOnlySpan<T> values, Extent extent, int plane) =>
        values.IsEmpty ? [] : values.Slice(plane * extent.PlaneLength, extent.PlaneLength);

    private static Span<T> Plane(Span<T> values, Extent extent, int plane) =>
        values.IsEmpty ? [] : values.Slice(plane * extent.PlaneLength, extent.PlaneLength);
}
