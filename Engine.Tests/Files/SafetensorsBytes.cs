using System.Buffers.Binary;
using System.Text;
using Scratch.Files;

namespace Scratch.Tests.Files;

/// <summary>Safetensors files put together by hand, right and wrong ones.</summary>
internal static class SafetensorsBytes
{
    public const string File = "hand-made.safetensors";

    public static byte[] Of(string json, params byte[] data) => Of(Encoding.UTF8.GetBytes(json), data);

    public static byte[] Of(byte[] header, byte[] data) => [.. Prefix((ulong)header.Length), .. header, .. data];

    public static byte[] Prefix(ulong headerLength)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, headerLength);
        return prefix;
    }

    public static byte[] Of(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.Write(stream);
        return stream.ToArray();
    }

    public static SafetensorsFile Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return SafetensorsFile.Read(stream, File);
    }
}
