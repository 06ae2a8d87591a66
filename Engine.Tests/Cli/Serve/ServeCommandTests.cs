using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Serve;

/// <summary><c>scratch serve</c>: what it says, and how it ends.</summary>
public sealed class ServeCommandTests
{
    private TemporaryFolder _folder = null!;

    private string ModelPath => _folder["m.safetensors"];

    [SetUp]
    public void SetUp()
    {
        _folder = new();
        RunningServer.Save(RunningServer.Grey, ModelPath);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Serve_UntilCancelled_SaysWhereAndAnswersThere()
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new FirstLine();
        string[] arguments = ["serve", ModelPath, "--port", "0", "--views", "flip", "--threads", "1"];
        Task<CliRun> command = Task.Run(() => CliRun.Of(output, cancellation.Token, arguments));
        string line = await output.Text;
        Assert.That(line, Does.Match("^serving lesson, [0-9]+ weights [0-9a-f]{16}, images 1x13x10, 4 classes, on http://127.0.0.1:[0-9]+/$"));
        using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[^1]) };
        byte[] pixels = RunningServer.Bytes(130, 1);
        using var content = new StringContent($$"""{"image":{{RunningServer.Nested(pixels, [13, 10])}}}""", Encoding.UTF8, RunningServer.Json);
        string answer = await (await client.PostAsync("/predict", content)).Content.ReadAsStringAsync();
        var classifier = Classifier.Load(ModelPath);
        classifier.Views = Scratch.Data.TestTimeViews.Flip;
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(4, classifier.Predict(pixels))));
        await cancellation.CancelAsync();
        CliRun run = await command;
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(run.ErrorLines, Is.EqualTo(["1 thread; Ctrl-C ends it", "stopped after 1 requests, 1 images"]));
    }

    [TestCase(SignalDisposition.Interrupt, ExitCode.Interrupted)]
    [TestCase(SignalDisposition.Terminate, ExitCode.Terminated)]
    [Platform(Exclude = "Win")]
    public void Serve_Signal_EndsGently(int signal, int expected)
    {
        using ChildProcess process = CliRun.Start("serve", ModelPath, "--port", "0");
        Assert.That(process.ReadLine(), Does.StartWith("serving lesson, "));
        process.Signal(signal);
        var (code, _, error) = process.Finish();
        Assert.That(code, Is.EqualTo(expected), error);
        Assert.That(error, Does.EndWith("stopped after 0 requests, 0 images\n"));
    }

    /// <summary>A process that cannot hold so much goes on.</summary>
    [Test]
    [Platform(Exclude = "Win")]
    public async Task Serve_LargerBodiesThanItsHeap_AreRefusedAndItGoesOn()
    {
        using ChildProcess process = ChildProcess.Start("env", "DOTNET_GCHeapHardLimit=0xA000000", "dotnet", typeof(CommandLine).Assembly.Location,
            "serve", ModelPath, "--port", "0");
        using var client = new HttpClient { BaseAddress = new Uri(process.ReadLine()!.Split(' ')[^1]) };
        foreach (bool isAnnounced in (bool[])[true, false])
        {
            using HttpRequestMessage request = EndlessZeros.Request(250 << 20, isAnnounced);
            Assert.That((await client.SendAsync(request)).StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        }
        Assert.That(await client.GetStringAsync("/health"), Does.Contain("ok"));
    }

    [Test]
    public void Serve_PortThatIsTaken_IsOneLine()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string port = $"{((IPEndPoint)other.LocalEndpoint).Port}";
        WrongInputTests.Expect(CliRun.Of("serve", ModelPath, "--port", port), ExitCode.Failed,
            $"127.0.0.1:{port} cannot be listened on: something listens there already. Say another --port");
        WrongInputTests.Expect(CliRun.Of("serve", ModelPath, "--port", "0", "--host", "192.0.2.1"), ExitCode.Failed,
            "192.0.2.1:0 cannot be listened on");
    }

    [Test]
    public void Serve_Wrong_IsOneLine()
    {
        WrongInputTests.Expect(CliRun.Of("serve"), ExitCode.WrongUsage, "MODEL.safetensors");
        WrongInputTests.Expect(CliRun.Of("serve", ModelPath, "--port", "65536"), ExitCode.WrongUsage, "--port is '65536'");
        WrongInputTests.Expect(CliRun.Of("serve", ModelPath, "--host", ""), ExitCode.WrongUsage, "--host is empty");
        WrongInputTests.Expect(CliRun.Of("serve", ModelPath, "--host", "no such name"), ExitCode.WrongUsage, "--host is 'no such name'");
        WrongInputTests.Expect(CliRun.Of("serve", _folder["none"]), ExitCode.Failed, "none");
    }

    /// <summary>What was written, up to the end of the first line.</summary>
    private sealed class FirstLine : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Text => _line.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public override void Write(char value)
        {
            base.Write(value);
            Look();
        }

        public override void Write(string? value)
        {
            base.Write(value);
            Look();
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Look();
        }

        private void Look()
        {
            string text = ToString();
            if (text.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0) _line.TrySetResult(text[..end].TrimEnd());
        }
    }
}
