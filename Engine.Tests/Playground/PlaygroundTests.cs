using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Pictures;
using Scratch.Tests.Support;

namespace Scratch.Tests.Playground;

/// <summary>The playground in a browser: what people see of it, at the widths and in the colours that they see it in, and what they do
/// there.</summary>
[NonParallelizable]
public sealed class PlaygroundTests : InBrowser
{
    // Corners of strokes, in pixels of the image.
    private static readonly Dictionary<string, (double X, double Y)[]> _strokes = new()
    {
        ["0"] = [(14, 5), (10, 7), (8, 11), (8, 17), (10, 21), (14, 23), (18, 21), (20, 17), (20, 11), (18, 7), (14, 5)],
        ["1"] = [(14, 4), (14, 23)],
        ["2"] = [(8, 9), (10, 6), (14, 5), (18, 6), (19, 10), (16, 14), (11, 19), (8, 22), (14, 22), (20, 22)],
        ["3"] = [(8, 6), (14, 5), (18, 8), (16, 12), (12, 13), (17, 14), (20, 18), (16, 22), (8, 22)],
        ["7"] = [(8, 6), (20, 6), (16, 14), (13, 23)],
    };

    private IPage? _desktop;

    private IPage Page => _desktop!;

    [OneTimeSetUp]
    public async Task Start() => _desktop = await PlaygroundPage.Open(Browser, Browser.Desktop, isDark: false);

    [TearDown]
    public void Complains() => Assert.That(Browser.Messages, Is.Empty, "what the page said to the console, or wanted from elsewhere");

    [TestCaseSource(nameof(Digits))]
    public async Task Pad_DigitDrawnByMouse_IsToldAndShown(string digit)
    {
        await Page.ClickAsync("#clear");
        LocatorBoundingBoxResult box = await Box("#pad");
        float cell = box.Width / 28;
        var corners = _strokes[digit];
        await Page.Mouse.MoveAsync(box.X + (float)corners[0].X * cell, box.Y + (float)corners[0].Y * cell);
        await Page.Mouse.DownAsync();
        foreach (var (x, y) in corners[1..])
            await Page.Mouse.MoveAsync(box.X + (float)x * cell, box.Y + (float)y * cell, new() { Steps = 3 });
        await Page.Mouse.UpAsync();
        Assert.That(await Page.Winner(), Is.EqualTo(digit));
        await Assertions.Expect(Page.Locator("#winner b")).ToHaveTextAsync(digit);
        await Assertions.Expect(Page.Locator("#probabilities .top .name")).ToHaveTextAsync(digit);
        await Assertions.Expect(Page.Locator("#mattered-class")).ToHaveTextAsync($"“{digit}”");
    }

    [Test]
    public async Task Pad_DrawnByKeyboard_DrawsALine()
    {
        await Page.ClickAsync("#clear");
        await Page.Locator("#pad").FocusAsync();
        await Press("ArrowUp", 10);
        await Press(" ", 1);
        await Press("ArrowDown", 19);
        await Press(" ", 1);
        await Press("ArrowRight", 3);
        byte[] pixels = await Pixels();
        int[] rows = [.. Enumerable.Range(0, 28).Where(row => pixels[28 * row + 14] == 255)], far = [.. Enumerable.Range(0, 28).Where(row =>
            pixels[28 * row + 17] > 0)];
        Assert.That(rows, Is.EqualTo(Enumerable.Range(4, 20)), "from where the pen was put down to where it was lifted");
        Assert.That(far, Is.Empty, "the lifted pen draws nothing");
        Assert.That(await Page.Winner(), Is.EqualTo("1"));
        await Press("Delete", 1);
        Assert.That(await Pixels(), Is.All.Zero);
    }

    [Test]
    public async Task Pad_ExampleShown_MakesWayForTheFirstStroke()
    {
        await Page.ClickAsync("#clear");
        await Page.ClickAsync("#another");
        await Page.WaitForFunctionAsync("() => playground.pixels.filter(pixel => pixel > 0).length > 40");
        await Page.Locator("#pad").FocusAsync();
        await Press(" ", 1);
        Assert.That((await Pixels()).Count(pixel => pixel > 0), Is.InRange(1, 16), "a dot");
        await Press("ArrowDown", 4);
        await Press(" ", 1);
        Assert.That((await Pixels()).Count(pixel => pixel == 255), Is.AtLeast(5), "what is drawn stays");
    }

    [Test]
    public async Task Pad_PictureOpened_IsBroughtToSize()
    {
        byte[] white = new byte[40 * 20 * 3];
        white.AsSpan().Fill(255);
        await Page.SetInputFilesAsync("#file", new FilePayload { Name = "wide.png", MimeType = "image/png", Buffer = PngBytes.Of(white, 20, 40, 3) });
        await Page.WaitForFunctionAsync("() => playground.pixels[14 * 28 + 14] === 255");
        byte[] pixels = await Pixels();
        Assert.That(Enumerable.Range(0, 28).Count(row => pixels[28 * row + 14] == 255), Is.EqualTo(14), "twice as wide as high, the rest black");
    }

    [Test]
    public async Task Layers_PointedAt_ShowTheReceptiveFieldOfTheEngine()
    {
        ModelSummary summary = ModelSummary.Of(ModelCatalog.Build<float>("lesson", new Shape(1, 28, 28), 10), new Shape(1, 28, 28), 1);
        LayerSummary third = summary.Layers[4];                              // 32 maps of 4x4
        await Page.Locator(".layer:nth-child(5) canvas").FocusAsync();
        await Press("ArrowRight", 2);
        await Press("ArrowDown", 1);
        int top = third.ReceptiveStart!.Value.Height + third.Jump!.Value.Height;
        int left = third.ReceptiveStart!.Value.Width + 2 * third.Jump!.Value.Width;
        var (height, width) = third.ReceptiveField!.Value;
        string? text = await Page.Locator("#inspected").TextContentAsync();
        Assert.That(text, Does.StartWith("5 Conv2d, channel 1 of 32, row 2, column 3: "));
        Assert.That(text, Does.Contain($"It sees {height}×{width} pixels: rows {Math.Max(0, top) + 1} to {Math.Min(28, top + height)}, "
            + $"columns {Math.Max(0, left) + 1} to {Math.Min(28, left + width)}"));
        await Press("Escape", 1);
        Assert.That(await Page.Locator("#inspected").TextContentAsync(), Is.EqualTo("Point at a feature map."));

        await Page.Locator(".layer:nth-child(1) canvas").HoverAsync(new() { Position = new() { X = 1, Y = 1 } });
        Assert.That(await Page.Locator("#inspected").TextContentAsync(),
            Does.StartWith("1 Conv2d, channel 1 of 8, row 1, column 1: ").And.Contain("rows 1 to 3, columns 1 to 3; the rest is padding"));
    }

    [Test]
    public async Task Mattered_GradientAlone_SpeaksOfBlackPixelsToo()
    {
        await Page.ClickAsync("#another");
        await Page.CheckAsync("input[value=gradient]");
        int alone = await Colors(Page, "#mattered");
        await Page.CheckAsync("input[value=product]");
        Assert.That(await Colors(Page, "#mattered"), Is.InRange(8, alone - 50), "where there is no ink, gradient times pixel is zero");
    }

    [Test]
    public async Task Page_OnAPhoneInTheDark_FitsAndIsDrawnOnWithAFinger()
    {
        IPage page = await PlaygroundPage.Open(Browser, Browser.Phone, isDark: true);
        await Browser.Fits(page, Browser.Phone, isDark: true);
        foreach (string canvas in (string[])["#pad", "#mattered", ".layer:nth-child(3) canvas"])
            Assert.That(await Colors(page, canvas), Is.GreaterThan(8), $"{canvas} shows something");
        await Browser.HasNoBarriers(page);
        await page.ClickAsync("#clear");
        await page.Locator("#pad").ScrollIntoViewIfNeededAsync();
        double top = await page.EvaluateAsync<double>("scrollY");
        await Draw(await page.Context.NewCDPSessionAsync(page), (await page.Locator("#pad").BoundingBoxAsync())!, _strokes["7"]);
        Assert.That(await page.Winner(), Is.EqualTo("7"));
        Assert.That(await page.EvaluateAsync<double>("scrollY"), Is.EqualTo(top), "a finger on the pad draws and does not scroll");
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Page_OnADesk_HasNoBarrierThatAxeKnows()
    {
        await Browser.Fits(Page, Browser.Desktop, isDark: false);
        await Browser.HasNoBarriers(Page);
    }

    private static string[] Digits() => [.. _strokes.Keys];

    private static async Task Draw(ICDPSession touch, LocatorBoundingBoxResult box, (double X, double Y)[] corners)
    {
        string type = "touchStart";
        foreach (var (x, y) in corners)
        {
            var point = new { x = box.X + x * box.Width / 28, y = box.Y + y * box.Width / 28 };
            await touch.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = type, ["touchPoints"] = new[] { point } });
            type = "touchMove";
        }
        await touch.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
    }

    private static Task<int> Colors(IPage page, string canvas) => page.EvaluateAsync<int>("""
        selector => {
            const canvas = document.querySelector(selector), copy = new OffscreenCanvas(canvas.width, canvas.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const { data } = context.getImageData(0, 0, copy.width, copy.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }
        """, canvas);

    private async Task<byte[]> Pixels() => [.. (await Page.EvaluateAsync<int[]>("() => [...playground.pixels]")).Select(pixel => (byte)pixel)];

    private async Task Press(string key, int times)
    {
        for (int i = 0; i < times; i++) await Page.Keyboard.PressAsync(key);
    }

    private async Task<LocatorBoundingBoxResult> Box(string selector)
    {
        await Page.Locator(selector).ScrollIntoViewIfNeededAsync();
        return (await Page.Locator(selector).BoundingBoxAsync())!;
    }
}
