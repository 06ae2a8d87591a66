using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

public sealed class ShellWordTests
{
    private const string Hostile = "a 'b' \"c\" $HOME `id` $(id) \\ ! * ~ ; & | < > # (x) \t\n end";

    [TestCase("data/mnist", "data/mnist")]
    [TestCase("my data", "'my data'")]
    [TestCase("it's", @"'it'\''s'")]
    [TestCase("$HOME", "'$HOME'")]
    [TestCase("~", "'~'")]
    [TestCase("", "''")]
    public void Quoted_Text_AsAPosixShellReadsIt(string text, string expected) => Assert.That(ShellWord.Quoted(text), Is.EqualTo(expected));

    [Test]
    [Platform(Exclude = "Win")]
    public void Quoted_AnyText_ComesOutOfTheShellAsItWas()
    {
        using ChildProcess shell = ChildProcess.Start("sh", "-c", $"printf %s {ShellWord.Quoted(Hostile)}");
        Assert.That(shell.Finish().Output, Is.EqualTo(Hostile));
    }

    [Test]
    public void FindLr_FolderWithQuotesAndDollars_PrintsItQuoted()
    {
        using var folder = new TemporaryFolder();
        string data = folder["it's $HOME \"here\""];
        Directory.CreateDirectory(data);
        TinyMnist.WriteTo(data);
        CliRun run = CliRun.Of("find-lr", "--data", data, "--batch-size", "100", "--steps", "5", "--from", "0.001", "--to", "0.1");
        Assert.That(run.Output, Does.Contain($" --data {ShellWord.Quoted(data)} --lr "), run.Error);
    }
}
