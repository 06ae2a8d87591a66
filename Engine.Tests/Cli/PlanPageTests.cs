using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>The lists of docs/plan.md are what the program prints for the commands above them.</summary>
/// <remarks>Layouts and Winograd's method are chosen by the width of vectors; the page has what is chosen for 512 bits.</remarks>
public sealed partial class PlanPageTests
{
    private const string Command = "scratch plan ";

    private static IEnumerable<string> Listings => Blocks().Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "plan.md")))
        .Select(match => match.Groups[1].Value).Where(block => block.StartsWith(Command, StringComparison.Ordinal));

    [Test]
    public void Listings_LineByLine_AreInWhatTheProgramPrints()
    {
        if (Processor.Widest != SimdWidth.Bits512) Assert.Ignore("The page shows plans for vectors of 512 bits, which this processor has not.");
        Assert.That(Listings.Count(), Is.EqualTo(4));
        foreach (string listing in Listings)
        {
            string[] lines = Lines(listing);
            CliRun run = CliRun.Of(lines[0].Split(' ')[1..]);
            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
            Assert.That(lines[1..].Where(line => line != "..."), Is.Not.Empty.And.SubsetOf(Lines(run.Output)), lines[0]);
        }
    }

    // How wide a column is follows from its longest line, which an excerpt may leave out.
    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => Spaces().Replace(line, " ").Trim())
        .Where(line => line.Length > 0)];

    [GeneratedRegex(@"^```\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Blocks();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
