using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Book.Drawing;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Book;

/// <summary>The sliders of chapter 2 draw and say what the engine does.</summary>
[NonParallelizable]
public sealed class BookSliderTests : InBrowser
{
    private static readonly string _file = Path.Combine(BookFiles.Folder, "2-output-size.html");

    private static readonly string[] _names = ["pixels", "window", "stride", "padding", "dilation"];

    [Test]
    public async Task Sliders_EveryKindOfAxis_DrawAndSayWhatTheEngineDoes()
    {
        IPage page = await Browser.Open(_file, Browser.Phone, isDark: false);
        WindowAxis most = AxisSliders.Most;
        int fits = 0, fitsNot = 0, unread = 0;
        for (int i = 0; i < 24; i++)                                         // sizes that share no divisor meet in ever new pairs
        {
            var axis = new WindowAxis(1 + i * 7 % most.Input, 1 + i * 3 % most.Kernel, 1 + i * 5 % most.Stride, (i + i / 4) % (most.Padding + 1),
                1 + i % most.Dilation);
            await Turn(page, axis);
            Assert.That(await Drawn(page, "figure#first svg"), Is.EqualTo(await Serialised(page, AxisSliders.Picture(axis).Content)), $"{axis}");
            string formula = await page.Locator("#axis-formula").InnerTextAsync(), words = await page.Locator("#axis-words").InnerTextAsync();
            if (axis.Output == 0)
            {
                Assert.That(formula, Does.EndWith(" < 0"), $"{axis}");
                Assert.That(words, Does.Contain($"spans {axis.Span},").And.Contain($"axis of {axis.Padded}:"), $"{axis}");
                fitsNot++;
                continue;
            }
            Assert.That(formula, Is.EqualTo(axis.Formula));
            Assert.That(words, Does.Contain($"spans {axis.Span} of").And.Contain($" {axis.Output} output"), $"{axis}");
            int left = axis.Input - axis.Taps().Select(tap => tap.Input).Distinct().Count();
            Assert.That(words.Contains("(red)", StringComparison.Ordinal), Is.EqualTo(left > 0), $"{axis}: {words}");
            if (left > 0) Assert.That(words, Does.Contain($" {left} pixel"), $"{axis}");
            (fits, unread) = (fits + 1, unread + (left > 0 ? 1 : 0));
        }
        Assert.That(new[] { fits, fitsNot, unread }, Is.All.GreaterThan(3), "axes of every kind were turned to");
        Assert.That(Browser.Messages, Is.Empty);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Sliders_ByKeyboard_AreNamedAndTurn()
    {
        IPage page = await Browser.Open(_file, Browser.Desktop, isDark: true);
        foreach (string name in _names)
            await Assertions.Expect(page.GetByRole(AriaRole.Slider, new() { Name = name })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Slider, new() { Name = "window" }).FocusAsync();
        string before = await page.Locator("#axis-formula").InnerTextAsync();
        float height = (await page.Locator("figure#first").BoundingBoxAsync())!.Height;
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.That(await page.Locator("output[for=axis-kernel]").InnerTextAsync(), Is.EqualTo("4"));
        Assert.That(await page.Locator("#axis-formula").InnerTextAsync(), Is.Not.EqualTo(before).And.EqualTo(new WindowAxis(8, 4).Formula));
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("End");
        Assert.That(await page.Locator("#axis-formula").InnerTextAsync(),
            Is.EqualTo(new WindowAxis(8, AxisSliders.Most.Kernel, AxisSliders.Most.Stride).Formula));
        Assert.That((await page.Locator("figure#first").BoundingBoxAsync())!.Height, Is.EqualTo(height), "nothing below jumps");
        await Browser.HasNoBarriers(page);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task Picture_WithoutScripts_StandsStill()
    {
        IPage page = await Browser.Open(_file, Browser.Phone, isDark: false, scripts: false);
        Assert.That(await page.Locator("figure#first svg").IsVisibleAsync(), Is.True);
        Assert.That(await page.Locator("input").CountAsync(), Is.Zero);
        await page.Context.CloseAsync();
    }

    private static async Task Turn(IPage page, WindowAxis axis) => await page.EvaluateAsync("""
        values => ['input', 'kernel', 'stride', 'padding', 'dilation'].forEach((name, i) => {
          const slider = document.getElementById('axis-' + name);
          slider.value = values[i];
          slider.dispatchEvent(new Event('input'));
        })
        """, new[] { axis.Input, axis.Kernel, axis.Stride, axis.Padding, axis.Dilation });

    private static Task<string> Drawn(IPage page, string svg) => page.Locator(svg).EvaluateAsync<string>("svg => svg.innerHTML");

    private static Task<string> Serialised(IPage page, string content) => page.EvaluateAsync<string>("""
        content => {
          const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
          svg.innerHTML = content;
          return svg.innerHTML;
        }
        """, content);
}
