using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>A process that may not have what a model needs.</summary>
[Platform("Linux")]
public sealed class OutOfMemoryTests
{
    [Test]
    public void Train_ModelLargerThanTheMemory_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        using ChildProcess process = ChildProcess.Start("env", "DOTNET_GCHeapHardLimit=4000000", "dotnet", typeof(CommandLine).Assembly.Location,
            "train", "--data", folder.Path, "--model", "resnet18");                          // 64 MiB, in hexadecimal digits
        var (code, _, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Failed), error);
        Assert.That(error, Does.Contain("error: not enough memory: .NET may take 64.0 MiB here").And.Contains("--batch-size")
            .And.Contains("DOTNET_GCHeapHardLimitPercent"));
    }
}
