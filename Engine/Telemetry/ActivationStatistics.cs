using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Telemetry;

/// <summary>What one layer put out in one forward pass.</summary>
/// <param name="Training">Whether it was a pass to learn from.</param>
/// <param name="Mean">Over all images, channels and pixels.</param>
/// <param name="StandardDeviation">Over the same, unbiased as the lesson's <c>.std()</c>; NaN for a single number.</param>
public readonly record struct ActivationRecord(bool Training, double Mean, double StandardDeviation);

/// <summary>Appends the mean and standard deviation of every layer's output at
/// every forward pass, validation included, as the lesson's model does.</summary>
/// <remarks>Every block's part has a place of its own and the parts are combined in order: the same numbers for any number of threads.</remarks>
public sealed class ActivationStatistics<T> : BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<List<ActivationRecord>> _records = [];
    private Moments[] _parts = [];                                           // [block, layer]
    private int _layers, _blocks;
    private bool _training;

    /// <summary>For each layer what it put out, pass after pass.</summary>
    public IReadOnlyList<IReadOnlyList<ActivationRecord>> Layers => _records;

    /// <summary>Makes room for so many passes more, so that they allocate nothing.</summary>
    public void Reserve(int layers, int passes)
    {
        while (_records.Count < layers) _records.Add([]);
        foreach (List<ActivationRecord> layer in _records) layer.EnsureCapacity(layer.Count + passes);
    }

    /// <inheritdoc/>
    public override void BeginPass(int layers, int images, bool training)
    {
        (_layers, _blocks, _training) = (layers, Lanes.Blocks(images), training);
        if (_parts.Length < _blocks * layers) _parts = new Moments[_blocks * layers];
        while (_records.Count < layers) _records.Add([]);
    }

    /// <inheritdoc/>
    public override void Observe<V>(int layer, in Pass<T> pass) =>
        _parts[pass.Block * _layers + layer] = Moments.OfLanes<V, T>(pass.Output, pass.Images);

    /// <inheritdoc/>
    public override void EndPass()
    {
        for (int layer = 0; layer < _layers; layer++)
        {
            Moments all = default;
            for (int block = 0; block < _blocks; block++) all = all.With(_parts[block * _layers + layer]);
            _records[layer].Add(new(_training, all.Mean, Math.Sqrt(all.UnbiasedVariance)));
        }
    }
}
