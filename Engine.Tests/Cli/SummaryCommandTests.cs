using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Cli;

public sealed class SummaryCommandTests
{
    [Test]
    public void Summary_Lesson_HasTheLessonsNumbers()
    {
        string text = CliRun.Of("summary").Output;
        foreach (string part in (ReadOnlySpan<string>)["15,496 + 98 = 15,594", "1240", "206,560", "(28+2·2-5)//2+1=14", "25:8=3.1", "288:32=9.0",
            "33,16", "8x14x14"])
            Assert.That(text, Does.Contain(part));
        Assert.That(text, Does.Not.Contain("…"));
    }

    [Test]
    public void Summary_AnyModel_Fits80Columns([ValueSource(typeof(ModelCatalog), nameof(ModelCatalog.Names))] string model, [Values] bool init)
    {
        string text = CliRun.Of(["summary", "--model", model, .. model == "vgg11" ? ["--image", "1x32x32"] : (string[])[], .. init
            ? ["--init", "default"] : (string[])[]]).Output;
        Assert.That(text.Split('\n').Max(line => line.Length), Is.AtMost(80), text);
        Assert.That(text, Does.Contain("output").And.Contains("field,").And.Not.Contains("…"));
    }

    [Test]
    public void Summary_LongNames_AreFolded()
    {
        var model = new Model<float>(new Nested(parts: 4));
        SummaryReport report = SummaryReport.Of("nested", "names that take more than a line", model, ModelSummary.Of(model, new Shape(3, 9, 9), 1));
        using var output = new StringWriter();
        new SummaryTable(report.WithWeights(model, "kaiming-normal"), new Terminal(output, TextWriter.Null)).Print();
        Assert.That($"{output}".Split('\n').Max(line => line.Length), Is.AtMost(80), $"{output}");
        Assert.That($"{output}", Does.Contain("a_part_of_the_network.").And.Contains(" Conv2d ").And.Contains("\n                 rank at most 27: "
            + "at least 5 of 32").And.Not.Contains("…"));
    }

    [Test]
    public void Summary_Grouped_HasAsManyWeightsAsTheLessonCounts()
    {
        string text = CliRun.Of("summary", "--model", "grouped").Output;
        Assert.That(text, Does.Contain("1240 + 0 = 1240").And.Contains("lesson's count  1240"));
        Assert.That(text, Does.Contain("9:2=4.5").And.Not.Contains("rank at most"));
    }

    [TestCase("lesson", 15496, 98, 1240)]
    [TestCase("grouped", 1240, 0, 1240)]
    [TestCase("lesson-bn", 15584, 98, 1240)]
    public void Summary_Json_HasTheSameNumbers(string model, int weights, int biases, int lessonCount)
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("summary", "--model", model, "--batch-size", "64", "--json").Output);
        JsonElement root = json.RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.GetProperty("weights").GetInt64(), Is.EqualTo(weights));
            Assert.That(root.GetProperty("biases").GetInt64(), Is.EqualTo(biases));
            Assert.That(root.GetProperty("lessonCount").GetInt64(), Is.EqualTo(lessonCount));
            Assert.That(root.GetProperty("memory").GetProperty("batchSize").GetInt32(), Is.EqualTo(64));
            Assert.That(string.Join('x', root.GetProperty("layers")[0].GetProperty("output").EnumerateArray()), Is.EqualTo("8x14x14"));
        }
    }

    [Test]
    public void Summary_OfPhotos_HasTorchvisionsNumbers()
    {
        string text = CliRun.Of("summary", "--model", "mobilenet-v2", "--image", "3x224x224", "--classes", "1000", "--batch-size", "1").Output;
        Assert.That(text, Does.Contain("3,504,872").And.Contains("300,774,272").And.Contains("1280x7x7"));
    }

    [TestCase("3x224")]
    [TestCase("3x224x0")]
    [TestCase("3x-2x4")]
    [TestCase("3x224x5000")]
    public void Summary_ImageIsNone_SaysWhatIs(string image)
    {
        CliRun run = CliRun.Of("summary", "--image", image);
        Assert.That((run.ExitCode, run.Error.Contains($"--image is '{image}', must be three whole numbers from 1 to 4096, such as 3x224x224.")),
            Is.EqualTo((ExitCode.WrongUsage, true)));
    }

    [Test]
    public void Summary_ImagesTooSmall_SaysHowLargeTheyMustBe()
    {
        CliRun run = CliRun.Of("summary", "--model", "vgg11");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain("it takes 32x32 pixels at least"));
    }

    [Test]
    public void Summary_Wide_HasThePeersMultiplications()
    {
        string text = CliRun.Of("summary", "--model", "wide").Output;
        Assert.That(text, Does.Contain("93,952 + 234 = 94,186").And.Contains("multiply-adds   7,452,416"));
    }

    // sqrt(2 / 25) = 0.2828 for the first convolution; linear layers start in ±1/sqrt(32), a deviation of 0.1021.
    [Test]
    public void Summary_Init_ShowsFansAndDeviations()
    {
        string text = CliRun.Of("summary", "--init", "kaiming").Output;
        Assert.That(text, Does.Contain("weights started with kaiming-normal").And.Match(@"0\.weight Conv2d +8x1x5x5 +25 +200 +0\.2828 +0\.\d{4}"));
        Assert.That(CliRun.Of("summary").Output, Does.Not.Contain("fan in"));
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("summary", "--model", "lenet5", "--init", "xavier-uniform", "--json").Output);
        JsonElement second = json.RootElement.GetProperty("initialWeights")[1];
        Assert.That((second.GetProperty("fanIn").GetInt32(), second.GetProperty("fanOut").GetInt32()), Is.EqualTo((6 * 25, 16 * 25)));
        Assert.That(second.GetProperty("expected").GetDouble(), Is.EqualTo(Math.Sqrt(2.0 / (22 * 25))).Within(1e-9));
        Assert.That(second.GetProperty("deviation").GetDouble(), Is.EqualTo(second.GetProperty("expected").GetDouble()).Within(10).Percent);
    }

    [Test]
    public void Summary_MoreOutputsThanInputs_SaysTheRank()
    {
        var model = new Sequential<float>(new Conv2d<float>(3, 32, 3));
        using var output = new StringWriter();
        new SummaryTable(SummaryReport.Of("rgb", "three by three by three", model, ModelSummary.Of(model, new Shape(3, 9, 9), 1)),
            new Terminal(output, TextWriter.Null)).Print();
        string words = string.Join(' ', $"{output}".Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));       // lines are wrapped
        Assert.That(words, Does.Contain("27:32=0.8").And.Contains("rank at most 27: at least 5 of 32 outputs are combinations of the others"));
    }

    private sealed class Nested : Module<float>
    {
        public Nested(int parts) => Add("a_part_of_the_network", parts == 1 ? (Module<float>)new Conv2d<float>(3, 32, 3) : new Nested(parts - 1));
    }
}
