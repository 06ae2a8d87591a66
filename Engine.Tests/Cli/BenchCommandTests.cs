using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Measuring;
using Scratch.Tests.Measuring;

namespace Scratch.Tests.Cli;

public sealed class BenchCommandTests
{
    [Test]
    public void Bench_List_IsEveryName() => Assert.That(CliRun.Of("bench", "--list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        Is.EqualTo(BenchmarkCatalogTests.Names));

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
    public void Bench_JsonOfWhatMultipliesNothing_HasGigabytesPerSecond()
    {
        CliRun run = CliRun.Of("bench", "--filter", "layer/softmax/512x10/backward", "--seconds", "0", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.That(json.RootElement.GetProperty("gflops").GetDouble(), Is.Zero, run.Error);
        Assert.That(json.RootElement.GetProperty("gigabytesPerSecond").GetDouble(), Is.Positive);
    }

    [Test]
    public void Bench_Table_HasThePeakAndTheAlgorithm()
    {
        string text = CliRun.Of("bench", "--filter", "conv/depthwise-56/forward", "--seconds", "0", "--threads", "2").Output;
        Assert.That(text, Does.Contain("peak of fused multiply-adds on 2 threads").And.Contains("conv/depthwise-56/forward").And.Contains("channels "
            + "last"));
    }

    [Test]
    public void Bench_Table_FitsEightyColumns()
    {
        CliRun run = CliRun.Of("bench", "--filter", "conv/lesson4/backward-weight", "--seconds", "0", "--threads", "2", "--algorithms");
        Assert.That(run.Output.Split('\n'), Has.All.Length.AtMost(80));
        Assert.That(run.Output, Does.Contain("  median  GFLOP/s  of peak  algorithm").And.Contains("; im2col ").And.Contains("; NCHW to NCHW "));

        Assert.That(Table(new string('x', 35), "channels last").Split('\n')[^2],
            Is.EqualTo($"{new string('x', 35)} 12.00 ms     34.0   17.0 %  channels last"));
        Assert.That(Table("short", new string('y', 60)), Does.EndWith($" 12.00 ms     34.0   17.0 %\n    {new string('y', 60)}\n"));

        Assert.That(Table("short", "some", gigabytes: 12.34), Does.EndWith("short    12.00 ms         12.3 GB/s  some\n"));

        static string Table(string name, string algorithm, double? gigabytes = null)
        {
            using StringWriter output = new() { NewLine = "\n" }, error = new();
            BenchmarkCase which = BenchmarkCatalog.All[0];
            new BenchTable(new Terminal(output, error), [which], peak: 200).Add(new(name, 1, 5, 0.010, 0.012, 34, algorithm)
            {
                GigabytesPerSecond = gigabytes,
            });
            return output.ToString();
        }
    }

    [Test]
    public void Bench_Algorithms_TimesTheOthersAndNchw()
    {
        CliRun run = CliRun.Of("bench", "--filter", "conv/lesson4/backward-input", "--seconds", "0", "--threads", "2", "--algorithms", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.That(json.RootElement.GetProperty("algorithm").GetString(), Does.StartWith("lanes"), run.Error);
        Assert.That(json.RootElement.GetProperty("alternatives").EnumerateObject().Select(other => other.Name),
            Is.EqualTo(["channels last", "im2col"]));
        Assert.That(json.RootElement.GetProperty("alternatives").EnumerateObject().Select(other => other.Value.GetDouble()), Has.All.Positive);
        Assert.That(json.RootElement.GetProperty("nchw").GetDouble(), Is.Positive);
    }

    [Test]
    public void Bench_WithoutAlgorithms_HasOnlyTheBaseFields()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("bench", "--filter", "conv/lesson4/forward", "--seconds", "0", "--json").Output);
        Assert.That(json.RootElement.EnumerateObject().Select(field => field.Name),
            Is.EqualTo(["case", "threads", "best", "median", "gflops", "peak", "runs", "algorithm"]));
    }

    [Test]
    [Category("Slow")]
    public void Bench_Sweep_IsATableWithTheShareWithinTheLimit()
    {
        string[] lines = CliRun.Of("bench", "--sweep", "2", "--seed", "5", "--seconds", "0").Output.Split('\n',
            StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(2 + 4 + 1));
        Assert.That(lines[..6], Has.All.StartsWith("|").And.All.EndsWith("|"));
        Assert.That(lines[6], Does.Contain("Within 1.3 of the best").And.Contains("seed 5"));
    }

    [Test]
    public void Bench_SweepOfNothing_IsWrongUsage() => Assert.That(CliRun.Of("bench", "--sweep", "0").ExitCode, Is.EqualTo(ExitCode.WrongUsage));
}
