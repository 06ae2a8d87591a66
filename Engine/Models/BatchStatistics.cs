using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>What the whole-batch layers of a model found out about the batch
/// at hand: every block's part in a place of its own, and the whole.</summary>
internal sealed class BatchStatistics<T, V> where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : unmanaged, IVector<V, T>
{
    private readonly IReadOnlyList<Layer<T>> _layers;
    private readonly Entry?[] _entries;                                      // per layer; none for ordinary ones
    private int _blocks;

    public BatchStatistics(IReadOnlyList<Layer<T>> layers, ModelPlan<T> plan)
    {
        _layers = layers;
        _entries = new Entry?[layers.Count];
        for (int i = 0; i < layers.Count; i++)
            if (layers[i] is BatchLayer<T> layer) _entries[i] = new(layer, plan.Shapes[plan.Graph.InputOf(i)]);
    }

    private sealed class Entry(BatchLayer<T> layer, Shape input)
    {
        public readonly BatchLayer<T> Layer = layer;
        public readonly Shape Input = input;
        public readonly int Length = layer.StatisticsLength(input);
        public readonly double[] Whole = new double[layer.StatisticsLength(input)], GradWhole = new double[layer.StatisticsLength(input)];
        public double[] Partials = [];

        public Span<double> Partial(int block) => Partials.AsSpan(block * Length, Length);
    }

    /// <summary>Makes room for a batch; outside training the running statistics take the batch's place.</summary>
    public void Begin(int blocks, bool training)
    {
        _blocks = blocks;
        foreach (Entry? entry in _entries)
        {
            if (entry is null) continue;
            if (!training) entry.Layer.RunningStatistics(entry.Whole);
            else if (entry.Partials.Length < blocks * entry.Length) entry.Partials = new double[blocks * entry.Length];
        }
    }

    public ReadOnlySpan<double> Of(int layer) => _entries[layer]?.Whole;

    public ReadOnlySpan<double> GradientOf(int layer) => _entries[layer]?.GradWhole;

    public void Gather(int layer, int block, in Pass<T> pass) => _entries[layer]!.Layer.Gather<V>(pass, _entries[layer]!.Partial(block));

    public void GatherGradient(int layer, int block, in Pass<T> pass) =>
        _entries[layer]!.Layer.GatherGradient<V>(pass, _entries[layer]!.Partial(block));

    public void Combine(int layer, int images)
    {
        Entry entry = _entries[layer]!;
        entry.Layer.Combine(entry.Input, images, entry.Partials.AsSpan(0, _blocks * entry.Length), entry.Whole);
    }

    public void CombineGradient(int layer, in Pass<T> pass, int images)
    {
        Entry entry = _entries[layer]!;
        entry.Layer.CombineGradient(pass, images, entry.Partials.AsSpan(0, _blocks * entry.Length), entry.GradWhole);
    }
}
