using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Cli;

public sealed class VerifyCommandTests
{
    [Test]
    public void Verify_ThisMachine_Passes()
    {
        CliRun run = CliRun.Of("verify", "--cases", "10");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Output);
        Assert.That(run.Output, Does.Contain($"passed: {Processor.Description}")
            .And.Contains("convolution, lanes, backward-weight").And.Contains("allowed 64"));
    }

    [Test]
    public void Verify_Json_HasEveryKernel()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("verify", "--cases", "1", "--seed", "7", "--json").Output);
        Assert.That(json.RootElement.GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("seed").GetInt64(), Is.EqualTo(7));
        Assert.That(json.RootElement.GetProperty("vectors").GetString(), Is.EqualTo($"{Processor.Widest}"));
        Assert.That(json.RootElement.GetProperty("kernels").EnumerateArray().Select(kernel => kernel.GetProperty("cases").GetInt32()),
            Has.All.Positive);
    }

    [Test]
    public void Verify_WrongTwin_FailsAndNamesTheWorst()
    {
        using var output = new StringWriter();
        int code = VerifyCommand.Verify(new Terminal(output, TextWriter.Null), new() { Cases = 1, TwinError = 1e-3 }, json: false);
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That($"{output}", Does.Contain("failed: ").And.Contains("worst: "));
    }
}
