using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>A line that does not fit the window is not read to its end.</summary>
public sealed class LineLengthTests
{
    private const int Most = 150;

    [TestCase("Engine")]
    [TestCase("Engine.Cli")]
    [TestCase("Engine.Pictures")]
    [TestCase("Engine.Playground")]
    [TestCase("Engine.Fuzz")]
    [TestCase("Engine.Bench")]
    [TestCase("Engine.Book")]
    [TestCase("Engine.Tests")]
    [TestCase("docs")]
    public void Lines_OfProject_FitTheWindow(string project) => Assert.That(SourceFiles.Below(project).SelectMany(path =>
        SourceFiles.Read(project, path).Split('\n').Select((line, i) => (Place: $"{path}:{i + 1}", line.Length)).Where(line => line.Length > Most)),
            Is.Empty);
}
