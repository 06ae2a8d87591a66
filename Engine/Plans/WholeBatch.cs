using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>What a whole-batch layer found out about the batch at hand: every part's share in a place of its own, and the whole.</summary>
/// <remarks>In lanes a part is a block. Channels-last it is a few images of a block, so that threads may share one; cut by shape, so that sums have
/// one order.</remarks>
internal sealed class WholeBatch<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Pieces into which channels are cut to be combined.</summary>
    public const int CombinePieces = 16;

    private const int WorthSharing = 1 << 10;

    private readonly PlanNode<T> _node;
    private readonly int _imagesOfPart;
    private readonly BatchLayer<T> _layer;
    private readonly int _length;
    private readonly Action<int, int> _combine;
    private double[] _partials = [];
    private int[] _images = [];
    private int _parts, _batchImages;

    /// <summary>A layer at its place.</summary>
    public WholeBatch(PlanNode<T> node)
    {
        (_node, _layer, _combine) = (node, (BatchLayer<T>)node.Layer, (piece, _) => CombinePiece(piece));
        _imagesOfPart = BatchLayer<T>.PartOf(node.Site.Input);
        _length = _layer.StatisticsLength(node.Site.Input);
        (Whole, GradWhole) = (new double[_length], new double[_length]);
    }

    /// <summary>What a block of so many images is cut into.</summary>
    public static int PartsOf(LayerSite site, int images)
    {
        int together = BatchLayer<T>.PartOf(site.Input);
        return site.Layout == Layout.Lanes ? 1 : (images + together - 1) / together;
    }

    private int PartsOf(int images) => PartsOf(_node.Site, images);

    /// <summary>The batch's statistics; outside training the running ones.</summary>
    public double[] Whole { get; }

    /// <summary>Those of the gradient.</summary>
    public double[] GradWhole { get; }

    /// <summary>Bytes for a batch of so many images.</summary>
    public long Bytes(int images) => sizeof(double) * (long)_length * (2 + Enumerable.Range(0, Lanes.Blocks(images)).Sum(block =>
        PartsOf(Lanes.Filled(block, images))));

    /// <summary>Takes the running statistics, for use.</summary>
    public void TakeRunning() => _layer.RunningStatistics(Whole);

    /// <summary>Makes room for a batch.</summary>
    public void Begin(int images)
    {
        _batchImages = images;
        int perBlock = PartsOf(Lanes.Count);
        _parts = (Lanes.Blocks(images) - 1) * perBlock + PartsOf(Lanes.Filled(Lanes.Blocks(images) - 1, images));
        if (_images.Length < _parts) (_images, _partials) = (new int[_parts], new double[_parts * _length]);
        for (int part = 0; part < _parts; part++)
        {
            int block = part / perBlock, filled = Lanes.Filled(block, images);
            _images[part] = _node.Site.Layout == Layout.Lanes ? filled : Math.Min(_imagesOfPart, filled - part % perBlock * _imagesOfPart);
        }
    }

    /// <summary>Looks at one part of a block.</summary>
    public void Gather<V>(int part, in Pass<T> pass) where V : unmanaged, IVector<V, T> =>
        _layer.Gather<V>(Cut(part, pass), Partial(part, pass.Block));

    /// <summary>Looks at the gradient of one part of a block.</summary>
    public void GatherGradient<V>(int part, in Pass<T> pass) where V : unmanaged, IVector<V, T> =>
        _layer.GatherGradient<V>(Cut(part, pass), Partial(part, pass.Block));

    /// <summary>Combines what the parts found, in order.</summary>
    public void Combine(int threads)
    {
        if (threads == 1 || !SharesCombine(_layer, _parts))
        {
            _layer.Combine(_node.Site.Input, _images.AsSpan(0, _parts), _partials.AsSpan(0, _parts * _length), Whole);
            return;
        }
        _layer.BeginCombine(_node.Site.Input, _batchImages);
        WorkerPool.Shared.Run(threads, CombinePieces, _combine);
    }

    /// <summary>Whether there is so much that threads share it, by channels.</summary>
    public static bool SharesCombine(BatchLayer<T> layer, int parts) => (long)parts * layer.CombinedChannels >= WorthSharing;

    private void CombinePiece(int piece)
    {
        int channels = _layer.CombinedChannels;
        int first = Parts.Begin(channels, piece, CombinePieces), end = Parts.Begin(channels, piece + 1, CombinePieces);
        _layer.CombineChannels(_node.Site.Input, _images.AsSpan(0, _parts), _partials.AsSpan(0, _parts * _length), Whole, first, end);
    }

    /// <summary>Combines what the parts found of the gradient.</summary>
    public void CombineGradient(in Pass<T> pass) => _layer.CombineGradient(pass, _batchImages, _partials.AsSpan(0, _parts * _length), GradWhole);

    private Span<double> Partial(int part, int block) => _partials.AsSpan((block * PartsOf(Lanes.Count) + part) * _length, _length);

    private Pass<T> Cut(int part, in Pass<T> pass)
    {
        if (_node.Site.Layout == Layout.Lanes) return pass;
        int size = _node.Site.Input.Length, made = _node.Site.Output.Length;
        int first = part * _imagesOfPart, images = Math.Min(_imagesOfPart, pass.Images - first);
        return pass with
        {
            Images = images,
            Input = pass.Input.Slice(first * size, images * size),
            Output = pass.Output.IsEmpty ? [] : pass.Output.Slice(first * made, images * made),
            GradOutput = pass.GradOutput.IsEmpty ? [] : pass.GradOutput.Slice(first * made, images * made),
            GradBefore = pass.GradBefore.IsEmpty ? [] : pass.GradBefore.Slice(first * made, images * made),
        };
    }
}
