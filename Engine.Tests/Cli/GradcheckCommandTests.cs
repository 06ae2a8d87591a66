using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Tests.Cli;

public sealed class GradcheckCommandTests
{
    [Category("Slow")]
    [TestCase("lesson")]
    [TestCase("grouped")]
    [TestCase("lesson-bn")]
    [TestCase("lesson-running-bn")]
    [TestCase("lesson-general")]
    [TestCase("lenet5")]
    [TestCase("lenet-bn")]
    [TestCase("mobilenet-mini")]
    [TestCase("densenet-mini")]
    [TestCase("unet-mini")]
    public void Gradcheck_Catalogue_Passes(string model)
    {
        CliRun run = CliRun.Of("gradcheck", "--model", model, "--sample", "8");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(run.Output, Does.Contain("passed: ").And.Contains("\n input ").And.Contains("Conv2d"));
    }

    [Test]
    public void Gradcheck_Json_HasEveryLayer()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("gradcheck", "--sample", "5", "--json").Output);
        Assert.That(json.RootElement.GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(json.RootElement.GetProperty("worstRelativeError").GetDouble(), Is.LessThan(1e-6));
        Assert.That(string.Join(", ", json.RootElement.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("of").GetString())),
            Is.EqualTo("input, 0 Conv2d, 2 Conv2d, 4 Conv2d, 6 Conv2d, 10 Linear"));
    }

    [TestCase("lesson", int.MaxValue)]
    [TestCase("lesson-running-bn", int.MaxValue)]
    [TestCase("mobilenet-mini", 100)]
    [TestCase("wide", 100)]
    public void SampleFor_Model_LeavesOutNumbersOfLargeOnesOnlyAndSaysSo(string model, int expected)
    {
        using var error = new StringWriter();
        int sample = GradcheckCommand.SampleFor(ModelCatalog.Build<double>(model, new(1, 28, 28), 10), new(1, 28, 28), new Terminal(TextWriter.Null,
            error));
        Assert.That(sample, Is.EqualTo(expected));
        Assert.That($"{error}".Contains("checking 100 numbers"), Is.EqualTo(expected == 100));
    }

    [Test]
    public void Check_WrongGradient_FailsAndNamesTheWorst()
    {
        var wrong = new Lambda<double>("Wrong", x => x.Clone(), (_, gradOutput) => gradOutput.Clone().Scale(2));
        var model = new Sequential<double>(wrong, new Flatten<double>(), new Linear<double>(784, 2));
        using var output = new StringWriter();
        int code = GradcheckCommand.Check("wrong", model, new(1, 28, 28), sample: 20, seed: 1, json: false, new Terminal(output, TextWriter.Null));
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That($"{output}", Does.Contain("failed: ").And.Contains("input["));
    }
}
