using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What a layer works out once for each shape of input, such as a table
/// of taps. Safe from many threads; asking again allocates nothing.</summary>
internal sealed class PerShape<TValue>(Func<Shape, TValue> make) where TValue : class
{
    private volatile Entry[] _entries = [];

    public TValue For(Shape input)
    {
        foreach (Entry entry in _entries)
            if (entry.Input == input) return entry.Value;
        TValue value = make(input);
        lock (make) _entries = [.. _entries, new(input, value)];             // two threads may both make it; either one serves
        return value;
    }

    private sealed record Entry(Shape Input, TValue Value);
}
