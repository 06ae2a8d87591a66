using System.Runtime.Versioning;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Reports;

/// <summary><c>--open</c>: what the program hands to the desktop, and what it says where there is none.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class PageOpenerTests
{
    [Test]
    public void Open_Train_HandsTheReportToTheDesktop()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["bin"]);
        string opener = folder["bin/xdg-open"], seen = folder["seen.txt"], runs = folder["runs"];
        File.WriteAllText(opener, $"#!/bin/sh\ntest -s \"$1\" && echo \"$1\" > '{seen}.part' && mv '{seen}.part' '{seen}'\n");
        File.SetUnixFileMode(opener, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        TinyMnist.WriteTo(folder.Path);
        Run($"PATH={folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}", "train", "--data", folder.Path, "--epochs", "1", "--out", runs,
            "--open");
        Assert.That(() => File.Exists(seen), Is.True.After(30_000, 50));
        Assert.That(File.ReadAllText(seen).Trim(), Is.EqualTo(Path.Combine(runs, RunFile.Page)));
    }

    [Test]
    public void Open_ReportWithoutADesktop_SaysWhereThePageIs()
    {
        using var folder = new TemporaryFolder();
        string page = folder["page.html"], error = Run($"PATH={folder.Path}", "report", SampleRun.Folder, "--html", page, "--open");
        Assert.That(error, Does.Contain($"--open: no browser was found; the page is {page}"));
    }

    private static string Run(string variable, params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath!;
        using ChildProcess process = ChildProcess.Start("env", [variable, host, typeof(CommandLine).Assembly.Location, .. arguments]);
        var (code, output, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), output + error);
        return error;
    }
}
