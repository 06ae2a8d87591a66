using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

/// <summary>Modules in a row within a module: what PyTorch's <c>Sequential</c> is inside a model, without parameters gathered of its own.</summary>
internal sealed class Chain<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Puts modules in a row, under their numbers.</summary>
    public Chain(params ReadOnlySpan<Module<T>> modules)
    {
        for (int i = 0; i < modules.Length; i++) Add($"{i}", modules[i]);
    }

    /// <inheritdoc/>
    public override string TypeName => "Sequential";
}
