using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>Who asks a process to terminate is told that it did.</summary>
[Platform(Exclude = "Win")]
public sealed class InterruptTests
{
    // Each would run for hours, and listens for signals before it says its first word.
    [TestCase("find-lr --steps 100000 --trial-steps 100000", "interrupted: there is no suggestion yet")]
    [TestCase("train --folds 2 --epochs 5000", "interrupted in fold 1 of 2: there is no mean yet")]
    public void Process_Terminated_Exits143(string command, string said)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        using ChildProcess process = ChildProcess.Start("sh", "-c",
            $"exec dotnet {typeof(CommandLine).Assembly.Location} {command} --data {folder.Path} --batch-size 32 2>&1");
        process.ReadLine();
        process.Signal(SignalDisposition.Terminate);
        var (code, output, _) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Terminated), output);
        Assert.That(output, Does.Contain(said));
    }
}
