using System.Numerics;

namespace Scratch.Layers;

/// <summary>The logarithm of <see cref="Softmax{T}"/> along one axis, right where the softmax itself is 0: x - log(sum of exp(x)).</summary>
/// <remarks>Any shape; by default over the channels of [C] or [C, H, W]. The gradient is dy - exp(y) · sum of dy.</remarks>
/// <param name="dim">The axis in PyTorch's counting: 0 is the batch, 1 the channels, -1 the last.</param>
/// <exception cref="ArgumentOutOfRangeException">dim is 0.</exception>
public sealed class LogSoftmax<T>(int dim = 1) : SoftmaxLayer<T>(dim, logarithm: true) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
