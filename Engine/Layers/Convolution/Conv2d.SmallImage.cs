using Scratch.Kernels;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Layers;

// In use, one small image: it is copied into a frame of zeros, so that every window reads alike and one list of taps serves all (Conv2dImage).
public partial class Conv2d<T>
{
    // Window positions up to which edges cost more than a frame, whatever the weights, and where these stay in the nearest cache. A window of one
    // pixel meets no edge: there the frame's kernel only wins where little is to be done, since it begins sooner.
    private const int TinyPlane = 49, SmallPlane = 1024, FewWeights = 1 << 14, FewMultiplications = 1 << 20;

    private readonly PerShape<TapRun[]> _smallTaps;

    private bool IsSmall(LayerSite site) => FitsSmall(site) && ChoiceAt(site).Forward == 0;

    private bool FitsSmall(LayerSite site)
    {
        if (site is not { Layout: Layout.ChannelsLast, Images: 1, InUse: true } || Groups > 1 || PaddingMode != PaddingMode.Zeros) return false;
        Conv2dGeometry g = Cached(site.Input);
        if (g.Rows.ExtraPadding != 0 || g.Columns.ExtraPadding != 0) return false;
        int weights = _weight.Shape.Length;
        bool mayBeLarger = weights <= FewWeights && (g.KernelLength > 1 || (long)g.OutputPlane * weights <= FewMultiplications);
        return g.OutputPlane <= (mayBeLarger ? SmallPlane : TinyPlane);
    }

    /// <summary>Whether half a vector holds all output channels: then vectors of 256 bits do, and nothing is left empty.</summary>
    private bool IsHalf<V>() where V : unmanaged, IVector<V, T> => V.Count == Simd512<T>.Count && V.Count > Simd256<T>.Count
        && OutChannels <= Simd256<T>.Count;

    private int OutPitch<V>() where V : unmanaged, IVector<V, T> => IsHalf<V>() ? Simd256<T>.Count : (OutChannels + V.Count - 1) / V.Count * V.Count;

    private int SmallLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> => (Cached(site.Input).WindowLength + 1) * OutPitch<V>();

    private int SmallScratch<V>(LayerSite site) where V : unmanaged, IVector<V, T>
    {
        Conv2dGeometry g = Cached(site.Input);
        return FramedLength(g) + g.OutputPlane * OutPitch<V>();
    }

    private static int FramedLength(Conv2dGeometry g) => Lanes.RoundUp((int)g.Rows.Padded * (int)g.Columns.Padded * g.InChannels);

    private void PrepareSmall<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared) where V : unmanaged, IVector<V, T>
    {
        if (IsHalf<V>())
        {
            PrepareSmall<Simd256<T>>(site, folded, prepared);
            return;
        }
        Conv2dGeometry g = Cached(site.Input);
        int pitch = OutPitch<V>();
        Span<T> packed = prepared[..(g.WindowLength * pitch)], bias = prepared.Slice(packed.Length, pitch);
        Conv2dImage.Pack<V, T>(g, _weight.Value.Span, pitch, packed);
        bias.Clear();
        _bias?.Value.Span.CopyTo(bias);
        for (int oc = 0; oc < OutChannels && folded is not null; oc++)
        {
            (T scale, bias[oc]) = folded.Folded(oc, bias[oc]);
            int first = oc / (2 * V.Count) * (2 * V.Count), block = Math.Min(2 * V.Count, pitch - first);
            for (int tap = 0; tap < g.WindowLength; tap++) packed[first * g.WindowLength + tap * block + oc - first] *= scale;
        }
    }

    private void ForwardSmall<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        if (IsHalf<V>())
        {
            ForwardSmall<Simd256<T>>(pass);
            return;
        }
        Conv2dGeometry g = Cached(pass.InputShape);
        int pitch = OutPitch<V>(), framed = FramedLength(g), width = (int)g.Columns.Padded, row = g.Columns.Input * InChannels,
            outputs = g.OutputPlane * OutChannels;
        ReadOnlySpan<T> image = pass.Input;
        if ((int)g.Rows.Padded > g.Rows.Input || width > g.Columns.Input)
        {
            Span<T> frame = pass.Scratch[..framed];
            frame.Clear();
            for (int h = 0; h < g.Rows.Input; h++)
                image.Slice(h * row, row).CopyTo(frame[(((h + g.Rows.Padding) * width + g.Columns.Padding) * InChannels)..]);
            image = frame;
        }
        Span<T> output = pass.Output[..outputs], wide = pitch == OutChannels ? output : pass.Scratch.Slice(framed, g.OutputPlane * pitch);
        var window = new ImageWindow(_smallTaps.For(pass.InputShape), pitch, g.Rows.Output, g.Columns.Output, g.Columns.Stride * InChannels,
            g.Rows.Stride * width * InChannels, pitch, g.Columns.Output * pitch);
        Conv2dImage.Forward<V, T>(Math.Max(1, pass.Threads), window, pass.Prepared[..(g.WindowLength * pitch)],
            pass.Prepared.Slice(g.WindowLength * pitch, pitch), image, wide);
        for (int p = 0; p < g.OutputPlane && pitch != OutChannels; p++) wide.Slice(p * pitch, OutChannels).CopyTo(output[(p * OutChannels)..]);
        if (!pass.Addend.IsEmpty) TensorPrimitives.Add(output, pass.Addend[..outputs], output);
        if (pass.Activation.IsSome) Elementwise.Activate<V, T>(pass.Activation, pass.Output, pass.Output);
    }
}
