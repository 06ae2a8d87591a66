using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Scratch.Tensors;

namespace Scratch.Files;

/// <summary>Gathers named tensors and writes them as one safetensors file.</summary>
/// <remarks>
/// Tensors of 8-byte elements come first, else the order is that of adding; with a header padded to a multiple of 8 bytes each tensor is then aligned
/// to its elements. The same additions give the same bytes. Tensors are not copied: the file gets what they hold when it is written.
/// </remarks>
public sealed class SafetensorsWriter
{
    private const int Alignment = 8;

    private readonly OrderedDictionary<string, Part> _parts = [];
    private readonly OrderedDictionary<string, string> _metadata = [];

    private delegate void ElementWriter(Span<byte> destination, int index);

    /// <summary>Adds a tensor: <c>double</c> as F64, every smaller type as F32, which holds all its values.</summary>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    public SafetensorsWriter Add<T>(string name, Tensor<T> tensor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return typeof(T) == typeof(double)
            ? Add(name, new("F64", 8, tensor.Shape, (to, i) => BinaryPrimitives.WriteDoubleLittleEndian(to, double.CreateTruncating(tensor.Span[i]))))
            : Add(name, new("F32", 4, tensor.Shape, (to, i) => BinaryPrimitives.WriteSingleLittleEndian(to, float.CreateTruncating(tensor.Span[i]))));
    }

    /// <summary>Adds integers as I64.</summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="values">As many as the shape has elements, row by row.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    /// <exception cref="ShapeMismatchException">There are more or fewer values than the shape has elements.</exception>
    public SafetensorsWriter Add(string name, Shape shape, long[] values)
    {
        if (values.Length != shape.Length)
            ShapeGuard.Mismatch($"Tensor '{name}'", $"{values.Length} values do not fill shape {shape} of {shape.Length} elements.", shape,
                new Shape(values.Length));
        return Add(name, new("I64", 8, shape, (to, i) => BinaryPrimitives.WriteInt64LittleEndian(to, values[i])));
    }

    /// <summary>Adds numbers as they lie in memory, of a little-endian machine.</summary>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    internal SafetensorsWriter AddBytes(string name, string dtype, Shape shape, byte[] bytes) =>
        Add(name, new(dtype, SafetensorsHeader.SizeOf(dtype), shape, null, bytes));

    /// <summary>Adds free text under a key.</summary>
    /// <exception cref="ArgumentException">The key is taken.</exception>
    public SafetensorsWriter AddMetadata(string key, string value)
    {
        _metadata.Add(key, value);
        return this;
    }

    /// <summary>Writes the file at <paramref name="path"/>, whole or not at all (<see cref="AtomicFile"/>).</summary>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the file into <paramref name="stream"/>.</summary>
    public void Write(Stream stream)
    {
        stream.Write(HeaderBytes());
        byte[] buffer = new byte[1 << 16];
        foreach ((_, Part part) in Ordered()) part.Write(stream, buffer);
    }

    /// <summary>The first bytes of the file, up to the data.</summary>
    internal byte[] HeaderBytes()
    {
        ReadOnlySpan<byte> json = Header(Ordered());
        int padding = -json.Length & (Alignment - 1);
        byte[] prefix = new byte[Alignment];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length + padding);
        return [.. prefix, .. json, .. "       "u8[..padding]];
    }

    private KeyValuePair<string, Part>[] Ordered() => [.. _parts.OrderByDescending(part => part.Value.ElementSize)];

    private SafetensorsWriter Add(string name, Part part)
    {
        if (name == SafetensorsHeader.MetadataName)
            throw new ArgumentException($"A tensor cannot be called '{name}': the format keeps the name for metadata.", nameof(name));
        if (!_parts.TryAdd(name, part)) throw new ArgumentException($"There is a tensor '{name}' already.", nameof(name));
        return this;
    }

    private ReadOnlySpan<byte> Header(KeyValuePair<string, Part>[] parts)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        if (_metadata.Count > 0)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string key, string value) in _metadata) json.WriteString(key, value);
            json.WriteEndObject();
        }
        long position = 0;
        foreach ((string name, Part part) in parts)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype"u8, part.Dtype);
            json.WriteStartArray("shape"u8);
            foreach (int size in part.Shape.Sizes) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets"u8);
            json.WriteNumberValue(position);
            json.WriteNumberValue(position += (long)part.Shape.Length * part.ElementSize);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan;
    }

    private sealed record Part(string Dtype, int ElementSize, Shape Shape, ElementWriter? Element, byte[]? Bytes = null)
    {
        public void Write(Stream stream, Span<byte> buffer)
        {
            if (Element is null)
            {
                stream.Write(Bytes);
                return;
            }
            int perBuffer = buffer.Length / ElementSize;
            int count;
            for (int start = 0; start < Shape.Length; start += count)
            {
                count = Math.Min(perBuffer, Shape.Length - start);
                for (int i = 0; i < count; i++) Element(buffer[(i * ElementSize)..], start + i);
                stream.Write(buffer[..(count * ElementSize)]);
            }
        }
    }
}
