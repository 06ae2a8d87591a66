using Scratch.Book.Pages;

namespace Scratch.Book;

/// <summary>Makes all files of docs/book.</summary>
internal static class BookBuilder
{
    /// <summary>Every file by its name in docs/book: pages for forges, pages for browsers, pictures.</summary>
    /// <param name="repository">The folder of the repository.</param>
    public static IReadOnlyDictionary<string, string> Build(string repository)
    {
        var tests = new TestIndex(repository);
        var images = new BookImages(repository);
        PageText[] pages = [.. Chapter.All.Select(chapter => PageOf(chapter, images, tests))];
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        for (int i = 0; i < pages.Length; i++)
        {
            PageText? before = i > 0 ? pages[i - 1] : null, after = i + 1 < pages.Length ? pages[i + 1] : null;
            files.Add($"{pages[i].Name}.md", ForgePage.Of(pages[i], before, after));
            files.Add($"{pages[i].Name}.html", HtmlPage.Of(pages[i], before, after, i + 1));
            foreach (var (name, figure) in pages[i].Figures) files.Add(PageText.FileOf(pages[i].Name, name), figure.File());
        }
        string contents = Resources.Read("contents.md").Replace("{{chapters}}",
            string.Join('\n', pages.Select((page, i) => $"{i + 1}. **[{page.Title}]({page.Name}.md)**<br>{page.Lead}")), StringComparison.Ordinal);
        files.Add("README.md", ForgePage.Contents(contents));
        files.Add("index.html", HtmlPage.Contents(contents));
        return files;
    }

    /// <summary>The text of a chapter with everything in its place.</summary>
    private static PageText PageOf(Chapter chapter, BookImages images, TestIndex tests)
    {
        var content = new ChapterContent(images);
        chapter.Fill(content);
        return PageText.Of(chapter.Name, Resources.Read($"{chapter.Name}.md"), content, tests);
    }
}
