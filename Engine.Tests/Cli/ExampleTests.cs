using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>The examples of <c>--help</c>, as they are printed, one after the other.</summary>
public sealed class ExampleTests
{
    private static IEnumerable<string> OfNoFile => HelpPage.Examples
        .Where(command => command.Key is "summary" or "plan" or "models" or "layers" or "gradcheck" or "verify" or "bench")
        .SelectMany(command => command.Value);

    [TestCaseSource(nameof(OfNoFile))]
    public void Example_OfNoFile_Works(string example)
    {
        CliRun run = CliRun.Of(example.Split(' ')[1..]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Is.Not.Empty);
    }

    [Test]
    public void Examples_OfFiles_WorkInTheirOrder()
    {
        using var folder = new CommandFolder();
        string[] lines = [.. HelpPage.Examples.Where(command => !command.Value.Any(OfNoFile.Contains) && command.Key != "serve")
            .SelectMany(command => command.Value).Distinct()];
        Assert.That(lines, Has.Length.EqualTo(7));
        foreach (string line in lines)
        {
            CliRun run = folder.Run(line);
            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), $"{line}: {run.Error}");
        }
        string[] serve = HelpPage.Examples["serve"];
        Assert.That(serve[..^1], Is.SubsetOf(lines));
        using ChildProcess server = folder.Start($"{serve[^1]} --port 0");
        Assert.That(server.ReadLine(), Does.Contain("http://127.0.0.1:"));
        server.Signal(SignalDisposition.Interrupt);
        Assert.That(server.Finish().ExitCode, Is.EqualTo(ExitCode.Interrupted));
    }
}
