using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>Threads follow the cores that a process may use, not those that the machine has.</summary>
[Platform("Linux")]
public sealed class CoreLimitTests
{
    [Test]
    public void Train_OnOneCore_HasOneThreadAndTheSameWeights() => Train($"exec taskset -c {FirstCore()} ");

    /// <summary>Needs a system that lets a process make a group.</summary>
    [Test]
    [Category("Slow"), Category("Long")]
    public void Train_UnderAQuotaOfOneCore_HasOneThreadAndTheSameWeights()
    {
        using var limit = ControlGroup.OfOneCore();
        Train(limit.Enter);
    }

    // Begun by a shell, after some words of its own.
    private static void Train(string limited)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string[] train = ["train", "--data", folder.Path, "--epochs", "1", "--no-telemetry"];
        using ChildProcess process = ChildProcess.Start("sh", "-c",
            $"{limited}dotnet {typeof(CommandLine).Assembly.Location} {string.Join(' ', train)}");
        var (code, output, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), error);
        Assert.That(error, Does.Contain(", 1 core, 1 thread\n"));
        Assert.That(output, Does.Contain($"weights {CliRun.Of([.. train, "--threads", "3"]).After("weights")}"));
    }

    // The first that these tests may use: of 2,3 or 2-5 it is 2.
    private static string FirstCore() => File.ReadLines("/proc/self/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1].Split(',', '-')[0];
}
