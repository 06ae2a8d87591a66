using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using Scratch.Book;
using Scratch.Tests.Support;

namespace Scratch.Tests.Book;

/// <summary>The book is what the engine says now, and whole.</summary>
public sealed partial class BookTests
{
    [Test]
    public void Folder_IsWhatTheEngineWritesNow()
    {
        Assert.That(BookFiles.Named(""), Is.EqualTo(BookFiles.Now.Keys), "dotnet run -c Release --project Engine.Book");
        Assert.That(BookFiles.Now.Where(file => file.Value != BookFiles.Read(file.Key)).Select(file => file.Key), Is.Empty,
            "dotnet run -c Release --project Engine.Book");
    }

    [Test]
    public void Pages_EveryChapter_AreMarkdownAndHtmlAndInTheContents()
    {
        string[] chapters = [.. Chapter.All.Select(chapter => chapter.Name)];
        Assert.That(BookFiles.Named(".md"), Is.EqualTo(chapters.Append("README").Select(name => $"{name}.md").Order(StringComparer.Ordinal)));
        Assert.That(BookFiles.Named(".html"), Is.EqualTo(chapters.Append("index").Select(name => $"{name}.html").Order(StringComparer.Ordinal)));
        foreach (string name in chapters)
        {
            Assert.That(BookFiles.Read("README.md"), Does.Contain($"]({name}.md)"));
            Assert.That(BookFiles.Read("index.html"), Does.Contain($"\"{name}.html\""));
        }
    }

    [Test]
    public void Pages_EveryPlace_IsFilled()
    {
        foreach (string name in BookFiles.Named(".md").Concat(BookFiles.Named(".html")))
            Assert.That(BookFiles.Read(name), Does.Not.Match(@"\{\{|\}\}|figure:|NaN|Infinity|∞"), name);
    }

    /// <summary>Links between pages, to places in them, to code, to tests and to other documents; nothing is linked that is not there.</summary>
    [Test]
    public void Links_EveryPage_LeadSomewhere()
    {
        List<string> lost = [];
        int followed = 0;
        foreach (string name in BookFiles.Named(".md").Concat(BookFiles.Named(".html")))
        {
            foreach (Match match in Link().Matches(BookFiles.Read(name)))
            {
                string[] target = match.Groups["target"].Value.Split('#');
                if (target[0].StartsWith("data:", StringComparison.Ordinal) || target[0].StartsWith("https://", StringComparison.Ordinal)) continue;
                string path = target[0].Length == 0 ? Path.Combine(BookFiles.Folder, name) : Path.Combine(BookFiles.Folder, target[0]);
                followed++;
                if (!Path.Exists(path)) lost.Add($"{name}: {match.Groups["target"].Value}");
                else if (target.Length > 1 && !Places(path).Contains(target[1])) lost.Add($"{name}: {match.Groups["target"].Value}");
            }
        }
        Assert.That(lost, Is.Empty);
        Assert.That(followed, Is.GreaterThan(100));
    }

    [Test]
    public void Questions_EveryChapter_AreAnsweredByTestsThatRun()
    {
        Type[] fixtures = typeof(BookTests).Assembly.GetTypes();
        foreach (Chapter chapter in Chapter.All)
        {
            string page = BookFiles.Read($"{chapter.Name}.md");
            string questions = page[page.IndexOf("\n## Three questions\n", StringComparison.Ordinal)..];
            Assert.That(Regex.Count(questions, @"^\d\. ", RegexOptions.Multiline), Is.EqualTo(3), chapter.Name);
            Assert.That(Regex.Count(questions, "^   Answered by ", RegexOptions.Multiline), Is.EqualTo(3), chapter.Name);
            foreach (Match match in TestLink().Matches(questions))
            {
                string type = match.Groups["type"].Value, method = match.Groups["method"].Value;
                MethodInfo? found = fixtures.Where(fixture => fixture.Name.Split('`')[0] == type).Select(fixture => fixture.GetMethod(method))
                    .FirstOrDefault(one => one is not null);
                Assert.That(found, Is.Not.Null, match.Value);
                Assert.That(found!.GetCustomAttributes().Any(attribute => attribute is NUnit.Framework.Interfaces.ITestBuilder
                    or NUnit.Framework.Interfaces.ISimpleTestBuilder), Is.True, $"{match.Value} is a test");
                string file = File.ReadAllText(Path.Combine(BookFiles.Folder, match.Groups["file"].Value));
                Assert.That(file, Does.Contain($"class {type}").And.Contain($" {method}("), match.Value);
            }
        }
    }

    [Test]
    public void Figures_EveryOne_IsAPictureWithAName()
    {
        string[] figures = BookFiles.Named(".svg");
        Assert.That(figures, Has.Length.GreaterThan(10));
        XNamespace svg = "http://www.w3.org/2000/svg";
        foreach (string name in figures)
        {
            XElement picture = XElement.Parse(BookFiles.Read(name));
            Assert.That(picture.Name, Is.EqualTo(svg + "svg"), name);
            Assert.That((string?)picture.Attribute("aria-label"), Has.Length.GreaterThan(20), name);
            Assert.That(picture.Elements().Count(element => element.Name.LocalName is "rect" or "path" or "circle" or "image"), Is.GreaterThan(1),
                name);
            Assert.That(BookFiles.Read(name), Does.Not.Match("NaN|∞|Infinity|http://(?!www.w3.org/2000/svg)"), name);
            Assert.That(BookFiles.Named(".md").Count(page => BookFiles.Read(page).Contains($"]({name})", StringComparison.Ordinal)), Is.EqualTo(1),
                name);
        }
    }

    /// <summary>"Every number generated, none typed": in the chapters' texts digits stand in code, in formulas and in addresses only.</summary>
    [Test]
    public void Texts_Numbers_AreNotTyped()
    {
        List<string> typed = [];
        string folder = Path.Combine(RepositoryFolder.Path, "Engine.Book", "Text");
        foreach (string path in Directory.EnumerateFiles(folder, "*.md"))
        {
            string text = NoProse().Replace(File.ReadAllText(path), "");
            typed.AddRange(Digits().Matches(text).Select(match => $"{Path.GetFileName(path)}: {match.Value}"));
        }
        Assert.That(typed, Is.Empty);
    }

    private static HashSet<string> Places(string path) => path.EndsWith(".html", StringComparison.Ordinal)
        ? [.. Regex.Matches(File.ReadAllText(path), "id=\"([^\"]+)\"").Select(match => match.Groups[1].Value)]
        : [.. Regex.Matches(File.ReadAllText(path), "^#+ (.+)$", RegexOptions.Multiline).Select(match =>
            Regex.Replace(match.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'))];

    [GeneratedRegex("""(?:\]\(|href="|src=")(?<target>[^)"]+)[)"]""")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[`(?<type>\w+)\.(?<method>\w+)`\]\((?<file>[^)]+)\)")]
    private static partial Regex TestLink();

    // Listings, code, places to fill, addresses of links, and the lines that name tests.
    [GeneratedRegex(@"^```.*?^```$|`[^`]*`|\{\{[^}]*\}\}|\]\([^)]*\)|^T: .*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex NoProse();

    [GeneratedRegex(@"[^\n]{0,30}\d[^\n]{0,20}")]
    private static partial Regex Digits();
}
