using System.Numerics;
using Scratch.Layers;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using Scratch.Plans;

namespace Scratch.Telemetry;

/// <summary>Finds the first layer of a pass whose output is not all finite.</summary>
internal sealed class NonFiniteFinder<T> : BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private int _first;

    /// <summary>The layer's number; none if all were finite.</summary>
    public int? Layer => _first == int.MaxValue ? null : _first;

    public override void BeginPass(int layers, int images, bool training) => _first = int.MaxValue;

    public override void Observe<V>(int layer, in Pass<T> pass)
    {
        if (TensorPrimitives.IsFiniteAll<T>(pass.Output)) return;
        int known = Volatile.Read(ref _first);
        while (layer < known && Interlocked.CompareExchange(ref _first, layer, known) is var seen && seen != known) known = seen;
    }

    public override void EndPass()
    {
    }
}
