namespace Scratch.Book.Pages;

/// <summary>The book as Markdown, for who reads it where the code is.</summary>
internal static class ForgePage
{
    private const string Note = "<!-- Written by: dotnet run -c Release --project Engine.Book. The text is in Engine.Book/Text. -->";

    /// <summary>A chapter.</summary>
    public static string Of(PageText page, PageText? before, PageText? after) => $"""
        {Note}
        {Links(before, after)}

        # {page.Title}

        {page.Markdown((name, caption) => $"![{page.Figures[name].Description}]({PageText.FileOf(page.Name, name)})\n\n*{caption}*")}

        ---

        {Links(before, after)}

        """;

    /// <summary>The page of all chapters.</summary>
    public static string Contents(string text) => $"{Note}\n\n{text}";

    private static string Links(PageText? before, PageText? after) => string.Join(" · ", new[]
    {
        before is null ? "" : $"[‹ {before.Title}]({before.Name}.md)",
        "[Contents](README.md)",
        after is null ? "" : $"[{after.Title} ›]({after.Name}.md)",
    }.Where(link => link.Length > 0));
}
