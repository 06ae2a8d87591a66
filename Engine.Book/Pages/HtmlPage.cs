using System.Globalization;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Scratch.Cli.Reports;
using Scratch.Book.Drawing;

namespace Scratch.Book.Pages;

/// <summary>The book as pages that need nothing from elsewhere: light and dark, from a phone to a desk, on paper.</summary>
internal static partial class HtmlPage
{
    private const string Book = "A convolutional network, opened up";
    private static readonly MarkdownPipeline _markdown = new MarkdownPipelineBuilder().UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    /// <summary>A chapter.</summary>
    public static string Of(PageText page, PageText? before, PageText? after, int number)
    {
        string html = Html(page.Markdown((name, _) => $"<figure id=\"{name}\"></figure>"));
        page.Markdown((name, caption) =>
        {
            html = html.Replace($"<figure id=\"{name}\"></figure>", Framed(name, page.Figures[name], caption), StringComparison.Ordinal);
            return "";
        });
        string brand = $"""<p class="brand"><a href="index.html">{Book}</a> · chapter {number}</p>""";
        IEnumerable<string> scripts = page.Figures.Values.Select(figure => figure.Live.Script).Where(script => script.Length > 0).Distinct();
        string script = string.Concat(scripts.Select(name => $"<script>\n{Resources.Read(name)}</script>\n"));
        return Whole(page.Title, $"{brand}<h1>{Cli.Reports.Html.Text(page.Title)}</h1>", html, Links(before, after), script);
    }

    /// <summary>The page of all chapters.</summary>
    /// <param name="text">As Markdown, with its title.</param>
    public static string Contents(string text) => Whole(Book, "", $"<div class=\"contents\">{Html(text)}</div>", "");

    /// <summary>A picture with its caption. One that is too wide for a phone moves within a frame of its own.</summary>
    private static string Framed(string name, Figure figure, string caption)
    {
        string svg = figure.Inline();
        string frame = figure.NeedsRoom ? PageWriter.Scrolling($"Picture {name}", svg) : svg;
        string live = figure.Live.Html.Length > 0 ? $"<template>{figure.Live.Html}</template>" : "";
        return $"<figure id=\"{name}\">{frame}{live}<figcaption>{Paragraph().Match(Html(caption)).Groups[1].Value}</figcaption></figure>";
    }

    private static string Html(string markdown)
    {
        MarkdownDocument document = Markdown.Parse(markdown, _markdown);
        foreach (LinkInline link in document.Descendants<LinkInline>())
        {
            if (link.Url is not { } url || url.Contains('/', StringComparison.Ordinal)) continue;      // another page of this book has no folder
            link.Url = MarkdownPage().Replace(url, match => match.Groups[1].Value == "README" ? "index.html" : $"{match.Groups[1].Value}.html");
        }
        int wide = 0;
        string Wide(string what, string tag) => string.Create(CultureInfo.InvariantCulture,
            $"<{tag} role=\"region\" aria-label=\"{what} {++wide}\" tabindex=\"0\"");
        string html = WordOfCode().Replace(document.ToHtml(_markdown), "<span class=\"whole\">$0</span>");
        return WideBlock().Replace(html, match => match.Groups["table"].Success
            ? $"{Wide("Table", "div class=\"scroll\"")}>{match.Value}</div>" : $"{Wide("Listing", "pre")}>");
    }

    private static string Links(PageText? before, PageText? after)
    {
        string One(PageText? page, string way, string mark) => page is null ? "<span></span>"
            : $"""<a rel="{way}" href="{page.Name}.html">{mark.Replace("title", Cli.Reports.Html.Text(page.Title), StringComparison.Ordinal)}</a>""";
        return $"""{One(before, "prev", "‹ title")}<a href="index.html">Contents</a>{One(after, "next", "title ›")}""";
    }

    private static string Whole(string title, string header, string main, string links, string script = "")
    {
        string Nav(string label) => links.Length == 0 ? "" : $"""<nav aria-label="{label}">{links}</nav>""";
        return $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{Cli.Reports.Html.Text(title)}</title><link rel="icon" href="data:,"/>
            <style>
            {StyleSheet.Figures}{Resources.Read("drawing.css")}{Resources.Read("book.css")}</style></head>
            <body>
            <!-- Written by: dotnet run -c Release (project Engine.Book). The text is in Engine.Book/Text. -->
            {Nav("Chapters")}<header>{header}</header><main>
            {main}</main>
            {Nav("More chapters")}<footer>Every number and picture on this page comes from running the engine that it is about.</footer>
            {script}</body></html>

            """;
    }

    // A word with a hyphen, such as an option, in code within a line: browsers would break it there. Listings' code has attributes or lies in pre.
    [GeneratedRegex(@"(?<=(?<!<pre>)<code>[^<]*)[\w./]*-[\w-]+(?=[^<]*</code>)")]
    private static partial Regex WordOfCode();

    [GeneratedRegex(@"^([\w.-]+)\.md(?=#|$)")]
    private static partial Regex MarkdownPage();

    [GeneratedRegex(@"(?<table><table>.*?</table>)|<pre>", RegexOptions.Singleline)]
    private static partial Regex WideBlock();

    [GeneratedRegex(@"<p>(.*)</p>", RegexOptions.Singleline)]
    private static partial Regex Paragraph();
}
