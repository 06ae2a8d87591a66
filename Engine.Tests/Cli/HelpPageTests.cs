using System.CommandLine;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class HelpPageTests
{
    private static IEnumerable<string> Commands => HelpPage.Examples.Keys;

    [Test]
    public void Help_NamesEveryCommand_AndEachHasAnExample()
    {
        CliRun run = CliRun.Of("--help");
        string[] listed = [.. run.Output[run.Output.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && char.IsAsciiLetterLower(line[2])).Select(line =>
                line.Trim().Split(' ')[0])];
        Assert.That(listed, Is.EquivalentTo(Commands));
        ExpectNarrow(run.Output);
    }

    [TestCaseSource(nameof(Commands))]
    public void Help_OfCommand_Fits80ColumnsAndEndsWithItsExamples(string command)
    {
        CliRun run = CliRun.Of(command, "--help");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        ExpectNarrow(run.Output);
        Assert.That(run.Output.TrimEnd(), Does.EndWith(string.Join(Environment.NewLine, HelpPage.Examples[command].Select(line => $"  {line}"))));
    }

    [TestCaseSource(nameof(Commands))]
    public void Help_OfCommand_ShowsEveryOptionOnceInItsGroup(string command)
    {
        string[] lines = CliRun.Of(command, "--help").Output.Split(Environment.NewLine);
        RootCommand root = new CommandLine(new Terminal(TextWriter.Null, TextWriter.Null)).Commands(CancellationToken.None);
        foreach (Option option in HelpPage.OptionsOf(root.Subcommands.Single(each => each.Name == command)))
        {
            int[] shown = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("  -", StringComparison.Ordinal)
                && lines[i].TrimStart().Split("  ")[0].Split(' ', ',').Contains(option.Name))];
            Assert.That(shown, Has.Length.EqualTo(1), option.Name);
            string heading = lines[..shown[0]].Last(line => line.EndsWith(':') && !line.StartsWith(' '))[..^1];
            Assert.That(OptionGroups.All.Single(group => group.Heading == heading).Options, Does.Contain(option.Name));
        }
    }

    [TestCase("train", new[] { "Model", "Training", "Data", "Computing", "Output" })]
    [TestCase("serve", new[] { "Data", "Serving", "Computing", "Output" })]
    [TestCase("models", new[] { "Output" })]
    public void Help_Groups_AreInTheirOrder(string command, string[] groups) => Assert.That(
        CliRun.Of(command, "--help").Output.Split(Environment.NewLine).Where(line => OptionGroups.All.Any(group => line == $"{group.Heading}:"))
            .Select(line => line[..^1]),
        Is.EqualTo(groups));

    [Test]
    public void Groups_NameNoOptionTwice() => Assert.That(OptionGroups.All.SelectMany(group => group.Options), Is.Unique);

    [TestCase("summary", "[default: 1x28x28]")]
    [TestCase("train", "[default: kaiming-normal]")]
    [TestCase("find-lr", "[default: 1E-07]")]
    public void Help_Default_IsAsItIsTyped(string command, string words) => Assert.That(CliRun.Of(command, "--help").Output, Does.Contain(words));

    private static void ExpectNarrow(string output)
    {
        string[] lines = output.Split(Environment.NewLine);
        Assert.That(lines, Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(lines.Where(line => line != line.TrimEnd()), Is.Empty, "no line ends in spaces");
    }
}
