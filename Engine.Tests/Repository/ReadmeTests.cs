using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The README shows the program that is built and run, and names files that exist.</summary>
[TestFixture]
public sealed partial class ReadmeTests
{
    [TestCase("example")]
    [TestCase("answer")]
    public void Example_IsTheProgramWordForWord(string folder)
    {
        string program = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", folder, "Program.cs")).Trim();
        Assert.That(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "README.md")), Does.Contain($"```csharp\n{program}\n```"));
    }

    [TestCase("README.md")]
    [TestCase("CONTRIBUTING.md")]
    [TestCase("docs/reading-order.md")]
    [TestCase("docs/graphs.md")]
    [TestCase("docs/learning-rates.md")]
    [TestCase("docs/lesson.md")]
    [TestCase("docs/many-labels.md")]
    [TestCase("docs/performance.md")]
    [TestCase("docs/pictures.md")]
    [TestCase("docs/plan.md")]
    [TestCase("docs/playground.md")]
    [TestCase("docs/training.md")]
    [TestCase("docs/report.md")]
    [TestCase("docs/serve.md")]
    public void Links_LeadToFiles(string document)
    {
        string path = Path.Combine(RepositoryFolder.Path, document);
        string[] targets = [.. LinkTargets().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)];
        Assert.That(targets, Has.All.Matches<string?>(target => Path.Exists(Path.Combine(Path.GetDirectoryName(path) ?? "", target!))));
    }

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex LinkTargets();
}
