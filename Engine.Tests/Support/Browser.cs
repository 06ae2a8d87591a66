using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Scratch.Tests.Support;

/// <summary>Opens pages of this repository in Chromium: <c>apt-get install chromium</c>. Where there is none the test that asks is ignored.</summary>
internal sealed class Browser : IAsyncDisposable
{
    public const int Phone = 390, Desktop = 1280;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string[] OfThePage = ["data:", "file:", "blob:"];

    private static readonly Lazy<string> Axe = new(() => new BundledAxeScriptProvider().GetScript());

    private readonly List<string> _messages = [];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>What the page that was opened last has complained of, and what it wanted from elsewhere.</summary>
    public IReadOnlyList<string> Messages => _messages;

    public static async Task<Browser> Start()
    {
        if (Chromium() is not { } path) throw new IgnoreException("There is no Chromium here: apt-get install chromium.");
        IPlaywright playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] }));
    }

    /// <summary>Opens a file or an address in a window of its own; close its context in the end.</summary>
    public async Task<IPage> Open(string file, int width, bool isDark, bool scripts = true)
    {
        string own = new Uri(file).GetLeftPart(UriPartial.Authority);
        IBrowserContext context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = scripts,
        });
        IPage page = await context.NewPageAsync();
        _messages.Clear();
        page.Console += (_, message) => _messages.Add(message.Text);
        page.PageError += (_, error) => _messages.Add(error);
        page.Request += (_, request) =>
        {
            if (!OfThePage.Append(own).Any(scheme => request.Url.StartsWith(scheme, StringComparison.Ordinal))) _messages.Add(request.Url);
        };
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return page;
    }

    /// <summary>Nothing is wider than the window, and the page is as light or dark as its reader wants it.</summary>
    public static async Task Fits(IPage page, int width, bool isDark)
    {
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(width), "nothing is wider than the window");
        int light = await page.EvaluateAsync<int>("+getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]");
        Assert.That(light, isDark ? Is.LessThan(60) : Is.GreaterThan(200));
    }

    /// <summary>Everybody can use it, as far as axe can tell.</summary>
    public static async Task HasNoBarriers(IPage page) => Assert.That(await Barriers(page), Is.Empty);

    /// <summary>What axe-core finds that keeps somebody out. It runs in the page itself: its own package for Playwright opens a further page for
    /// every look, which takes longer than the look.</summary>
    public static async Task<string[]> Barriers(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        return await page.EvaluateAsync<string[]>("""
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.flatMap(violation =>
              violation.nodes.slice(0, 3).map(node => `${violation.id}: ${violation.help}: ${node.html}`))
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    private static string? Chromium() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
