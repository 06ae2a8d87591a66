using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Serve;

/// <summary>The playground's page over this server, in a browser. Needs Chromium: <c>apt-get install chromium</c>.</summary>
[NonParallelizable]
public sealed class ServedPageTests : InBrowser
{
    private const int Dot = 4;                                               // pixels at most, on so small an image

    [Test]
    public async Task Page_Drawn_SaysWhatTheServerSays([Values(Browser.Phone, Browser.Desktop)] int width, [Values] bool isDark)
    {
        bool hasManyLabels = isDark;                                         // and is in colour
        await using RunningServer server = await RunningServer.Start(hasManyLabels ? RunningServer.Labels : null);
        IPage page = await Open(server, width, isDark);
        LocatorBoundingBoxResult pad = (await page.Locator("#pad").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(pad.X + pad.Width * 0.3f, pad.Y + pad.Height * 0.2f);
        await page.Mouse.DownAsync();
        IResponse explained = await page.RunAndWaitForResponseAsync(() => page.Mouse.MoveAsync(pad.X + pad.Width * 0.6f, pad.Y + pad.Height * 0.8f),
            response => response.Url.EndsWith("/explain", StringComparison.Ordinal)
                && Asked(response).Count(pixel => pixel > 0) > Dot * server.Classifier.ImageShape[0]);
        await page.Mouse.UpAsync();
        byte[] pixels = Asked(explained);
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
            Assert.That(Browser.Messages, Is.Empty);
        }
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_OpenedPicture_ComesToTheModelAsInTraining()
    {
        await using RunningServer server = await RunningServer.Start();
        IPage page = await Open(server, Browser.Desktop, isDark: false);
        byte[] file = Pictures.PngBytes.Of(RunningServer.Bytes(41 * 30, seed: 2), 41, 30, channels: 1);
        IResponse explained = await page.RunAndWaitForResponseAsync(
            () => page.SetInputFilesAsync("#file", new FilePayload { Name = "some.png", MimeType = RunningServer.Png, Buffer = file }),
            response => response.Url.EndsWith("/explain", StringComparison.Ordinal) && Asked(response).Any(pixel => pixel > 0));
        Picture expected = Picture.Decode(file, 1).Resized((server.Classifier.ImageShape[1], server.Classifier.ImageShape[2]),
            server.Classifier.Notes.Resize);
        Assert.That(Asked(explained), Is.EqualTo(expected.Pixels.ToArray()));
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "some.png", MimeType = RunningServer.Png, Buffer = [1, 2, 3] });
        await Assertions.Expect(page.Locator("#pad-note")).ToContainTextAsync("starts as no PNG or JPEG does");
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_ForEverybody_HasNoBarrierThatAxeKnows([Values] bool isDark)
    {
        await using RunningServer server = await RunningServer.Start();
        IPage page = await Open(server, Browser.Desktop, isDark);
        await Browser.HasNoBarriers(page);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_WhoseServerIsGone_SaysSo()
    {
        await using RunningServer server = await RunningServer.Start();
        IPage page = await Open(server, Browser.Desktop, isDark: false);
        await server.Stop();
        await page.ClickAsync("#clear");
        await Assertions.Expect(page.Locator("#pad-note")).ToContainTextAsync("The server does not answer: is it still running?");
        await page.Context.CloseAsync();
    }

    // The pixels that the page asks about.
    private static byte[] Asked(IResponse response)
    {
        using JsonDocument json = JsonDocument.Parse(response.Request.PostData!);
        return [.. json.RootElement.GetProperty("image").EnumerateArray().Select(pixel => pixel.GetByte())];
    }

    private async Task<IPage> Open(RunningServer server, int width, bool isDark)
    {
        IPage page = await Browser.Open($"{server.Client.BaseAddress}", width, isDark);
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("Ready.");
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.ready");   // the first answer is there, and moves nothing any more
        return page;
    }
}
