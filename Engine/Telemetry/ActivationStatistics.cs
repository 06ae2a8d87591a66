using System.Numerics;
using System.Runtime.InteropServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Plans;

namespace Scratch.Telemetry;

/// <summary>Appends what every layer put out at every forward pass, validation included, as
/// the lesson's model does: mean, standard deviation, histogram, the share of dead units.</summary>
/// <remarks>Every block's part has a place of its own and the parts are combined in order: the same numbers for any number of threads.
/// What follows from the layer before is not counted again: the histogram of a ReLU, and everything about a layer that only gives memory another
/// shape. Memory grows with what was seen, up to <see cref="ActivationOptions.MostRecords"/>; beyond that records are thinned out evenly.</remarks>
public sealed partial class ActivationStatistics<T> : BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<List<ActivationRecord>> _records = [];
    private readonly List<List<long>> _histograms = [];                      // of a layer: [record, bin]
    private readonly BinAxis _axis;
    private readonly NearZero? _near;
    private readonly NearZero _miniai, _fastai;
    private readonly (int First, int End) _zeroBins;
    private Tally[] _parts = [];                                             // [block, layer]
    private int[] _counts = [];                                              // [block, layer, bin]
    private NearCounts[] _nears = [];                                        // [block, layer], of all definitions; empty where nobody asks
    private LayerGraph<T> _graph = null!;                                    // of the model at hand
    private int _layers, _blocks, _passes, _stride = 1;
    // passes that Options.Every chose; of these every _stride-th is looked at
    private int _trainingLooks, _otherLooks;
    private bool _training, _looks;

    /// <summary>Statistics before the first pass.</summary>
    /// <param name="options">What to find out; the lesson's histogram by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is none that makes sense.</exception>
    public ActivationStatistics(ActivationOptions? options = null)
    {
        Options = options ?? new();
        Options.Check();
        (_axis, _near, _zeroBins) = (Options.Axis, Options.Near, Options.ZeroBins);
        (_miniai, _fastai) = (Options.NearOf(DeadUnits.Miniai2022)!.Value, Options.NearOf(DeadUnits.Fastai2)!.Value);
    }

    /// <summary>What it finds out.</summary>
    public ActivationOptions Options { get; }

    /// <summary>For each layer what it put out, pass after pass.</summary>
    public IReadOnlyList<IReadOnlyList<ActivationRecord>> Layers => _records;

    /// <summary>The histogram of a layer's output, as <c>numpy.histogram</c>'s: counts of equal bins, numbers outside left out.</summary>
    /// <param name="layer">The layer's number in the model.</param>
    /// <param name="record">The number of its record in <see cref="Layers"/>.</param>
    /// <returns>[bins], good until the next pass.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer or record.</exception>
    public ReadOnlySpan<long> Histogram(int layer, int record) =>
        CollectionsMarshal.AsSpan(_histograms[layer]).Slice(record * Options.Bins, Options.Bins);

    /// <summary>Makes room for so many passes more, so that they allocate nothing, and need no memory that is not there now.</summary>
    public void Reserve(int layers, int passes)
    {
        AddLayers(layers);
        long more = Options.Looks(_passes, passes) / _stride + 2;             // one more of training and of validation than the strides fill
        for (int layer = 0; layer < _records.Count; layer++)
        {
            int records = (int)Math.Min(_records[layer].Count + more, Options.MostRecords);
            Reserve(_records[layer], records);
            Reserve(_histograms[layer], (int)Math.Min((long)records * Options.Bins, Array.MaxLength));
        }
    }

    // Exactly so much, and written once: a system gives a page when it is written first.
    private static void Reserve<TItem>(List<TItem> list, int capacity)
    {
        if (list.Capacity >= capacity) return;
        int count = list.Count;
        list.Capacity = capacity;
        CollectionsMarshal.SetCount(list, capacity);
        CollectionsMarshal.AsSpan(list)[count..].Clear();
        CollectionsMarshal.SetCount(list, count);
    }

    internal override void Watch(LayerGraph<T> graph) => _graph = graph;

    /// <inheritdoc/>
    public override bool LooksNext(bool training) => IsChosen(_passes) && (training ? _trainingLooks : _otherLooks) % _stride == 0;

    /// <inheritdoc/>
    public override void BeginPass(int layers, int images, bool training)
    {
        _looks = IsChosen(_passes++) && IsTurn(training ? _trainingLooks++ : _otherLooks++);
        if (!_looks) return;
        (_layers, _blocks, _training) = (layers, Lanes.Blocks(images), training);
        if (_parts.Length < _blocks * layers) (_parts, _counts) = (new Tally[_blocks * layers], new int[_blocks * layers * Options.Bins]);
        if (Options.AllDefinitions && _nears.Length < _parts.Length) _nears = new NearCounts[_parts.Length];
        AddLayers(layers);
    }

    /// <inheritdoc/>
    public override void Observe<V>(int layer, in Pass<T> pass)
    {
        if (!_looks) return;
        int part = pass.Block * _layers + layer;
        Span<int> counts = Counts(part);
        counts.Clear();
        int source = _graph.InputOf(layer) - _graph.InputCount, before = pass.Block * _layers + source;
        if (source >= 0 && _graph.Layers[layer].OutputMemory == OutputMemory.IsInput)
        {
            _parts[part] = _parts[before];
            Counts(before).CopyTo(counts);
        }
        else if (source >= 0 && _graph.Layers[layer].Activation.Kind == ActivationKind.Relu)
            _parts[part] = Tally.OfRectified<V, T>(pass.Output, pass.Images, _axis, _near, _parts[before], Counts(before), counts);
        else _parts[part] = Tally.OfLanes<V, T>(pass.Output, pass.Images, _axis, _near, counts);
        if (Options.AllDefinitions && _graph.Layers[layer].IsActivation) _nears[part] = CountNear<V>(layer, pass, counts);
    }

    /// <inheritdoc/>
    public override void EndPass()
    {
        if (!_looks) return;
        for (int layer = 0; layer < _layers; layer++)
        {
            List<long> histograms = _histograms[layer];
            int start = histograms.Count;
            for (int bin = 0; bin < Options.Bins; bin++) histograms.Add(0);
            Tally all = default;
            NearCounts near = default;
            bool hasShares = Options.AllDefinitions && _graph.Layers[layer].IsActivation;
            for (int block = 0; block < _blocks; block++)
            {
                int part = block * _layers + layer;
                all = all.With(_parts[part]);
                if (hasShares) near = near.With(_nears[part]);
                Span<int> counts = Counts(part);
                for (int bin = 0; bin < counts.Length; bin++) histograms[start + bin] += counts[bin];
            }
            ReadOnlySpan<long> histogram = Histogram(layer, start / Options.Bins);
            _records[layer].Add(new(_passes - 1, _training, (long)all.Moments.Count, all.Moments.Mean, Math.Sqrt(all.Moments.UnbiasedVariance),
                _near is null ? ZeroShare(histogram) : Share(all.Near, all.Seen), all.NaNs, all.Infinities, all.Subnormals)
            {
                Shares = hasShares ? new(ZeroShare(histogram), Share(near.Miniai, near.MiniaiSeen), Share(near.Fastai, near.FastaiSeen)) : null,
            });
        }
    }

    /// <summary>What the definitions count that need more than the histogram. After a ReLU the first of its bins from 0 says the magnitudes,
    /// too.</summary>
    private NearCounts CountNear<V>(int layer, in Pass<T> pass, ReadOnlySpan<int> histogram) where V : unmanaged, IVector<V, T>
    {
        long fastai = _fastai.CountNear<V, T>(pass.Output, pass.Images), fastaiSeen = _fastai.CountSeen<V, T>(pass.Output, pass.Images);
        if (Options.Low == 0 && _graph.Layers[layer].Activation.Kind == ActivationKind.Relu)
        {
            long seen = 0;
            foreach (int count in histogram) seen += count;
            return new(fastai, fastaiSeen, histogram[0], seen);
        }
        return new(fastai, fastaiSeen, _miniai.CountNear<V, T>(pass.Output, pass.Images), _miniai.CountSeen<V, T>(pass.Output, pass.Images));
    }

    private bool IsChosen(int pass) => pass < Options.First || pass % Options.Every == 0;

    private bool IsTurn(int look)
    {
        while (look % _stride == 0 && IsFull()) Thin();
        return look % _stride == 0;
    }

    private bool IsFull()
    {
        foreach (List<ActivationRecord> layer in _records)
            if (layer.Count >= Options.MostRecords) return true;
        return false;
    }

    /// <summary>Keeps every second record of training, and of validation.</summary>
    private void Thin()
    {
        _stride *= 2;
        for (int layer = 0; layer < _records.Count; layer++)
        {
            List<ActivationRecord> records = _records[layer];
            Span<long> histograms = CollectionsMarshal.AsSpan(_histograms[layer]);
            int kept = 0, bins = Options.Bins;
            bool keepsTraining = false, keepsOther = false;
            for (int i = 0; i < records.Count; i++)
            {
                if (!(records[i].Training ? keepsTraining = !keepsTraining : keepsOther = !keepsOther)) continue;
                records[kept] = records[i];
                histograms.Slice(i * bins, bins).CopyTo(histograms[(kept * bins)..]);
                kept++;
            }
            records.RemoveRange(kept, records.Count - kept);
            _histograms[layer].RemoveRange(kept * bins, _histograms[layer].Count - kept * bins);
        }
    }

    private double ZeroShare(ReadOnlySpan<long> histogram)
    {
        long dead = 0, sum = 0;
        for (int bin = 0; bin < histogram.Length; bin++)
        {
            sum += histogram[bin];
            if (bin >= _zeroBins.First && bin < _zeroBins.End) dead += histogram[bin];
        }
        return Share(dead, sum);
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private Span<int> Counts(int part) => _counts.AsSpan(part * Options.Bins, Options.Bins);

    private void AddLayers(int layers)
    {
        while (_records.Count < layers)
        {
            _records.Add([]);
            _histograms.Add([]);
        }
    }

    private readonly record struct NearCounts(long Fastai, long FastaiSeen, long Miniai, long MiniaiSeen)
    {
        public NearCounts With(in NearCounts other) =>
            new(Fastai + other.Fastai, FastaiSeen + other.FastaiSeen, Miniai + other.Miniai, MiniaiSeen + other.MiniaiSeen);
    }
}
