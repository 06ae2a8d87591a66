using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Some modules in a row and the images they take.</summary>
/// <param name="Batch">[N, ...].</param>
/// <param name="Modules">In order.</param>
public sealed record LayerCase<T>(Shape Batch, params Module<T>[] Modules) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
