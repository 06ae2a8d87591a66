using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Files;

/// <summary>The named tensors of a safetensors file, the format in which PyTorch's weights are exchanged.</summary>
/// <remarks>
/// Eight bytes of header length, the JSON header, the data; all little-endian. See https://github.com/huggingface/safetensors.
/// Every claim of the header is checked against the file's length before memory is allocated by it: a file may come from anyone. Then the whole file
/// is read; or, for who goes through the tensors once, one at a time.
/// </remarks>
public sealed class SafetensorsFile
{
    private const int PrefixLength = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly string _file;
    private readonly Dictionary<string, SafetensorsEntry> _tensors;
    private readonly Dictionary<string, byte[]> _data = [];                  // of all tensors, or of none
    private readonly Stream _stream;
    private readonly long _start;                                            // of the data, in the stream
    private byte[] _last = [];                                               // what was read of the stream last

    private SafetensorsFile(string file, SafetensorsHeader header, Stream stream)
    {
        (_file, Metadata, Entries, _stream, _start) = (file, header.Metadata, header.Entries, stream, stream.Position);
        _tensors = Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>Free text by key, such as the format's version; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds, in the order of the data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The entry of one tensor.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    public SafetensorsEntry this[string name] => Find(name);

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
        SafetensorsFile file = Open(stream, name);
        foreach (SafetensorsEntry entry in file.Entries) file._data.Add(entry.Name, ReadBytes(name, stream, new byte[entry.End - entry.Begin]));
        return file;
    }

    /// <summary>The free text of the file at <paramref name="path"/>, whose tensors are not read.</summary>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or a damaged one; the message says where.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Open(stream, Path.GetFileName(path)).Metadata;
    }

    /// <summary>Reads the header only; tensors are read when they are asked for, as long as the stream is open.</summary>
    internal static SafetensorsFile Open(Stream stream, string name)
    {
        if (!stream.CanSeek)
            throw new ArgumentException($"{name}: the stream does not know its length. Copy it into a MemoryStream first.", nameof(stream));
        long length = stream.Length - stream.Position;
        if (length < PrefixLength) SafetensorsHeader.Invalid(name, $"expected at least {PrefixLength} bytes, found {length}.");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(name, stream, new byte[PrefixLength]));
        if (headerLength > MaxHeaderLength)
            SafetensorsHeader.Invalid(name,
                $"expected a header of at most {MaxHeaderLength} bytes, found length {headerLength} at byte 0. Is it a safetensors file?");
        long dataLength = length - PrefixLength - (long)headerLength;
        if (dataLength < 0)
            SafetensorsHeader.Invalid(name,
                $"expected a header of {headerLength} bytes from byte {PrefixLength} on, found {length - PrefixLength}. Is it cut off?");
        return new(name, new SafetensorsHeader(name, ReadBytes(name, stream, new byte[headerLength]), dataLength), stream);
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>A copy of one tensor of floating-point numbers (F64, F32, F16 or BF16) in the precision asked for.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it holds other numbers.</exception>
    public Tensor<T> Get<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = new Tensor<T>(Find(name).Shape);
        CopyTo(name, tensor.Span);
        return tensor;
    }

    /// <summary>The same into memory of the caller.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="values">As many numbers as it has, overwritten.</param>
    internal void CopyTo<T>(string name, Span<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsEntry entry = Find(name);
        if (entry.Dtype is not ("F64" or "F32" or "F16" or "BF16")) WrongType(entry, "F64, F32, F16 or BF16");
        byte[] data = Bytes(name);
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
    }

    /// <summary>A copy of one tensor of integers (I64, I32, I16, I8, U8, or BOOL as 0 and 1), row by row.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it holds other numbers.</exception>
    public long[] GetIntegers(string name)
    {
        SafetensorsEntry entry = Find(name);
        byte[] data = Bytes(name);
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

    /// <summary>The bytes of one tensor, as they lie in the file; not a copy. Where only the header was read they hold until the next
    /// call, and more may follow them.</summary>
    internal byte[] Bytes(string name)
    {
        SafetensorsEntry entry = Find(name);
        if (_data.TryGetValue(name, out byte[]? bytes)) return bytes;
        int length = (int)(entry.End - entry.Begin);
        if (_last.Length < length) _last = new byte[length];
        _stream.Position = _start + entry.Begin;
        ReadBytes(_file, _stream, _last.AsSpan(0, length));
        return _last;
    }

    private static byte[] ReadBytes(string file, Stream stream, byte[] bytes)
    {
        ReadBytes(file, stream, bytes.AsSpan());
        return bytes;
    }

    private static void ReadBytes(string file, Stream stream, Span<byte> bytes)
    {
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
            SafetensorsHeader.Invalid(file, $"expected {bytes.Length} more bytes, found {read}. The file became shorter while it was read.");
    }

    private SafetensorsEntry Find(string name)
    {
        if (!_tensors.TryGetValue(name, out SafetensorsEntry? found))
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
