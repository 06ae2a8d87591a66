using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>A file that grows past what one sitting reads holds a second idea.</summary>
public sealed class FileLengthTests
{
    [TestCase("Engine", 400)]
    [TestCase("Engine.Pictures", 400)]
    [TestCase("Engine.Playground", 400)]
    [TestCase("Engine.Fuzz", 400)]
    [TestCase("Engine.Cli", 400)]
    [TestCase("Engine.Bench", 400)]
    [TestCase("Engine.Book", 400)]
    [TestCase("Engine.Tests", 500)]
    public void Files_OfProject_AreShortEnough(string project, int most) => Assert.That(
        SourceFiles.Below(project).Select(path => (path, Lines: SourceFiles.Read(project, path).Count(c => c == '\n'))).Where(file =>
            file.Lines > most), Is.Empty);

    [TestCase("Engine")]
    [TestCase("Engine.Pictures")]
    [TestCase("Engine.Playground")]
    [TestCase("Engine.Fuzz")]
    [TestCase("Engine.Cli")]
    [TestCase("Engine.Bench")]
    [TestCase("Engine.Book")]
    [TestCase("Engine.Tests")]
    public void Files_OfProject_LeaveNothingToDo(string project) =>
        Assert.That(SourceFiles.Below(project).Where(path => SourceFiles.Read(project, path).Contains("TO" + "DO", StringComparison.Ordinal)),
            Is.Empty);
}
