using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class HelpPageTests
{
    private static IEnumerable<string> Commands => HelpPage.Examples.Keys;

    private static IEnumerable<string> Quick =>
        HelpPage.Examples.Where(command => command.Key is "summary" or "plan" or "models" or "layers").SelectMany(command => command.Value);

    private static IEnumerable<string> OfFiles =>
        HelpPage.Examples.Where(command => command.Key is "evaluate" or "report" or "predict" or "serve").SelectMany(command => command.Value);

    [Test]
    public void Help_NamesEveryCommand_AndEachHasAnExample()
    {
        CliRun run = CliRun.Of("--help");
        string[] listed = [.. run.Output[run.Output.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && char.IsAsciiLetterLower(line[2])).Select(line =>
                line.Trim().Split(' ')[0])];
        Assert.That(listed, Is.EquivalentTo(Commands));
        Assert.That(run.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(HelpPage.Width));
    }

    [TestCaseSource(nameof(Commands))]
    public void Help_OfCommand_Fits80ColumnsAndEndsWithItsExamples(string command)
    {
        CliRun run = CliRun.Of(command, "--help");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(HelpPage.Width));
        Assert.That(run.Output.TrimEnd(), Does.EndWith(string.Join(Environment.NewLine, HelpPage.Examples[command].Select(line => $"  {line}"))));
    }

    [TestCaseSource(nameof(Quick))]
    public void Example_AsPrinted_Works(string example)
    {
        CliRun run = CliRun.Of(example.Split(' ')[1..]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [TestCaseSource(nameof(OfFiles))]
    public void Example_OfFilesThatAreNotThere_AsksForThem(string example)
    {
        CliRun run = CliRun.Of(example.Split(' ')[1..]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed), run.Error);
        Assert.That(run.Error, Does.Contain(Path.GetFileName(example.Split(' ')[2])));
    }

    [Test]
    public void Example_OfTrain_Works()
    {
        CliRun run = CliRun.Of([.. HelpPage.Examples["train"][0].Split(' ')[1..], "--data", CliRun.Mnist]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }
}
