using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>What commands print on a terminal of 60, 80 and 200 columns and into a file, beside what they printed when someone last looked.</summary>
/// <remarks>Without colours; numbers with a point become #, as they differ from run to run or in their last digit from processor to processor. To
/// write the files anew, and look at what changed: <c>SCRATCH_SNAPSHOTS=write dotnet test -c Release --filter Name~Snapshot</c>.</remarks>
[Platform("Linux")]
public sealed partial class SnapshotTests
{
    private static readonly int[] _widths = [60, 80, 200];

    private readonly CommandFolder _folder = new();

    // A rate of next to nothing: the weights keep the bits that they began with, on every processor.
    [OneTimeSetUp]
    public void Train()
    {
        CliRun run = _folder.Run("scratch train --epochs 1 --lr 1e-30 --no-telemetry --quiet --threads 1 --out runs/first");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [OneTimeTearDown]
    public void CleanUp() => _folder.Dispose();

    [TestCase("help", "scratch --help")]
    [TestCase("summary", "scratch summary --threads 2")]
    [TestCase("train", "scratch train --epochs 2 --batch-size 100 --threads 1")]
    [TestCase("evaluate", "scratch evaluate runs/first/model.safetensors --threads 1")]
    [TestCase("predict", "scratch predict runs/first/model.safetensors data/seven.png --threads 1")]
    public void Snapshot_OfCommand_IsAsItWas(string name, string command)
    {
        CliRun redirected = _folder.Run(command);
        Assert.That(redirected.ExitCode, Is.EqualTo(ExitCode.Done), redirected.Error);
        (string Where, string Text)[] all =
        [
            .. _widths.Select(width => ($"{width} columns", Masked(_folder.RunOnTerminal(width, command)))), ("a file", Masked(redirected.Output)),
        ];
        var text = new StringBuilder($"$ {command}\n");
        foreach (var same in all.GroupBy(run => run.Text))
            text.Append($"\n--- {string.Join(", ", same.Select(run => run.Where))}\n{same.Key.TrimEnd()}\n");
        string path = Path.Combine(RepositoryFolder.Path, "Engine.Tests", "Cli", "Snapshots", $"{name}.txt");
        if (Environment.GetEnvironmentVariable("SCRATCH_SNAPSHOTS") == "write") File.WriteAllText(path, $"{text}");
        Assert.That($"{text}", Is.EqualTo(File.ReadAllText(path)));
    }

    private static string Masked(string output) => Number().Replace(Speed().Replace(Trailing().Replace(Sequence().Replace(
        output.ReplaceLineEndings("\n"), ""), ""), speed => speed.Value.Replace('\n', ' ')), number => number.Value.Contains('.')
        ? new string('#', number.Length) : "#");

    [GeneratedRegex("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[=>]")]
    private static partial Regex Sequence();

    [GeneratedRegex(" +$", RegexOptions.Multiline)]
    private static partial Regex Trailing();

    // How long its numbers are decides where this line is broken.
    [GeneratedRegex("^speed .*?(?=\nweights )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Speed();

    // The hash of the weights, too; and a speed with all its digits, of which there may be more or fewer.
    [GeneratedRegex(@"[0-9,]*[0-9]\.[0-9]+(e-?[0-9]+)?|(?<=weights )[0-9a-f]{16}|(?<=speed )[0-9,]+")]
    private static partial Regex Number();
}
