using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>What <c>train</c> says of its memory, held against what its process has.</summary>
[Platform("Linux"), NonParallelizable]
public sealed partial class TrainingMemoryTests
{
    [TestCase("--model deep --batch-size 1024 --train-size 1024", false)]
    [TestCase("--model resnet18 --batch-size 16 --train-size 32 --optimizer adam", true)]
    [Category("Slow")]
    public void Train_MemoryItExpects_IsThatOfItsProcess(string options, bool ofFewImages)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        using ChildProcess train = CliRun.Start(["train", "--data", ofFewImages ? folder.Path : CliRun.Mnist, .. options.Split(' '), "--epochs", "1",
            "--threads", "2"]);
        long most = 0;
        while (train.ReadLine() is string line)
            if (line.EndsWith(" s", StringComparison.Ordinal)) most = train.WorkingSet;             // the row of its epoch
        var (code, _, error) = train.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), error);
        Assert.That((double)most, Is.EqualTo(Expected(error)).Within(25).Percent);
    }

    /// <summary>The bytes that a training has said to expect, by what it said.</summary>
    public static long Expected(string error) => long.Parse(Said().Match(error).Groups[1].Value, CultureInfo.InvariantCulture) << 20;

    [GeneratedRegex(@"^memory: (\d+) MiB expected; ", RegexOptions.Multiline)]
    private static partial Regex Said();
}
