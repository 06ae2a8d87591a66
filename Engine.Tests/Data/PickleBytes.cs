using System.Buffers.Binary;
using System.Text;

namespace Scratch.Tests.Data;

/// <summary>Writes pickles as Python 2 wrote those of CIFAR (protocol 2), or as Python 3 writes them (protocol 4).</summary>
internal sealed class PickleBytes(int protocol)
{
    private readonly List<byte> _bytes = [0x80, (byte)protocol];
    private int _memo;

    public byte[] Dictionary(params (string Key, Action<PickleBytes> Value)[] items)
    {
        Put("}"u8).Remember().Put("("u8);
        foreach (var (key, value) in items)
        {
            Text(key);
            value(this);
        }
        return [.. Put("u."u8)._bytes];
    }

    public PickleBytes Put(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBytes Remember() => protocol >= 4 ? Put([0x94]) : Put([(byte)'q', (byte)_memo++]);

    public PickleBytes Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return (protocol >= 4 ? Put([0x8C, (byte)bytes.Length]) : Put([(byte)'U', (byte)bytes.Length])).Put(bytes).Remember();
    }

    public PickleBytes Numbers(IEnumerable<int> numbers)
    {
        Put("]"u8).Remember().Put("("u8);
        foreach (int number in numbers) Put([(byte)'K', (byte)number]);
        return Put("e"u8);
    }

    public PickleBytes Texts(params string[] texts)
    {
        Put("]"u8).Remember().Put("("u8);
        foreach (string text in texts) Text(text);
        return Put("e"u8);
    }

    public PickleBytes Name(string module, string name) =>
        protocol >= 4 ? Text(module).Text(name).Put([0x93]).Remember() : Put("c"u8).Put(Encoding.ASCII.GetBytes($"{module}\n{name}\n")).Remember();

    public PickleBytes Array(int rows, int columns, byte[] elements, string type = "u1")
    {
        Name(protocol >= 4 ? "numpy._core.multiarray" : "numpy.core.multiarray", "_reconstruct").Name("numpy", "ndarray");
        Put([(byte)'K', 0, 0x85]).Put([(byte)'U', 1]).Put("b"u8).Put([0x87]).Put("R"u8).Remember();       // (ndarray, (0,), b'b')
        Put("("u8).Put([(byte)'K', 1]).Int(rows).Int(columns).Put([0x86]);
        Name("numpy", "dtype").Text(type).Put([(byte)'K', 0, (byte)'K', 1, 0x87]).Put("R"u8).Remember();
        Put("("u8).Put([(byte)'K', 3]).Text("|").Put("NNN"u8).Int(-1).Int(-1).Put([(byte)'K', 0]).Put("tb"u8).Put([0x89]);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, elements.Length);
        return Put(protocol >= 4 ? "B"u8 : "T"u8).Put(length).Put(elements).Remember().Put("tb"u8);
    }

    private PickleBytes Int(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Put("J"u8).Put(bytes);
    }
}
