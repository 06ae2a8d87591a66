using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class PlanCommandTests
{
    private static readonly string[] ForPhotos =
        ["plan", "--model", "resnet18", "--image", "3x33x40", "--classes", "7", "--batch-size", "1", "--threads", "1"];

    [Test]
    public void Plan_ImageAndClasses_AreThoseOfTheModel()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of([.. ForPhotos, "--json"]).Output);
        Assert.That(json.RootElement.GetProperty("input").EnumerateArray().Select(size => size.GetInt32()), Is.EqualTo([3, 33, 40]));
        JsonElement outputs = json.RootElement.GetProperty("values").EnumerateArray().Single(value => value.GetProperty("name").GetString() == "fc");
        Assert.That(outputs.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), Is.EqualTo([7]));
    }

    [Test]
    public void Plan_Places_AreThoseOfTheJson()
    {
        string text = CliRun.Of([.. ForPhotos, "--places"]).Output;
        using JsonDocument json = JsonDocument.Parse(CliRun.Of([.. ForPhotos, "--json"]).Output);
        foreach (JsonElement value in json.RootElement.GetProperty("values").EnumerateArray())
        {
            string name = value.GetProperty("name").GetString()!, layout = value.GetProperty("layout").GetString()!,
                memory = value.GetProperty("memory").GetString()!;
            Assert.That(text.Split('\n'), Has.Some.Matches<string>(line => line!.StartsWith($"  {name} ", StringComparison.Ordinal)
                && line.Contains($" {layout} ")
                && line.Contains($" {memory} ") && line.EndsWith($" {value.GetProperty("bytes").GetInt64():N0}", StringComparison.Ordinal)));
        }
        Assert.That(text, Does.Contain("1 image in 1 block of up to 32: ").And.Contain(" KiB a thread, ").And.Contain(" MiB of prepared weights"));
    }

    [Test]
    public void Plan_Redirected_HasALineForEveryStepAsLongAsItTakes()
    {
        string[] arguments = ["plan", "--model", "resnet18", "--batch-size", "8", "--train"];
        using JsonDocument json = JsonDocument.Parse(CliRun.Of([.. arguments, "--json"]).Output);
        string[] lines = [.. CliRun.Of(arguments).Output.Split('\n').TakeWhile(line => line.Length > 0)];
        Assert.That(lines, Has.Length.EqualTo(json.RootElement.GetProperty("steps").GetArrayLength()));
        Assert.That(lines.Max(line => line.Length), Is.GreaterThan(100));
    }

    [Test]
    public void Plan_Time_HasANumberForEveryStep()
    {
        string[] timed = ["plan", "--model", "lesson", "--batch-size", "2", "--threads", "1", "--train", "--time"];
        using JsonDocument json = JsonDocument.Parse(CliRun.Of([.. timed, "--json"]).Output);
        Assert.That(json.RootElement.GetProperty("milliseconds").GetArrayLength(),
            Is.EqualTo(json.RootElement.GetProperty("steps").GetArrayLength()));
        Assert.That(CliRun.Of(timed).Output, Does.Match(@"
 +0 +\d+\.\d{3}  load ").Or.Match(@"^ +0 +\d+\.\d{3}  load ").And.Match(@"
\d+\.\d{3} ms in all steps"));
    }

    [TestCase("--image", "1x0x28")]
    [TestCase("--image", "28")]
    [TestCase("--classes", "0")]
    public void Plan_SizesThatCannotBe_AreWrongUsage(string option, string value) =>
        Assert.That(CliRun.Of("plan", option, value).ExitCode, Is.EqualTo(ExitCode.WrongUsage));
}
