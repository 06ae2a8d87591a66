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

    private bool IsSmall(LayerSite site) => SmallAt(site) is not null;

    private SmallImage? SmallAt(LayerSite site) => site is { Layout: Layout.ChannelsLast, Images: 1 } ? PlacedAt(site).Small : null;

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

    private int SmallLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> =>
        (SmallAt(site)!.WindowLength + 1) * OutPitch<V>();

    private int SmallScratch<V>(LayerSite site) where V : unmanaged, IVector<V, T>
    {
        SmallImage small = SmallAt(site)!;
        return small.FrameLength + small.Positions * OutPitch<V>();
    }

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

    private void ForwardSmall<V>(SmallImage small, in Pass<T> pass) where V : unmanaged, IVector<V, T>
    {
        if (IsHalf<V>())
        {
            ForwardSmall<Simd256<T>>(small, pass);
            return;
        }
        int pitch = OutPitch<V>(), weights = small.WindowLength * pitch, outputs = small.Positions * OutChannels;
        ReadOnlySpan<T> image = pass.Input;
        if (small.IsFramed)
        {
            Span<T> frame = pass.Scratch[..small.FrameLength];
            small.Frame(image, frame);
            image = frame;
        }
        Span<T> output = pass.Output[..outputs], wide = pitch == OutChannels ? output
            : pass.Scratch.Slice(small.FrameLength, small.Positions * pitch);
        bool clamps = pass.Activation.IsClamp && pass.Addend.IsEmpty;
        Conv2dImage.Forward<V, T>(Math.Max(1, pass.Threads), small.WindowOf(pitch), pass.Prepared[..weights], pass.Prepared.Slice(weights, pitch),
            image, wide, clamps ? pass.Activation : default);
        for (int p = 0; p < small.Positions && pitch != OutChannels; p++) wide.Slice(p * pitch, OutChannels).CopyTo(output[(p * OutChannels)..]);
        if (!pass.Addend.IsEmpty) TensorPrimitives.Add(output, pass.Addend[..outputs], output);
        if (pass.Activation.IsSome && !clamps) Elementwise.Activate<V, T>(pass.Activation, pass.Output, pass.Output);
    }

    /// <summary>What can be said of one small image before its numbers are there.</summary>
    private sealed class SmallImage
    {
        private readonly TapRun[] _taps;
        private readonly int _height, _width, _pixelStep, _rowStep;          // of positions
        private readonly int _rows, _row, _first, _frameRow;                 // of the image, and where it lies in its frame

        public SmallImage(Conv2dGeometry g)
        {
            _taps = Conv2dImage.Taps(g, g.InChannels);
            _frameRow = (int)g.Columns.Padded * g.InChannels;
            (_height, _width, _pixelStep, _rowStep) = (g.Rows.Output, g.Columns.Output, g.Columns.Stride * g.InChannels, g.Rows.Stride * _frameRow);
            (_rows, _row, _first) = (g.Rows.Input, g.Columns.Input * g.InChannels, g.Rows.Padding * _frameRow + g.Columns.Padding * g.InChannels);
            IsFramed = g.Rows.Padding + g.Columns.Padding > 0;
            (FrameLength, Positions, WindowLength) = (Lanes.RoundUp((int)g.Rows.Padded * _frameRow), g.OutputPlane, g.WindowLength);
        }

        /// <summary>Whether there is padding.</summary>
        public bool IsFramed { get; }

        /// <summary>Numbers of the image with its padding.</summary>
        public int FrameLength { get; }

        /// <summary>Positions of the window.</summary>
        public int Positions { get; }

        /// <summary>Numbers under it.</summary>
        public int WindowLength { get; }

        /// <summary>Puts an image into a frame of zeros.</summary>
        public void Frame(ReadOnlySpan<T> image, Span<T> frame)
        {
            frame.Clear();
            for (int h = 0; h < _rows; h++) image.Slice(h * _row, _row).CopyTo(frame[(_first + h * _frameRow)..]);
        }

        /// <summary>The window, where an output pixel has so many numbers.</summary>
        public ImageWindow WindowOf(int pitch) => new(_taps, pitch, _height, _width, _pixelStep, _rowStep, pitch, _width * pitch);
    }
}
