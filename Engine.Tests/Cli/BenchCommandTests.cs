using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Measuring;

namespace Scratch.Tests.Cli;

public sealed class BenchCommandTests
{
    [Test]
    public void Bench_List_IsEveryName() => Assert.That(CliRun.Of("bench", "--list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(BenchmarkCatalogTests.Names));

    [Test]
    public void Bench_ListWithFilter_IsThoseWithTheText() =>
        Assert.That(CliRun.Of("bench", "--list", "--filter", "b512").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(["infer/lesson/b512", "train-step/lesson/b512", "train-step/lesson-bn/b512"]));

    [Test]
    public void Bench_Json_IsOneObjectALine()
    {
        CliRun run = CliRun.Of("bench", "--filter", "gemm/256", "--seconds", "0.01", "--threads", "1", "--json");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Single());
        Assert.That(json.RootElement.GetProperty("case").GetString(), Is.EqualTo("gemm/256"));
        Assert.That(json.RootElement.GetProperty("threads").GetInt32(), Is.EqualTo(1));
        foreach (string field in (ReadOnlySpan<string>)["best", "median", "gflops", "peak", "runs"])
            Assert.That(json.RootElement.GetProperty(field).GetDouble(), Is.Positive, field);
    }

    [Test]
    public void Bench_Table_HasThePeakAndTheAlgorithm()
    {
        string text = CliRun.Of("bench", "--filter", "conv/depthwise-56/forward", "--seconds", "0", "--threads", "2").Output;
        Assert.That(text, Does.Contain("peak of fused multiply-adds on 2 threads").And.Contains("conv/depthwise-56/forward").And.Contains("channels last"));
    }
}
