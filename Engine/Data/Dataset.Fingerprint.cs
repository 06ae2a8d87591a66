using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Scratch.Tensors;

namespace Scratch.Data;

/// <content>Whether images are those of another time.</content>
public sealed partial class Dataset
{
    private long? _fingerprint;

    /// <summary>A number that differs with any pixel, label or target: by it a training that goes on knows its images. Of images that are not in
    /// memory it knows the names only, and how many there are.</summary>
    internal long Fingerprint => _fingerprint ??= OfImages() << 32 | (Crc(AlignedMemory.Bytes(Labels))
        ^ (Targets is { } targets ? Crc(AlignedMemory.Bytes<float>(targets.Span)) : 0));

    private long OfImages() => Crc(IsInMemory ? Pixels : Encoding.UTF8.GetBytes($"{Count} {string.Join('\n', ImageNames.ToArray())}"));

    private static long Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
