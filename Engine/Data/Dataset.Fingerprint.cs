using System.Buffers.Binary;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Data;

/// <content>Whether images are those of another time.</content>
public sealed partial class Dataset
{
    private long? _fingerprint;

    /// <summary>A number that differs with any pixel, label or target: by it a training that goes on knows its images.</summary>
    internal long Fingerprint => _fingerprint ??= Crc(Pixels) << 32 | (Crc(AlignedMemory.Bytes(Labels)) ^ (Targets is { } targets
        ? Crc(AlignedMemory.Bytes<float>(targets.Span)) : 0));

    private static long Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
