using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Cli.Reports;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Reports;

/// <summary>The page in a browser, at the widths and in the colours that people read it in.</summary>
[NonParallelizable]
public sealed class BrowserTests : InBrowser
{
    private string _comparison = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _comparison = Path.Combine(Path.GetDirectoryName(SampleRun.Folder)!, "comparison.html");
        await File.WriteAllTextAsync(_comparison, ComparisonPage.Of([SampleRun.Data, SampleRun.Data with { Name = "other" }]));
    }

    [Test]
    public async Task Page_InABrowser_ShowsEveryFigureAndComplainsOfNothing([Values(Browser.Phone, Browser.Desktop)] int width, [Values] bool isDark,
        [Values] bool compares)
    {
        IPage page = await Open(width, isDark, compares);
        foreach (string id in compares ? ["outcome", "options", "valid-loss", "batch-loss", "rates"] : ReportPageTests.AllFigures)
        {
            LocatorBoundingBoxResult? box = await page.Locator($"#{id}").BoundingBoxAsync();
            Assert.That(box, Is.Not.Null, id);
            Assert.That((box!.Width, box.Height), Is.GreaterThan((200f, 60f)).Using<(float, float)>((a, b) => Math.Min(a.Item1 - b.Item1,
                a.Item2 - b.Item2) > 0 ? 1 : -1), id);
        }
        Assert.That(await page.EvaluateAsync<bool>("[...document.images].every(i => i.complete && i.naturalWidth > 0)"), Is.True, "every picture is "
            + "one");
        await Browser.Fits(page, width, isDark);
        Assert.That(Browser.Messages, Is.Empty);
        await page.Context.CloseAsync();
    }

    [TestCase("confusion", false)]
    [TestCase("classes", false)]
    [TestCase("layers", false)]
    [TestCase("outcome", true)]
    [TestCase("options", true)]
    public async Task Page_OnAPhone_ShowsTablesWhole(string figure, bool compares)
    {
        IPage page = await Open(Browser.Phone, isDark: false, compares);
        Assert.That(await page.EvaluateAsync<bool>($"(frame => frame.scrollWidth <= frame.clientWidth)(document.querySelector('#{figure} .scroll'))"),
            Is.True);
        await page.Context.CloseAsync();
    }

    [TestCase("layers", "input", "output", false)]
    [TestCase("outcome", "other", "test accuracy", true)]
    public async Task Page_OnAPhone_SaysOfEachNumberOfARowWhatItIs(string figure, string row, string column, bool compares)
    {
        IPage page = await Open(Browser.Phone, isDark: false, compares);
        ILocator cells = page.Locator($"#{figure} tr").Filter(new() { Has = page.Locator("th", new() { HasTextString = row }) }).Locator("td").First;
        Assert.That(await cells.EvaluateAsync<string>("cell => getComputedStyle(cell, '::before').content"), Is.EqualTo($"\"{column}\""));
        Assert.That(await page.Locator($"#{figure} thead").IsVisibleAsync(), Is.False);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_ForEverybody_HasNoBarrierThatAxeKnows([Values] bool isDark, [Values] bool compares)
    {
        IPage page = await Open(Browser.Desktop, isDark, compares);
        await Browser.HasNoBarriers(page);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_Printed_IsLightAndWithoutLinksToSections()
    {
        IPage page = await Open(Browser.Desktop, isDark: true, compares: false);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.That(await page.Locator("nav").IsVisibleAsync(), Is.False);
        Assert.That(await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"), Is.EqualTo("rgb(255, 255, 255)"));
        Assert.That(await page.EvaluateAsync<string>("getComputedStyle(document.body).color"), Is.EqualTo("rgb(26, 29, 33)"));
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_OnPaper_HasEveryTableWhole([Values] bool compares)
    {
        const int SheetOfA4 = 718;                                           // between the margins that browsers leave
        IPage page = await Open(SheetOfA4, isDark: false, compares);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.That(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('.scroll')].filter(frame => frame.scrollWidth > frame.clientWidth).map(frame => frame.ariaLabel)
            """), Is.Empty);
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(SheetOfA4));
        await page.Context.CloseAsync();
    }

    private Task<IPage> Open(int width, bool isDark, bool compares) =>
        Browser.Open(compares ? _comparison : Path.Combine(SampleRun.Folder, RunFile.Page), width, isDark);
}
