using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

/// <summary>Every wrong input: its exit code, exactly one line on standard error that names the trouble, nothing on standard output, nothing
/// written.</summary>
public sealed class WrongInputTests
{
    [TestCase("nothing", "train", "--model", "nothing")]
    [TestCase("--batch-size", "train", "--batch-size", "0")]
    [TestCase("--batch-size", "train", "--batch-size", "many")]
    [TestCase("--lr", "train", "--lr", "nan")]
    [TestCase("--lr", "train", "--lr", "-0.1")]
    [TestCase("--lr", "train", "--lr", "inf")]
    [TestCase("--lr", "train", "--lr")]
    [TestCase("--momentum", "train", "--momentum", "nan")]
    [TestCase("--weight-decay", "train", "--weight-decay", "-1")]
    [TestCase("--threads", "train", "--threads", "0")]
    [TestCase("--epochs", "train", "--epochs", "0")]
    [TestCase("--epochs", "train", "--epochs", "1000000000")]
    [TestCase("--train-size", "train", "--train-size", "0")]
    [TestCase("--seed", "train", "--seed", "1.5")]
    [TestCase("--init", "train", "--init", "zeros")]
    [TestCase("--out", "train", "--out", "")]
    [TestCase("--nesterov", "train", "--nesterov")]
    [TestCase("--nesterov", "train", "--nesterov", "--momentum", "0.9", "--optimizer", "adam")]
    [TestCase("--momentum", "train", "--momentum", "1", "--optimizer", "adamw")]
    [TestCase("--dampening", "train", "--dampening", "0.1", "--optimizer", "adam")]
    [TestCase("--optimizer", "train", "--optimizer", "adagrad")]
    [TestCase("--schedule", "train", "--schedule", "linear")]
    [TestCase("--warm-up", "train", "--schedule", "one-cycle", "--warm-up", "1")]
    [TestCase("--warm-up", "train", "--epochs", "2", "--warm-up", "2")]
    [TestCase("--label-smoothing", "train", "--label-smoothing", "1")]
    [TestCase("--label-smoothing", "train", "--label-smoothing", "0.1", "--task", "multi-label")]
    [TestCase("--dropout", "train", "--dropout", "1")]
    [TestCase("--clip-norm", "train", "--clip-norm", "-1")]
    [TestCase("'blur'", "train", "--augment", "shift,blur")]
    [TestCase("shift is '2'", "train", "--augment", "shift=2")]
    [TestCase("'flip' twice", "train", "--augment", "flip,flip")]
    [TestCase("--task", "train", "--task", "segmentation")]
    [TestCase("no recipe 'worst'", "train", "--recipe", "worst")]
    [TestCase("--canvases", "train", "--canvases", "0")]
    [TestCase("--modle", "train", "--modle", "lesson")]
    [TestCase("MODEL.safetensors", "evaluate")]
    [TestCase("nothing", "evaluate", "file", "--model", "nothing")]
    [TestCase("--batch-size", "summary", "--batch-size", "-5")]
    [TestCase("--sample", "gradcheck", "--sample", "0")]
    [TestCase("--filter", "bench", "--filter", "nothing")]
    [TestCase("--seconds", "bench", "--seconds", "-1")]
    [TestCase("--cases", "verify", "--cases", "0")]
    [TestCase("invent", "invent")]
    public void Run_WrongUsage_OneLineAndTwo(string named, params string[] arguments) => Expect(CliRun.Of(arguments), ExitCode.WrongUsage, named);

    [Test]
    public void Train_MoreImagesThanThereAre_OneLineAndTwo() =>
        Expect(CliRun.Of("train", "--data", CliRun.Mnist, "--train-size", "50001"), ExitCode.WrongUsage, "50000");

    [Test]
    public void Train_NoDataFolder_OneLineAndOne()
    {
        using var folder = new TemporaryFolder();
        Expect(CliRun.Of("train", "--data", folder["none"], "--out", folder["out"]), ExitCode.Failed, folder["none"]);
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [TestCase("train")]
    [TestCase("find-lr")]
    public void Run_NoDataFolder_SpeaksOfPicturesToo(string command)
    {
        using var folder = new TemporaryFolder();
        Expect(CliRun.Of(command, "--data", folder["none"]), ExitCode.Failed, "CLASS/*.png or .jpg");
        File.WriteAllText(folder["file"], "");
        Expect(CliRun.Of(command, "--data", folder["file"]), ExitCode.Failed, "is a file, must be a folder");
        Expect(CliRun.Of(command, "--data", folder["none.csv"]), ExitCode.Failed, $"--data: there is no file '{folder["none.csv"]}'.");
        Expect(CliRun.Of(command, "--data", "none"), ExitCode.Failed, $"none', nor '{Path.Combine("data", "none")}'. Expected DIR/CLASS/");
        Expect(CliRun.Of(command, "--data", "kmnist"), ExitCode.Failed,
            $"Put the files of https://github.com/rois-codh/kmnist into '{Path.Combine("data", "kmnist")}'.");
        Expect(CliRun.Of(command, "--data", folder["emnist-digits"]), ExitCode.Failed,
            "Put the files of https://www.nist.gov/itl/products-and-services/emnist-dataset into that folder.");
        Expect(CliRun.Of(command, "--data", folder.Path), ExitCode.Failed, "CLASS/*.png or .jpg");
    }

    [Test]
    public void Train_LabelsWhereImagesBelong_OneLineAndOne()
    {
        using TemporaryFolder folder = CopyOfMnist();
        File.Copy(Path.Combine(CliRun.Mnist, "train-labels-idx1-ubyte.gz"), folder["train-images-idx3-ubyte.gz"], overwrite: true);
        Expect(CliRun.Of("train", "--data", folder.Path, "--out", folder["out"]), ExitCode.Failed, "train-images-idx3-ubyte.gz");
        Assert.That(Directory.Exists(folder["out"]), Is.False);
    }

    [Test]
    public void Train_TruncatedGzip_OneLineAndOne()
    {
        using TemporaryFolder folder = CopyOfMnist();
        byte[] whole = File.ReadAllBytes(folder["t10k-images-idx3-ubyte.gz"]);
        File.WriteAllBytes(folder["t10k-images-idx3-ubyte.gz"], whole[..(whole.Length / 2)]);
        Expect(CliRun.Of("train", "--data", folder.Path, "--out", folder["out"]), ExitCode.Failed, "t10k-images-idx3-ubyte.gz");
        Assert.That(Directory.Exists(folder["out"]), Is.False);
    }

    [TestCase("")]
    [TestCase("below")]
    public void Train_FileWhereTheFolderShouldBe_OneLineAndOneBeforeTraining(string below)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "mine");
        Expect(CliRun.Of("train", "--data", CliRun.Mnist, "--out", Path.Combine(folder["file"], below).TrimEnd('/')), ExitCode.Failed, "--out");
        Assert.That(File.ReadAllText(folder["file"]), Is.EqualTo("mine"));
    }

    [Test]
    public void Evaluate_NoFile_OneLineAndOne() => Expect(CliRun.Of("evaluate", "no.safetensors", "--data", CliRun.Mnist), ExitCode.Failed,
        "no.safetensors");

    [Test]
    public void Run_WrongInputVerbose_ShowsWhereFrom()
    {
        CliRun run = CliRun.Of("evaluate", "no.safetensors", "--verbose");
        Assert.That(run.Error, Does.Contain("   at Scratch.Cli."));
    }

    internal static void Expect(CliRun run, int exitCode, string named)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(exitCode));
            Assert.That(run.ErrorLines, Has.Length.EqualTo(1), run.Error);
            Assert.That(run.Error, Does.StartWith("error: ").And.Contains(named).And.Not.Contains("   at ").And.Not.Contains("(Parameter"));
            Assert.That(run.Output, Is.Empty);
        }
    }

    private static TemporaryFolder CopyOfMnist()
    {
        var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(CliRun.Mnist, "*.gz")) File.Copy(file, folder[Path.GetFileName(file)]);
        return folder;
    }
}
