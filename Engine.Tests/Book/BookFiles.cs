using Scratch.Book;
using Scratch.Tests.Support;

namespace Scratch.Tests.Book;

/// <summary>The book as the engine makes it now, made once, and where the committed one lies.</summary>
internal static class BookFiles
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> _now = new(() => BookBuilder.Build(RepositoryFolder.Path));

    /// <summary>Every file by its name.</summary>
    public static IReadOnlyDictionary<string, string> Now => _now.Value;

    /// <summary>docs/book.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryFolder.Path, "docs", "book");

    /// <summary>The committed files of an ending, by their names.</summary>
    public static string[] Named(string ending) => [.. Directory.EnumerateFiles(Folder, $"*{ending}", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A committed file.</summary>
    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));
}
