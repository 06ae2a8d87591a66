using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Tests.Playground;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The folder docs as a static site, below some address: its first page leads to the playground and to the book.</summary>
[NonParallelizable]
public sealed class SiteTests : InBrowser
{
    private const string Below = "/fork";

    private static readonly string _docs = Path.Combine(RepositoryFolder.Path, "docs");

    private readonly WebApplication _server = Serving();

    [OneTimeSetUp]
    public Task Start() => _server.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public void Folder_IsServedAsItIs() => Assert.That(Path.Combine(_docs, ".nojekyll"), Does.Exist, "else a forge makes other pages of it");

    [Test]
    public async Task FirstPage_Anywhere_FitsAndHasNoBarrierThatAxeKnows([Values(Browser.Phone, Browser.Desktop)] int width, [Values] bool isDark)
    {
        IPage page = await Browser.Open(Path.Combine(_docs, "index.html"), width, isDark);
        await Browser.Fits(page, width, isDark);
        await Browser.HasNoBarriers(page);
        Assert.That(Browser.Messages, Is.Empty);
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task FirstPage_OneClick_IsThePlaygroundAndItAnswers()
    {
        IPage page = await Browser.Open($"{_server.Urls.First()}{Below}/", Browser.Desktop, isDark: false);
        await page.GetByText("Playground").ClickAsync();
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.ready || document.querySelector('.error')");
        Assert.That(await page.Locator("#status").TextContentAsync(), Is.EqualTo("Ready."));
        Assert.That(await page.Winner(), Has.Length.EqualTo(1));
        Assert.That(Browser.Messages, Is.Empty, "what it said to the console, or wanted from elsewhere");
        await page.Context.CloseAsync();
    }

    [Test]
    public async Task FirstPage_OneClick_IsTheBook()
    {
        IPage page = await Browser.Open($"{_server.Urls.First()}{Below}/", Browser.Desktop, isDark: false);
        await page.GetByText("The book").ClickAsync();
        Assert.That(await page.Locator("ol a").CountAsync(), Is.GreaterThan(8));
        await page.Context.CloseAsync();
    }

    private static WebApplication Serving()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(_docs), RequestPath = Below });
        return server;
    }
}
