using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>A training's state as a safetensors file, with a checksum of every byte.</summary>
/// <remarks>The metadata key <c>checksum</c> holds the SHA-256 of the file as it would be with 64 zeros in its place. The weights have their own
/// names; all else begins with <c>training/</c>.</remarks>
internal static class CheckpointFile
{
    private const string ChecksumKey = "checksum", FormatKey = "checkpoint", Format = "1";
    private const int Digits = 2 * SHA256.HashSizeInBytes, PrefixLength = 8, MostHeader = 100_000_000;

    private static readonly byte[] _before = Encoding.ASCII.GetBytes($"\"{ChecksumKey}\":\""),
        _zeros = Encoding.ASCII.GetBytes(new string('0', Digits));

    private static int _isPrepared;

    /// <summary>Writes it whole or not at all, and to the disk.</summary>
    /// <param name="state">What was saved.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Notes to write beside it.</param>
    public static void Write(SavedState state, string path, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        SafetensorsWriter writer = new SafetensorsWriter().AddMetadata(ChecksumKey, new string('0', Digits)).AddMetadata(FormatKey, Format);
        foreach (var (key, value) in metadata) writer.AddMetadata(key, value);
        foreach (var (name, dtype, shape, bytes) in state.Entries) writer.AddBytes(name, dtype, shape, bytes);
        AtomicFile.WriteAndFlushFolder(path, stream =>
        {
            var hashing = Task.Run(() => Checksum(writer));                  // beside the writing, which takes as long
            writer.Write(stream);
            stream.Position = PlaceOfChecksum(writer.HeaderBytes());
            stream.Write(Encoding.ASCII.GetBytes(hashing.GetAwaiter().GetResult()));
        });
    }

    /// <summary>Compiles and loads what the first one of a process needs, on another thread: beside what comes before the writing.</summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, 1) != 0) return;
        SafetensorsWriter writer = new SafetensorsWriter().AddMetadata(FormatKey, Format);
        writer.AddBytes("number", "I64", new Shape(), new byte[sizeof(long)]);
        Task.Run(() => Checksum(writer));
    }

    /// <summary>Reads it, if every byte is as it was written.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint, or a damaged one.</exception>
    public static (SavedState State, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        string name = Path.GetFileName(path);
        using FileStream stream = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string said = Begin(stream, name, hash);
        long start = stream.Position;
        stream.Position = 0;
        SafetensorsFile file = SafetensorsFile.Read(new HashedStream(stream, start, hash), name);
        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != said) Invalid(name, $"it is damaged: its {ChecksumKey} is {PrintableText.Of(said)}, its bytes have {found}.");
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format) Invalid(name,
            $"it is a checkpoint of another form than {Format}. Use the program that wrote it.");
        var state = new SavedState(name);
        foreach (SafetensorsEntry entry in file.Entries) state.Put(entry.Name, entry.Dtype, entry.Shape, file.Bytes(entry.Name));
        return (state, file.Metadata);
    }

    private static string Checksum(SafetensorsWriter writer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        writer.Write(new HashingStream(hash));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Hashes prefix and header with zeros in the place of the checksum, and says what stands there.
    private static string Begin(FileStream stream, string name, IncrementalHash hash)
    {
        byte[] prefix = new byte[PrefixLength];
        long length = stream.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false) < PrefixLength ? -1
            : BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length < 0 || length > Math.Min(MostHeader, stream.Length - PrefixLength)) Invalid(name, "it is no checkpoint, or is cut off.");
        byte[] header = new byte[PrefixLength + length];
        prefix.CopyTo(header, 0);
        stream.ReadExactly(header.AsSpan(PrefixLength));
        int place = PlaceOfChecksum(header);
        if (place < 0 || place + Digits > header.Length) Invalid(name, $"it has no '{ChecksumKey}': it is no checkpoint, or a damaged one.");
        string said = Encoding.ASCII.GetString(header, place, Digits);
        _zeros.CopyTo(header, place);
        hash.AppendData(header);
        return said;
    }

    // Quotation marks in texts are escaped, so that this comes once, as the key.
    private static int PlaceOfChecksum(ReadOnlySpan<byte> header) => header.IndexOf(_before) is >= 0 and int place ? place + _before.Length : -1;

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Invalid(string name, string what) => throw new InvalidDataException($"{name}: {what}");
}
