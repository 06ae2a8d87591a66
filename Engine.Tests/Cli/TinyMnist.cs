using Scratch.Tests.Data;

namespace Scratch.Tests.Cli;

/// <summary>A data folder of 600 training and 60 test images without meaning: quick to read.</summary>
internal static class TinyMnist
{
    public static void WriteTo(string folder)
    {
        foreach (var (name, count) in (ReadOnlySpan<(string, int)>)[("train", 600), ("t10k", 60)])
        {
            File.WriteAllBytes(Path.Combine(folder, $"{name}-images-idx3-ubyte"), IdxBytes.File((uint)count, 28, 28));
            byte[] labels = Array.ConvertAll(IdxBytes.Elements(count), element => (byte)(element % 10));
            File.WriteAllBytes(Path.Combine(folder, $"{name}-labels-idx1-ubyte"), IdxBytes.File([(uint)count], labels));
        }
    }
}
