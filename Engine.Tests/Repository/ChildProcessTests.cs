using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>A child process without a time limit can stop the whole suite.</summary>
public sealed partial class ChildProcessTests
{
    private static readonly string[] _allowed = ["Support/ChildProcess.cs"];

    [Test]
    public void Tests_StartProcesses_OnlyWithATimeLimit() =>
        Assert.That(SourceFiles.Below("Engine.Tests").Where(path => Start().IsMatch(SourceFiles.Code("Engine.Tests", path))), Is.EqualTo(_allowed));

    [GeneratedRegex(@"(?<!Child)Process\.Start\(|new Process\(|(?<!Child)Process \w+ = new")]
    private static partial Regex Start();
}
