using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

/// <summary>Modules in a row within a module, under names: what PyTorch makes of a <c>Sequential</c> with an <c>OrderedDict</c>.</summary>
internal sealed class NamedChain<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Puts modules in a row.</summary>
    /// <param name="typeName">What the whole is called.</param>
    /// <param name="modules">With their names.</param>
    public NamedChain(string typeName, params ReadOnlySpan<(string Name, Module<T> Module)> modules)
    {
        TypeName = typeName;
        foreach (var (name, module) in modules) Add(name, module);
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Puts one more behind them.</summary>
    public void Append(string name, Module<T> module) => Add(name, module);
}
