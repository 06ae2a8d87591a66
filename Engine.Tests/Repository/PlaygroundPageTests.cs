using NUnit.Framework;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The playground that is committed is made of the sources beside it.</summary>
public sealed class PlaygroundPageTests
{
    private const string Export = "export ";

    [Test]
    public void Page_EveryLineOfItsSources_IsInIt()
    {
        HashSet<string> page = [.. File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "playground", "index.html"))];
        string[] sources = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "Engine.Playground", "wwwroot"));
        Assert.That(sources, Has.Length.GreaterThan(8));
        string[] missing = [.. sources.SelectMany(file => File.ReadLines(file).Where(line => !IsReplaced(line))
            .Select(line => line.StartsWith(Export, StringComparison.Ordinal) ? line[Export.Length..] : line)
            .Where(line => !page.Contains(line)).Select(line => $"{Path.GetFileName(file)}: {line}"))];
        Assert.That(missing, Is.Empty, "the page is older than its sources: dotnet publish -c Release Engine.Playground");
    }

    // Lines in whose place the files stand that they name.
    private static bool IsReplaced(string line) => line.StartsWith("import ", StringComparison.Ordinal)
        || line.StartsWith("<link rel=\"stylesheet\"", StringComparison.Ordinal) || line.StartsWith("<script ", StringComparison.Ordinal);
}
