using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Support;

/// <summary>What comes in, and what some modules in a row make of it, joined.</summary>
public sealed class Joined<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Value<T>, Value<T>, Value<T>> _join;

    public Joined(Func<Value<T>, Value<T>, Value<T>> join, params Module<T>[] way)
    {
        _join = join;
        for (int i = 0; i < way.Length; i++) Add($"{i}", way[i]);
    }

    protected override Value<T> Wire(Value<T> input) => _join(input, base.Wire(input));
}
