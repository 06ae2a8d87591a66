using NUnit.Framework;

namespace Scratch.Tests.Support;

/// <summary>Tests that share one Chromium: it starts before the first and ends after the last.</summary>
[Category("Browser")]
public abstract class InBrowser
{
    private protected Browser Browser { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartBrowser() => Browser = await Browser.Start();

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        if (Browser is not null) await Browser.DisposeAsync();
    }
}
