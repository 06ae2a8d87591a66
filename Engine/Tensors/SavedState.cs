using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Scratch.Tensors;

/// <summary>Named numbers that a training consists of at one moment: what a checkpoint holds. Whoever has a state exchanges it with one list of calls
/// for both ways: saving, the numbers go in; restoring, those that went in come back.</summary>
/// <remarks>
/// <code>
/// _steps = state.Exchange("steps", _steps);      // saving: 17 in, 17 back; restoring: what was saved, back
/// state.Exchange("mean", _mean);                 // a tensor: restoring, its numbers are overwritten
/// </code>
/// Numbers are copied bit by bit. When it is saved into again, the memory of numbers that are as many as before serves again.
/// </remarks>
public sealed class SavedState
{
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly HashSet<string> _used = [];
    private readonly string _who;
    private string _prefix = "";

    /// <summary>Of nothing, to be saved into.</summary>
    public SavedState() => _who = nameof(SavedState);

    internal SavedState(string who) => (_who, IsRestoring) = (who, true);

    /// <summary>Whether numbers come back rather than go in.</summary>
    public bool IsRestoring { get; private set; }

    /// <summary>What it holds now: by name the kind of number, as safetensors calls it, the sizes and the bytes.</summary>
    internal IEnumerable<(string Name, string Dtype, Shape Shape, byte[] Bytes)> Entries =>
        _entries.Select(entry => (entry.Key, entry.Value.Dtype, entry.Value.Shape, entry.Value.Bytes));

    /// <summary>Whether there is something under a name, restoring: for what may be there or not.</summary>
    public bool Contains(string name) => _entries.ContainsKey(_prefix + name);

    /// <summary>A whole number.</summary>
    /// <returns>The number; restoring, the one that was saved.</returns>
    public long Exchange(string name, long value)
    {
        Exchange<long>(name, "I64", new Shape(), SpanOf(ref value));
        return value;
    }

    /// <summary>A whole number.</summary>
    /// <returns>The number; restoring, the one that was saved.</returns>
    /// <exception cref="InvalidDataException">What was saved is larger than such numbers are.</exception>
    public int Exchange(string name, int value)
    {
        long saved = Exchange(name, (long)value);
        if (saved is < int.MinValue or > int.MaxValue) Invalid($"'{_prefix}{name}' is {saved}, must be from {int.MinValue} to {int.MaxValue}.");
        return (int)saved;
    }

    /// <summary>A number that must be the same on both sides.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What it is here.</param>
    /// <param name="what">What an error calls it, such as "the images".</param>
    /// <exception cref="InvalidDataException">It was another when it was saved.</exception>
    public void ExchangeEqual(string name, long value, string what)
    {
        if (Exchange(name, value) != value) Invalid($"{what} ('{_prefix}{name}') differ from those that it was written with.");
    }

    /// <summary>A yes or no.</summary>
    /// <returns>The answer; restoring, the one that was saved.</returns>
    public bool Exchange(string name, bool value) => Exchange(name, value ? 1L : 0L) != 0;

    /// <summary>A number.</summary>
    /// <returns>The number; restoring, the one that was saved.</returns>
    public double Exchange(string name, double value)
    {
        Exchange<double>(name, "F64", new Shape(), SpanOf(ref value));
        return value;
    }

    /// <summary>Some whole numbers, always as many; restoring, they are overwritten.</summary>
    public void Exchange(string name, Span<long> values) => Exchange(name, "I64", new Shape(values.Length), values);

    /// <summary>The same, in a shape.</summary>
    internal void Exchange(string name, Shape shape, Span<long> values) => Exchange(name, "I64", shape, values);

    /// <summary>Some whole numbers, always as many; restoring, they are overwritten.</summary>
    public void Exchange(string name, Span<int> values) => Exchange(name, "I32", new Shape(values.Length), values);

    /// <summary>The numbers of a tensor; restoring, they are overwritten.</summary>
    public void Exchange<T>(string name, Tensor<T> tensor) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Exchange(name, DtypeOf<T>(), tensor.Shape, tensor.Span);

    /// <summary>A list, of any length; restoring, it is replaced.</summary>
    public void Exchange(string name, List<double> values) => ExchangeList(name, "F64", values);

    /// <summary>A list, of any length; restoring, it is replaced.</summary>
    public void Exchange(string name, List<long> values) => ExchangeList(name, "I64", values);

    /// <summary>What belongs together, under a name that comes before its names, with a slash between.</summary>
    public void Within(string name, Action<SavedState> exchange)
    {
        string outer = _prefix;
        _prefix = $"{outer}{name}/";
        try
        {
            exchange(this);
        }
        finally
        {
            _prefix = outer;
        }
    }

    /// <summary>Begins to save anew.</summary>
    internal void BeginSaving()
    {
        IsRestoring = false;
        _used.Clear();
    }

    /// <summary>Begins to restore, from what was saved or <see cref="Put"/> here.</summary>
    internal void BeginRestoring()
    {
        IsRestoring = true;
        _used.Clear();
    }

    /// <summary>Makes sure that all was exchanged. Saving, what was not goes away.</summary>
    /// <exception cref="InvalidDataException">Restoring, something was left.</exception>
    internal void End()
    {
        List<string> left = [.. _entries.Keys.Where(name => !_used.Contains(name))];
        if (IsRestoring && left.Count > 0)
            Invalid($"nothing here takes {string.Join(", ", left.Take(5).Select(name => $"'{name}'"))}{(left.Count > 5 ? " and others" : "")}. "
                + "Go on with the model, optimiser and callbacks that it was written with.");
        foreach (string name in left) _entries.Remove(name);
    }

    /// <summary>Puts in what a file holds.</summary>
    internal void Put(string name, string dtype, Shape shape, byte[] bytes) => _entries.Add(name, new(dtype, shape, bytes));

    /// <summary>What safetensors calls such numbers.</summary>
    internal static string DtypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(double) ? "F64" : typeof(T) == typeof(float) ? "F32" : typeof(T) == typeof(Half) ? "F16" : "BF16";

    private static Span<T> SpanOf<T>(ref T value) => new(ref value);

    private void ExchangeList<TNumber>(string name, string dtype, List<TNumber> values) where TNumber : unmanaged
    {
        if (IsRestoring)
        {
            int count = Find(name).Shape is { Rank: 1 } shape ? shape[0] : -1;
            if (count < 0) Invalid($"'{_prefix}{name}' is no list.");
            CollectionsMarshal.SetCount(values, count);
        }
        Exchange(name, dtype, new Shape(values.Count), CollectionsMarshal.AsSpan(values));
    }

    private void Exchange<TNumber>(string name, string dtype, Shape shape, Span<TNumber> values) where TNumber : unmanaged
    {
        string full = _prefix + name;
        Span<byte> bytes = AlignedMemory.WritableBytes(values);
        if (!_used.Add(full)) throw new ArgumentException($"{_who}: '{full}' is there already.", nameof(name));
        if (!IsRestoring)
        {
            if (!_entries.TryGetValue(full, out Entry? old) || old.Dtype != dtype || old.Shape != shape)
                _entries[full] = old = new(dtype, shape, GC.AllocateUninitializedArray<byte>(bytes.Length));
            bytes.CopyTo(old.Bytes);
            return;
        }
        Entry entry = Find(name);
        if (entry.Dtype != dtype || entry.Shape != shape)
            Invalid($"'{full}' is {entry.Dtype} {entry.Shape}, must be {dtype} {shape}. Go on with what it was written of.");
        entry.Bytes.CopyTo(bytes);
    }

    private Entry Find(string name)
    {
        if (!_entries.TryGetValue(_prefix + name, out Entry? entry))
            Invalid($"there is no '{_prefix}{name}'. Go on with the model, optimiser and callbacks that it was written with.");
        return entry;
    }

    [DoesNotReturn]
    private void Invalid(string what) => throw new InvalidDataException($"{_who}: {what}");

    private sealed record Entry(string Dtype, Shape Shape, byte[] Bytes);
}
