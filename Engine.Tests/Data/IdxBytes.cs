using System.Buffers.Binary;
using System.IO.Compression;

namespace Scratch.Tests.Data;

/// <summary>IDX files made by hand.</summary>
internal static class IdxBytes
{
    /// <summary>A whole file: magic, sizes, elements.</summary>
    public static byte[] File(uint[] sizes, byte[] elements, byte type = 0x08)
    {
        byte[] file = new byte[4 + 4 * sizes.Length + elements.Length];
        (file[2], file[3]) = (type, (byte)sizes.Length);
        for (int axis = 0; axis < sizes.Length; axis++) BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(4 + 4 * axis), sizes[axis]);
        elements.CopyTo(file, file.Length - elements.Length);
        return file;
    }

    /// <summary>A whole file of seeded elements.</summary>
    public static byte[] File(params uint[] sizes) => File(sizes, Elements((int)sizes.Aggregate(1u, (a, b) => a * b)));

    /// <summary>Bytes without a pattern: a swap of any two axes would show.</summary>
    public static byte[] Elements(int count, long seed = 1)
    {
        var random = new Scratch.Tensors.RandomGenerator(seed);
        byte[] elements = new byte[count];
        for (int i = 0; i < count; i++) elements[i] = (byte)random.NextInt(256);
        return elements;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionMode.Compress)) stream.Write(content);
        return packed.ToArray();
    }
}
