using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Tests.Support;

namespace Scratch.Tests.Playground;

/// <summary>The page as <c>dotnet publish</c> wrote it, opened from the disk: where SCRATCH_PLAYGROUND says, or that of the repository.</summary>
internal static class PlaygroundPage
{
    private static readonly string _file = Environment.GetEnvironmentVariable("SCRATCH_PLAYGROUND")
        ?? Path.Combine(RepositoryFolder.Path, "docs", "playground", "index.html");

    /// <summary>Opens it and waits for its first answer.</summary>
    public static async Task<IPage> Open(Browser browser, int width, bool isDark)
    {
        if (!File.Exists(_file)) throw new IgnoreException($"There is no {_file}: dotnet publish -c Release Engine.Playground.");
        IPage page = await browser.Open(_file, width, isDark);
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.ready || document.querySelector('.error')");
        Assert.That(await page.Locator("#status").TextContentAsync(), Is.EqualTo("Ready."));
        return page;
    }

    /// <summary>What it answers once the network has seen what is on the pad.</summary>
    public static Task<string> Winner(this IPage page) => page.EvaluateAsync<string>("""
        async () => {
            const { engine, model, pixels } = playground;
            return model.classes[(await engine.explain(pixels.slice())).winner];
        }
        """);
}
