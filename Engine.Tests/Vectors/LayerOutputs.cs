using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>Keeps a copy of what every layer puts out in a pass, as [N, ...].</summary>
internal sealed class LayerOutputs<T> : BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<int, Tensor<T>> _outputs = [];
    private int _images;

    /// <summary>What layer <paramref name="layer"/> put out.</summary>
    public Tensor<T> this[int layer] => _outputs[layer];

    /// <inheritdoc/>
    public override void BeginPass(int layers, int images, bool training)
    {
        _outputs.Clear();
        _images = images;
    }

    /// <inheritdoc/>
    public override void Observe<V>(int layer, in Pass<T> pass)
    {
        lock (_outputs)
        {
            if (!_outputs.TryGetValue(layer, out Tensor<T>? output)) _outputs[layer] = output = new(pass.OutputShape.Prepend(_images));
            Lanes.Deinterleave<T>(pass.Output, pass.OutputShape.Length, output.Slice(pass.Block * Lanes.Count, pass.Images).Span);
        }
    }

    /// <inheritdoc/>
    public override void EndPass()
    {
    }
}
