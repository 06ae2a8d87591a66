using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;

namespace Scratch.Tests.Cli.Reports;

/// <summary>The page itself: well-formed, from nowhere else, with every figure, and the numbers of the data in it.</summary>
public sealed partial class ReportPageTests
{
    private static readonly string[] Figures =
    [
        "loss-by-epoch", "accuracy-by-epoch", "loss-by-batch", "accuracy-by-batch", "learning-rate", "momentum", "mean-first", "mean-all",
            "deviation-first",
        "deviation-all", "histogram-1", "histogram-3", "histogram-5", "histogram-7", "near-zero-lesson", "near-zero-miniai", "near-zero-fastai",
        "gradient-norms", "update-ratios", "kernels-before", "kernels-after", "feature-maps", "confusion", "classes", "pairs", "worst", "layers",
            "graph",
        "shares", "memory", "command", "machine", "data",
    ];

    /// <summary>What the browser must find, too.</summary>
    internal static IReadOnlyList<string> AllFigures => Figures;

    [Test]
    public void Page_OfARun_IsWellFormedAndHasEveryFigure()
    {
        XDocument page = XDocument.Parse(SampleRun.Page);
        Assert.That(page.Descendants("figure").Select(figure => figure.Attribute("id")!.Value), Is.EquivalentTo(Figures));
        Assert.That(page.Descendants("figure").Select(figure => figure.Element("figcaption")!.Value), Has.None.Empty);
        Assert.That(page.Descendants("img").Select(image => image.Attribute("alt")?.Value), Has.None.Null.And.None.Empty);
    }

    [Test]
    public void Page_OfARun_NeedsNothingFromElsewhere()
    {
        string[] references = [.. References().Matches(SampleRun.Page).Select(match => match.Groups[1].Value)];
        Assert.That(references.Where(target => !target.StartsWith("data:", StringComparison.Ordinal) && !target.StartsWith('#')), Is.Empty);
        Assert.That(references, Is.Not.Empty);
        Assert.That(SampleRun.Page, Does.Not.Contain("http").And.Not.Contain("@import").And.Not.Contain("<script").And.Not.Contain("url(//"));
    }

    [Test]
    public void Comparison_OfRunsThatPrintOtherwise_SaysOnlyWhatMeansSomething()
    {
        RunData run = SampleRun.Data, other = run with
        {
            Settings = new Dictionary<string, string>(run.Settings) { ["quiet"] = "true", ["out"] = "elsewhere", ["epochs"] = "7" },
        };
        Assert.That(ComparisonPage.DifferencesOf([run, other]).Select(difference => difference.Name), Is.EqualTo(["epochs"]));
    }

    [Test]
    public void Page_OfARun_SaysItsNumbersAndEscapesItsName()
    {
        RunData run = SampleRun.Data;
        Assert.That(run.Name, Is.EqualTo("sample & <run>"));
        XDocument page = XDocument.Parse(SampleRun.Page);
        Assert.That(page.Descendants("h1").Single().Value, Is.EqualTo(run.Name));
        Assert.That(page.Descendants("code").Select(code => code.Value), Does.Contain(run.Weights));
        Assert.That(page.Descendants("pre").Single().Value, Is.EqualTo(run.Command).And.Contains("--schedule one-cycle"));
        Assert.That(page.Descendants("li").First().Value, Does.StartWith(PageWriter.Percent(run.Test!.Accuracy)));
        string[][] rows = [.. Figure(page,
            "confusion").Descendants("tr").Skip(1).Select(row => row.Elements("td").Select(cell => cell.Value).ToArray())];
        Assert.That(rows, Is.EqualTo(run.Judged!.Confusion.Select(row => row.Select(count => count == 0 ? "·" : $"{count}").ToArray())));
        Assert.That(Figure(page, "layers").Value, Does.Contain("(28 + 2·2 - 5)//2 + 1 = 14").And.Contains("15,496").And.Contains("1,240"));
    }

    [Test]
    public void Charts_OfARun_DrawEveryPointOfTheData()
    {
        XDocument page = XDocument.Parse(SampleRun.Page);
        Assert.That(Figure(page, "loss-by-batch").Descendants().Where(IsLine).Select(Points), Is.EqualTo([20, 20]));
        Assert.That(Figure(page, "loss-by-epoch").Descendants().Count(element => element.Name.LocalName == "circle"), Is.EqualTo(4));
        Assert.That(Figure(page, "mean-first").Descendants().Where(IsLine).Select(Points), Is.EqualTo([10, 10, 10, 10, 10]), "four rectifiers and "
            + "the outputs");
        Assert.That(Figure(page, "mean-all").Descendants().Where(IsLine).Select(Points), Is.All.EqualTo(16));
        Assert.That(Figure(page, "gradient-norms").Descendants().Where(IsLine).Select(Points), Is.EqualTo([20, 20, 20, 20, 20]), "five weights");
    }

    [Test]
    public void Report_OfOneFolder_MakesTheSamePageAgain()
    {
        using var folder = new TemporaryFolder();
        CliRun run = CliRun.Of("report", SampleRun.Folder, "--html", folder["again.html"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output.Trim(), Is.EqualTo(folder["again.html"]));
        Assert.That(File.ReadAllText(folder["again.html"]), Is.EqualTo(SampleRun.Page));
    }

    [Test]
    public void Report_OfSeveralFolders_ShowsWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        RunData other = SampleRun.Data with { Name = "other", Weights = "0123456789abcdef", Test = new(0.1, 0.99) };
        var settings = new Dictionary<string, string>(other.Settings) { ["seed"] = "7" };
        RunJson.Write(other with { Settings = settings }, folder[RunFile.Data]);
        CliRun run = CliRun.Of("report", SampleRun.Folder, folder.Path, "--html", folder["both.html"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        XDocument page = XDocument.Parse(File.ReadAllText(folder["both.html"]));
        Assert.That(Figure(page, "options").Descendants("tr").Skip(1).Select(row => string.Join('|', row.Elements().Select(cell => cell.Value))),
            Is.EqualTo(["seed|42|7", $"weights|{SampleRun.Data.Weights}|0123456789abcdef"]));
        Assert.That(Figure(page, "outcome").Descendants("strong").Select(best => best.Value), Does.Contain("0.9900").And.Contain("0.1000"));
        Assert.That(Figure(page, "valid-loss").Descendants().Where(IsLine).Select(Points), Is.EqualTo([2, 2]));
        Assert.That(Figure(page, "batch-loss").Descendants("li").Select(line => line.Value), Is.EqualTo(["sample & <run>", "other"]));
    }

    [TestCase("nothing", "has no report.json")]
    [TestCase("{", "is no report of a training")]
    [TestCase("""{"format":99}""", "has format 99")]
    public void Report_FolderWithoutARun_SaysSo(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        if (content != "nothing") File.WriteAllText(folder[RunFile.Data], content);
        WrongInputTests.Expect(CliRun.Of("report", folder.Path), ExitCode.Failed, expected);
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        TestCaseData Case(string said, Func<RunData, RunData> change) => new TestCaseData(said, change).SetArgDisplayNames(said);
        yield return Case("kernels", run => run with { Kernels = run.Kernels! with { Shape = [1, 1, 1, 1 << 30] } });
        yield return Case("an image", run => run with { Features = run.Features! with { Image = new(1, 1 << 15, 1 << 15, [1, 2]) } });
        yield return Case("confusion matrix", run => run with { Judged = run.Judged! with { Confusion = [] } });
        yield return Case("histograms", run => run with { Activations = run.Activations! with { Bins = 1 << 30 } });
        yield return Case("steps do not rise", run => run with { Activations = run.Activations! with { Iterations = [5, 5] } });
        yield return Case("its steps are none", run => run with { Steps = run.Steps with { Every = 0 } });
        yield return Case("is missing", run => run with { Summary = run.Summary with { Layers = [null!] } });
        yield return Case("steps are none", run => run with { Metric = "" });
    }

    [TestCaseSource(nameof(Misfits))]
    public void Report_PartsThatDoNotFitEachOther_SaysSo(string said, object change)
    {
        using var folder = new TemporaryFolder();
        RunJson.Write(((Func<RunData, RunData>)change)(SampleRun.Data), folder[RunFile.Data]);
        WrongInputTests.Expect(CliRun.Of("report", folder.Path), ExitCode.Failed, said);
    }

    [Test]
    public void Report_MarkupInEveryText_StaysText()
    {
        using var folder = new TemporaryFolder();
        JsonNode run = JsonNode.Parse(File.ReadAllText(Path.Combine(SampleRun.Folder, RunFile.Data)))!;
        Replace(run, "\"><script>alert(1)</script>");
        File.WriteAllText(folder[RunFile.Data], run.ToJsonString());
        CliRun report = CliRun.Of("report", folder.Path);
        Assert.That(report.ExitCode, Is.EqualTo(ExitCode.Done), report.Error);
        string page = File.ReadAllText(folder[RunFile.Page]);
        Assert.That(page, Does.Not.Contain("<script").And.Contains("&lt;script&gt;"));
        Assert.That(() => XDocument.Parse(page), Throws.Nothing);
    }

    private static void Replace(JsonNode node, string text)
    {
        if (node is JsonArray list)
        {
            for (int i = 0; i < list.Count; i++)
                if (list[i]?.GetValueKind() == JsonValueKind.String) list[i] = text;
                else if (list[i] is { } item) Replace(item, text);
        }
        if (node is not JsonObject fields) return;
        foreach (string name in fields.Select(field => field.Key).Where(name => name != "pixels").ToArray())
            if (fields[name]?.GetValueKind() == JsonValueKind.String) fields[name] = text;
            else if (fields[name] is { } item) Replace(item, text);
    }

    [Test]
    public void Json_OfARun_ComesBackAsItWas()
    {
        using var folder = new TemporaryFolder();
        RunJson.Write(SampleRun.Data, folder[RunFile.Data]);
        Assert.That(File.ReadAllText(folder[RunFile.Data]), Is.EqualTo(File.ReadAllText(Path.Combine(SampleRun.Folder, RunFile.Data))));
    }

    private static XElement Figure(XDocument page, string id) => page.Descendants("figure").Single(figure => figure.Attribute("id")!.Value == id);

    private static bool IsLine(XElement element) => element.Attribute("class")?.Value.StartsWith("line ", StringComparison.Ordinal) == true;

    private static int Points(XElement line) => line.Attribute("d")!.Value.Count(letter => letter is 'M' or 'L');

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex References();
}
