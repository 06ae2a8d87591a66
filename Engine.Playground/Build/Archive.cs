using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Scratch.Playground.Build;

/// <summary>Files one after the other, for wwwroot/worker.js: the length of a list of names and sizes (4 bytes, little-endian), that list as JSON,
/// the files; all of it through gzip.</summary>
internal sealed class Archive
{
    private readonly List<(string Name, byte[] Bytes)> _files = [];

    /// <summary>Bytes of all files.</summary>
    public long Length => _files.Sum(file => (long)file.Bytes.Length);

    public void Add(string name, ReadOnlySpan<byte> bytes) => _files.Add((name, bytes.ToArray()));

    /// <summary>A file of the .NET runtime. Its scripts ask where they came from and look for the others there. In one page they come from nowhere,
    /// and a blob's address cannot be the base of another: they are given one, at which nobody asks, for the worker hands every file over.</summary>
    public void AddFramework(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (Path.GetExtension(path) == ".js")
            bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("import.meta.url", "\"https://playground.invalid/_framework/\"",
                StringComparison.Ordinal));
        Add(Path.GetFileName(path), bytes);
    }

    public byte[] Pack()
    {
        byte[] list = JsonSerializer.SerializeToUtf8Bytes(_files.Select(file => new object[] { file.Name, file.Bytes.Length }));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, list.Length);
            gzip.Write(length);
            gzip.Write(list);
            foreach (var (_, bytes) in _files) gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
