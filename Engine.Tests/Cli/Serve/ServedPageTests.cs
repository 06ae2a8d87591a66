using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary>The playground's page over this server, in a browser. Needs Chromium: <c>apt-get install chromium</c>.</summary>
[NonParallelizable]
public sealed class ServedPageTests
{
    private const int Phone = 390, Desktop = 1280;

    private static readonly string[] _browsers = ["chromium", "chromium-browser", "google-chrome"];

    private readonly List<string> _messages = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    [OneTimeSetUp]
    public async Task Start()
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => _browsers.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (path is null)
        {
            Assert.Ignore("There is no Chromium here: apt-get install chromium.");
            return;
        }
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    [Test]
    public async Task Page_Drawn_SaysWhatTheServerSays([Values(Phone, Desktop)] int width, [Values] bool isDark)
    {
        bool hasManyLabels = isDark;                                         // and is in colour
        await using RunningServer server = await RunningServer.Start(hasManyLabels ? RunningServer.Labels : null);
        IPage page = await Open(server, width, isDark);
        LocatorBoundingBoxResult pad = (await page.Locator("#pad").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(pad.X + pad.Width * 0.3f, pad.Y + pad.Height * 0.2f);
        await Explained(page, () => page.Mouse.DownAsync());
        byte[] pixels = await Explained(page, () => page.Mouse.MoveAsync(pad.X + pad.Width * 0.6f, pad.Y + pad.Height * 0.8f));
        await page.Mouse.UpAsync();
        Assert.That(pixels.Count(pixel => pixel > 0), Is.InRange(5, pixels.Length - 5), "a line");
        Prediction expected = server.Classifier.Predict(pixels);
        string percent = $"{100 * expected.Probability:F0} %";
        await Assertions.Expect(page.Locator("#winner")).ToContainTextAsync(expected.Name);
        await Assertions.Expect(page.Locator("#winner")).ToContainTextAsync(percent);
        int maps = (await server.Get("/layers")).GetProperty("layers").GetArrayLength();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await page.Locator("#probabilities li .name").AllTextContentsAsync(), Is.EqualTo(server.Classifier.ClassNames));
            Assert.That(await page.Locator("#layers .layer canvas").CountAsync(), Is.EqualTo(maps));
            Assert.That(await page.Locator("#training").IsVisibleAsync(), Is.False, "this server trains nothing");
            Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(width), "nothing is wider than the window");
            Assert.That(_messages, Is.Empty);
        }
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_ForEverybody_HasNoBarrierThatAxeKnows([Values] bool isDark)
    {
        await using RunningServer server = await RunningServer.Start();
        IPage page = await Open(server, Desktop, isDark);
        AxeResult result = await page.RunAxe();
        Assert.That(result.Violations.SelectMany(violation => violation.Nodes.Take(3).Select(node =>
            $"{violation.Id}: {violation.Help}: {node.Html}")), Is.Empty);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_WhoseServerIsGone_SaysSo()
    {
        await using RunningServer server = await RunningServer.Start();
        IPage page = await Open(server, Desktop, isDark: false);
        await server.Stop();
        await page.ClickAsync("#clear");
        await Assertions.Expect(page.Locator("#pad-note")).ToContainTextAsync("The server does not answer: is it still running?");
        await page.Context.CloseAsync();
    }

    // The pixels that the page asks about after it was drawn on.
    private static async Task<byte[]> Explained(IPage page, Func<Task> draw)
    {
        IResponse response = await page.RunAndWaitForResponseAsync(draw, one => one.Url.EndsWith("/explain", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(response.Request.PostData!);
        return [.. json.RootElement.GetProperty("image").EnumerateArray().Select(pixel => pixel.GetByte())];
    }

    private async Task<IPage> Open(RunningServer server, int width, bool isDark)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        IPage page = await context.NewPageAsync();
        _messages.Clear();
        page.Console += (_, message) => _messages.Add(message.Text);
        page.PageError += (_, error) => _messages.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith($"{server.Client.BaseAddress}", StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)) _messages.Add(request.Url);
        };
        await page.GotoAsync($"{server.Client.BaseAddress}");
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("Ready.");
        return page;
    }
}
