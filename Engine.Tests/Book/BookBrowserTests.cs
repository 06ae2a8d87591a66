using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Tests.Support;

namespace Scratch.Tests.Book;

/// <summary>The book's pages in a browser, from their files.</summary>
[NonParallelizable]
public sealed class BookBrowserTests : InBrowser
{
    private static string[] Pages => BookFiles.Named(".html");

    [TestCaseSource(nameof(Pages))]
    public async Task Page_OnAPhoneInTheDark_FitsAndShowsEveryFigure(string name)
    {
        IPage page = await Open(name, Browser.Phone, isDark: true);
        await Check(page, name, Browser.Phone, isDark: true);
        await page.Context.CloseAsync();
    }

    [TestCaseSource(nameof(Pages))]
    public async Task Page_OnADesk_ShowsEveryFigureAndHasNoBarrierThatAxeKnows(string name)
    {
        IPage page = await Open(name, Browser.Desktop, isDark: false);
        await Check(page, name, Browser.Desktop, isDark: false);
        await Browser.HasNoBarriers(page);
        await page.Context.CloseAsync();
    }

    /// <summary>Colours are the same on every page: one that has all kinds of text is enough.</summary>
    [Test]
    public async Task Page_InTheDark_HasNoBarrierThatAxeKnows()
    {
        IPage page = await Open(Pages[0], Browser.Desktop, isDark: true);
        await Browser.HasNoBarriers(page);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Barriers_PictureWithoutWords_AreFound()
    {
        IPage page = await Open("index.html", Browser.Desktop, isDark: false);
        await page.EvaluateAsync("document.querySelector('h1').append(document.createElement('img'))");
        Assert.That(await Browser.Barriers(page), Has.Exactly(1).StartsWith("image-alt:"));
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_Printed_IsLightAndOpensTheAnswers()
    {
        IPage page = await Open(Pages[0], Browser.Desktop, isDark: true);
        ILocator answer = page.Locator("details p").First;
        Assert.That(await answer.IsVisibleAsync(), Is.False, "on the screen answers are for who asks");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.That(await page.Locator("nav").First.IsVisibleAsync(), Is.False);
        Assert.That(await answer.IsVisibleAsync(), Is.True);
        Assert.That(await page.EvaluateAsync<string>("getComputedStyle(document.body).color"), Is.EqualTo("rgb(26, 29, 33)"));
        Assert.That(await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('figure')).backgroundColor"),
            Is.EqualTo("rgb(255, 255, 255)"));
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Links_NextFromTheContents_GoThroughAllChapters()
    {
        IPage page = await Open("index.html", Browser.Desktop, isDark: false);
        await page.Locator("ol a").First.ClickAsync();
        List<string> seen = [Path.GetFileName(page.Url)];
        while (await page.Locator("a[rel=next]").CountAsync() > 0)
        {
            await page.Locator("a[rel=next]").First.ClickAsync();
            seen.Add(Path.GetFileName(page.Url));
        }
        Assert.That(seen, Is.EqualTo(Pages[..^1]));
        await page.Context.CloseAsync();
    }

    private Task<IPage> Open(string name, int width, bool isDark) => Browser.Open(Path.Combine(BookFiles.Folder, name), width, isDark);

    private async Task Check(IPage page, string name, int width, bool isDark)
    {
        int figures = await page.Locator("figure").CountAsync();
        Assert.That(figures, name == "index.html" ? Is.GreaterThanOrEqualTo(0) : Is.GreaterThan(1));
        Assert.That(await page.EvaluateAsync<int>("""
            [...document.querySelectorAll('figure svg')].filter(svg => {
              const box = svg.getBoundingClientRect(), inside = svg.getBBox();
              return box.width > 200 && box.height > 40 && inside.width > 100 && svg.querySelectorAll('rect,path,circle,image').length > 1;
            }).length
            """), Is.EqualTo(figures), "every figure shows something");
        Assert.That(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('figure svg')].filter(svg => {
              const inside = svg.getBBox(), view = svg.viewBox.baseVal;
              return inside.x < -3 || inside.y < -3 || inside.x + inside.width > view.width + 3 || inside.y + inside.height > view.height + 3;
            }).map(svg => svg.closest('figure').id)
            """), Is.Empty, "nothing is drawn outside of its picture");
        await Browser.Fits(page, width, isDark);
        Assert.That(Browser.Messages, Is.Empty);
    }
}
