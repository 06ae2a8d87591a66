using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Cli;

/// <summary>A real process that is killed, terminated or out of room loses nothing that it had written.</summary>
[Platform(Exclude = "Win")]
public sealed class CheckpointProcessTests
{
    private TemporaryFolder _folder = null!;

    private string[] Arguments => Of(12);

    private string[] Of(int epochs) => ["train", "--data", _folder.Path, "--epochs", $"{epochs}", "--batch-size", "32", "--optimizer", "adam",
        "--dropout", "0.2", "--no-telemetry"];

    [SetUp]
    public void CreateFolder()
    {
        _folder = new();
        TinyMnist.WriteTo(_folder.Path);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Process_KilledAtRandom_ResumedEndsWithTheSameWeights() => KillAndResume(2);

    [Test]
    [Category("Slow"), Category("Long")]
    public void Process_KilledAHundredTimes_ResumedEndsWithTheSameWeights() => KillAndResume(100);

    [Test]
    public void Process_Terminated_WritesACheckpointAndExits143()
    {
        string folder = _folder["c"];
        using ChildProcess process = CliRun.Start([.. Of(5000), "--checkpoint", folder]);
        for (int line = 0; line < 2; line++) process.ReadLine();
        process.Signal(SignalDisposition.Terminate);
        var (code, _, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Terminated), error);
        Assert.That(error, Does.Contain($"{CheckpointFolder.Files(folder)[0]} is written; go on with: scratch train --resume"));
    }

    // One batch takes longer than the time between the two, which the first signal would wait for.
    [Test]
    public void Process_InterruptedTwice_EndsAtOnce()
    {
        string folder = _folder["c"];
        using ChildProcess process = CliRun.Start("train", "--model", "deep", "--batch-size", "4096", "--train-size", "8192", "--threads", "1",
            "--no-telemetry", "--checkpoint", folder);
        process.ReadLine();
        process.Signal(SignalDisposition.Interrupt);
        Thread.Sleep(50);
        process.Signal(SignalDisposition.Interrupt);
        var (code, _, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Interrupted), error);
        Assert.That(error, Does.Not.Contain("interrupted"));
        Assert.That(CheckpointFolder.Files(folder), Is.Empty);
        Assert.That(() => new CheckpointFolder(folder).Dispose(), Throws.Nothing, "its lock does not hold");
    }

    // A limit of the size of files is what a full disk is to the program: a write that fails. Ignored, its signal does not end the process.
    [Test]
    [Platform("Linux")]
    public void Process_NoRoomForCheckpoints_WarnsAndTrainingGoesOn()
    {
        string words = string.Join(' ', Of(2));
        using ChildProcess process = ChildProcess.Start("sh", "-c",
            $"trap '' XFSZ; ulimit -f 16; DOTNET_EnableWriteXorExecute=0 exec dotnet {typeof(CommandLine).Assembly.Location} {words} --checkpoint "
                + $"{_folder["c"]}");
        var (code, output, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), error);
        Assert.That(error, Does.Contain("warning: the checkpoint is not written: "));
        Assert.That(output, Does.Contain("weights "));
        Assert.That(Directory.GetFiles(_folder["c"], "checkpoint-*"), Is.Empty);
    }

    /// <summary>A disk of its own that holds a few checkpoints and no more: needs a system that lets a process mount one.</summary>
    [Test]
    [Platform("Linux")]
    [Category("Slow"), Category("Long")]
    public void Process_DiskFillsUp_WarnsGoesOnAndTheEarlierCheckpointsAreWhole()
    {
        string whole = CliRun.Of(Arguments).After("weights"), disk = _folder["c"], dotnet = $"dotnet {typeof(CommandLine).Assembly.Location}";
        Directory.CreateDirectory(disk);
        using ChildProcess process = ChildProcess.Start("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            $"mount -t tmpfs -o size=400k none {disk} && {dotnet} {string.Join(' ', Arguments)} --checkpoint {disk} --every 1b && "
            + $"ls {disk} && {dotnet} train --resume {disk}");
        var (code, output, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), error);
        Assert.That(error, Does.Contain("warning: the checkpoint is not written: ").And.Contains("No space left on device"));
        Assert.That(output.Split('\n').Count(line => line == $"weights {whole}"), Is.EqualTo(2), output);
        Assert.That(output, Does.Contain("checkpoint-0").And.Not.Contains(".tmp"));
    }

    // Killed as soon as it has written a few more lines, or none: anywhere, a checkpoint's own writing included, which happens after every batch.
    private void KillAndResume(int times)
    {
        string whole = CliRun.Of(Arguments).After("weights");
        var random = new RandomGenerator(5);
        string folder = _folder["c"];
        string[] start = [.. Arguments, "--checkpoint", folder, "--every", "1b"];
        for (int kill = 0; kill < times; kill++)
        {
            bool begun = CheckpointFolder.Files(folder).Count > 0;
            using ChildProcess process = CliRun.Start(begun ? ["train", "--resume", folder] : start);
            for (int line = random.NextInt(13); line > 0; line--) process.ReadLine();
            Thread.SpinWait(random.NextInt(2_000_000));
            try
            {
                process.Signal(SignalDisposition.Kill);
            }
            catch (InvalidOperationException)
            {
                // it was at its end already
            }
            var (code, output, _) = process.Finish();
            if (code != ExitCode.Done) continue;
            Assert.That(output, Does.Contain($"weights {whole}"));           // once more from the beginning
            Directory.Delete(folder, recursive: true);
        }
        CliRun run = CheckpointFolder.Files(folder).Count > 0 ? CliRun.Of("train", "--resume", folder) : CliRun.Of(start);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.After("weights"), Is.EqualTo(whole));
        Assert.That(Directory.GetFiles(folder, "*.tmp"), Is.Empty);
    }
}
