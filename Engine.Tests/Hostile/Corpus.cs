using System.IO.Compression;
using Scratch.Tests.Support;

namespace Scratch.Tests.Hostile;

/// <summary>Files with which afl++ took ways through a reader that no sound one takes: of each at most sixteen, and short ones.</summary>
internal static class Corpus
{
    /// <summary>Those of a reader; none where afl++ found none so short.</summary>
    public static IReadOnlyList<byte[]> Of(HostileReader reader)
    {
        string folder = $"{reader.Name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)}/";
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(RepositoryFolder.Path, "Engine.Tests", "Hostile", "corpus.zip"));
        List<byte[]> files = [];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.StartsWith(folder, StringComparison.Ordinal)))
        {
            using Stream stream = entry.Open();
            byte[] file = new byte[entry.Length];
            stream.ReadExactly(file);
            files.Add(file);
        }
        return files;
    }
}
