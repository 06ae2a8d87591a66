using System.Text.RegularExpressions;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The sources of this repository, for tests that read them.</summary>
internal static partial class SourceFiles
{
    /// <summary>Paths below a folder of the repository, relative to it, with forward slashes; generated files left out.</summary>
    public static IEnumerable<string> Below(string folder)
    {
        string root = Path.Combine(RepositoryFolder.Path, folder);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
    }

    public static string Read(string folder, string path) => File.ReadAllText(Path.Combine(RepositoryFolder.Path, folder, path));

    /// <summary>The code of a file, without its comments.</summary>
    public static string Code(string folder, string path) => Comment().Replace(Read(folder, path), "");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
