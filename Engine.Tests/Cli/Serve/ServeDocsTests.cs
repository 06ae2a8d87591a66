using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli.Serve;
using Scratch.Tests.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Serve;

/// <summary>The commands of docs/serve.md, as they stand there.</summary>
public sealed partial class ServeDocsTests
{
    private const string Address = "http://localhost:8080/";

    private static string Text => File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "serve.md"));

    [Test]
    public async Task Curl_AsPrinted_IsAnswered()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "curl"))))
            Assert.Ignore("There is no curl here: apt-get install curl.");
        await using RunningServer server = await RunningServer.Start();
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["digit.png", "other.png"])
            await File.WriteAllBytesAsync(folder[name], PngBytes.Of(RunningServer.Bytes(18 * 15, name.Length), 18, 15, channels: 1));
        string image = RunningServer.Nested(server.Pixels(1), [1, 13, 10]);
        await File.WriteAllTextAsync(folder["digits.json"], $$"""{"images":[{{image}},{{image}}]}""");
        string[] commands = [.. Curl().Matches(Text).Select(match => match.Value.TrimEnd())];
        Assert.That(commands, Has.Length.EqualTo(7).And.All.Contains(Address));
        foreach (string command in commands)
        {
            string line = command.Replace("curl ", "curl --fail -sS ", StringComparison.Ordinal)
                .Replace(Address, $"{server.Client.BaseAddress}", StringComparison.Ordinal);
            using ChildProcess process = ChildProcess.StartIn(folder.Path, "sh", "-c", line);
            var (code, output, error) = process.Finish();
            Assert.That(code, Is.Zero, $"{command}: {error}");
            if (command.Contains("/predict", StringComparison.Ordinal)) Assert.That(output, Does.StartWith("{\"predictions\":[{\"labels\":"));
        }
        Assert.That(server.Metrics.Images, Is.EqualTo(6));
    }

    [Test]
    public void Limits_AreThoseOfTheServer()
    {
        var limits = new ServeLimits();
        foreach (string said in (string[])[$"{limits.BodyBytes >> 20} MiB, a request", $"{limits.Images} images", $"{limits.Pixels:N0} pixels",
            $"form {limits.FormPixels:N0} together", $"{limits.HeldBytes >> 20} MiB.", $"{limits.Waiting} more",
            $"{limits.HeadTime.TotalSeconds} s for the lines",
            $"{limits.BodyTime.TotalSeconds} s for the body", $"{limits.Connections} connections"])
        {
            Assert.That(Text, Does.Contain(said));
        }
        Assert.That(limits.StopTime, Is.EqualTo(TimeSpan.FromSeconds(5)), "up to five seconds");
    }

    [GeneratedRegex("^curl .*$", RegexOptions.Multiline)]
    private static partial Regex Curl();
}
