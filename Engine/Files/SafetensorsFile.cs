using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Files;

/// <summary>The named tensors of a safetensors file, the format in which PyTorch's weights are exchanged.</summary>
/// <remarks>
/// Eight bytes of header length, the JSON header, the data; all little-endian. See https://github.com/huggingface/safetensors.
/// The whole file is read, and every claim of its header checked against its length before memory is allocated by it: a file may come from anyone.
/// </remarks>
public sealed class SafetensorsFile
{
    private const int PrefixLength = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly string _file;
    private readonly Dictionary<string, (SafetensorsEntry Entry, byte[] Data)> _tensors = [];

    private SafetensorsFile(string file, SafetensorsHeader header, Stream data)
    {
        (_file, Metadata, Entries) = (file, header.Metadata, header.Entries);
        foreach (SafetensorsEntry entry in Entries) _tensors.Add(entry.Name, (entry, ReadBytes(file, data, entry.End - entry.Begin)));
    }

    /// <summary>Free text by key, such as the format's version; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds, in the order of the data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The entry of one tensor.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    public SafetensorsEntry this[string name] => Find(name).Entry;

    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or a damaged one; the message says where.</exception>
    public static SafetensorsFile Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, Path.GetFileName(path));
    }

    /// <summary>Reads a file from the position of <paramref name="stream"/> to its end.</summary>
    /// <param name="stream">Must know its length, as files and memory do.</param>
    /// <param name="name">What error messages call the file.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or a damaged one; the message says where.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        if (!stream.CanSeek)
            throw new ArgumentException($"{name}: the stream does not know its length. Copy it into a MemoryStream first.", nameof(stream));
        long length = stream.Length - stream.Position;
        if (length < PrefixLength) SafetensorsHeader.Invalid(name, $"expected at least {PrefixLength} bytes, found {length}.");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(name, stream, PrefixLength));
        if (headerLength > MaxHeaderLength)
            SafetensorsHeader.Invalid(name,
                $"expected a header of at most {MaxHeaderLength} bytes, found length {headerLength} at byte 0. Is it a safetensors file?");
        long dataLength = length - PrefixLength - (long)headerLength;
        if (dataLength < 0)
            SafetensorsHeader.Invalid(name,
                $"expected a header of {headerLength} bytes from byte {PrefixLength} on, found {length - PrefixLength}. Is it cut off?");
        return new(name, new SafetensorsHeader(name, ReadBytes(name, stream, (long)headerLength), dataLength), stream);
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>A copy of one tensor of floating-point numbers (F64, F32, F16 or BF16) in the precision asked for.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it holds other numbers.</exception>
    public Tensor<T> Get<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (SafetensorsEntry entry, byte[] data) = Find(name);
        if (entry.Dtype is not ("F64" or "F32" or "F16" or "BF16")) WrongType(entry, "F64, F32, F16 or BF16");
        var tensor = new Tensor<T>(entry.Shape);
        Span<T> values = tensor.Span;
        switch (entry.Dtype)
        {
            case "F64":
                for (int i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BinaryPrimitives.ReadDoubleLittleEndian(data.AsSpan(i * 8)));
                break;
            case "F32":
                for (int i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(i * 4)));
                break;
            case "F16":
                for (int i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BinaryPrimitives.ReadHalfLittleEndian(data.AsSpan(i * 2)));
                break;
            default:                                                        // BF16: the upper half of a float's bits
                for (int i = 0; i < values.Length; i++)
                    values[i] = T.CreateTruncating(BitConverter.UInt32BitsToSingle(
                        (uint)BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(i * 2)) << 16));
                break;
        }
        return tensor;
    }

    /// <summary>A copy of one tensor of integers (I64, I32, I16, I8, U8, or BOOL as 0 and 1), row by row.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it holds other numbers.</exception>
    public long[] GetIntegers(string name)
    {
        (SafetensorsEntry entry, byte[] data) = Find(name);
        Func<int, long>? read = entry.Dtype switch
        {
            "I64" => i => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(i * 8)),
            "I32" => i => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(i * 4)),
            "I16" => i => BinaryPrimitives.ReadInt16LittleEndian(data.AsSpan(i * 2)),
            "I8" => i => (sbyte)data[i],
            "U8" => i => data[i],
            "BOOL" => i => data[i] == 0 ? 0 : 1,
            _ => null,
        };
        if (read is null) WrongType(entry, "I64, I32, I16, I8, U8 or BOOL");
        long[] values = new long[entry.Shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = read(i);
        return values;
    }

    /// <summary>The bytes of one tensor, as they lie in the file; not a copy.</summary>
    internal byte[] Bytes(string name) => Find(name).Data;

    private static byte[] ReadBytes(string file, Stream stream, long count)
    {
        byte[] bytes = new byte[count];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
            SafetensorsHeader.Invalid(file, $"expected {count} more bytes, found {read}. The file became shorter while it was read.");
        return bytes;
    }

    private (SafetensorsEntry Entry, byte[] Data) Find(string name)
    {
        if (!_tensors.TryGetValue(name, out (SafetensorsEntry, byte[]) found))
        {
            SafetensorsHeader.Invalid(_file, $"there is no tensor '{PrintableText.Of(name)}' among its {Entries.Count}: "
                + $"{PrintableText.Of(string.Join(", ", Entries.Select(entry => entry.Name)))}.");
        }
        return found;
    }

    [DoesNotReturn]
    private void WrongType(SafetensorsEntry entry, string expected) =>
        SafetensorsHeader.Invalid(_file,
            $"tensor '{PrintableText.Of(entry.Name)}': expected {expected}, found {entry.Dtype} {entry.Shape}.");
}
