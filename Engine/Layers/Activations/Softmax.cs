using System.Numerics;

namespace Scratch.Layers;

/// <summary>exp(x) over the sum of exp along one axis: numbers from 0 to 1 that sum to 1.</summary>
/// <remarks>
/// Any shape; by default over the channels of [C] or [C, H, W]. The gradient is y · (dy - sum of dy · y). For training a classifier leave
/// it out: the cross-entropy loss contains it.
/// </remarks>
/// <param name="dim">The axis in PyTorch's counting: 0 is the batch, 1 the channels, -1 the last.</param>
/// <exception cref="ArgumentOutOfRangeException">dim is 0.</exception>
public sealed class Softmax<T>(int dim = 1) : SoftmaxLayer<T>(dim, logarithm: false) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
