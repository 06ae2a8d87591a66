using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

/// <summary>Modules in a row: each one's output is the next one's input.</summary>
/// <remarks>Names are PyTorch's: <c>0.weight</c> is the weight of the first module, <c>2.0.bias</c> the bias of the first module within the
/// third.</remarks>
public sealed class Sequential<T> : Model<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Puts modules in a row. A layer whose parameters are all zero, as a new convolution's are, starts as PyTorch starts
    /// it, from seed 0; others keep their values. To start all anew, call <see cref="Model{T}.Initialize(Initialization, long)"/>.</summary>
    public Sequential(params IReadOnlyList<Module<T>> modules) : base(modules, null, null)
    {
    }
}
