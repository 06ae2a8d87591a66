using System.Text.RegularExpressions;
using Scratch.Book.Drawing;

namespace Scratch.Book.Pages;

/// <summary>A question at the end of a chapter.</summary>
/// <param name="Ask">The question, as Markdown.</param>
/// <param name="Answer">The answer, as Markdown.</param>
/// <param name="Tests">The tests that hold it: class and method, and the file from the folder of the repository.</param>
internal sealed record Question(string Ask, string Answer, IReadOnlyList<(string Test, string File)> Tests);

/// <summary>A chapter's text with its numbers in place; pictures still stand in it as images of the address <c>figure:NAME</c>.</summary>
/// <remarks>
/// In <c>Text/*.md</c> the first line is the title and the third says in a sentence or two what the chapter is about. A name in double braces is a
/// number or a table; <c>![caption](figure:name)</c>, alone on a line, a picture. At the end stand three questions, each of lines that begin with
/// <c>Q:</c>, <c>A:</c> and <c>T:</c>, the last with the names of tests.
/// </remarks>
internal sealed partial record PageText(string Name, string Title, string Lead, string Body, IReadOnlyList<Question> Questions,
    IReadOnlyDictionary<string, Figure> Figures)
{
    /// <summary>How many questions end a chapter.</summary>
    public const int QuestionCount = 3;

    /// <summary>From docs/book to the folder of the repository.</summary>
    public const string ToRepository = "../../";

    /// <summary>A picture's file, from docs/book.</summary>
    public static string FileOf(string page, string figure) => $"images/{page[..page.IndexOf('-', StringComparison.Ordinal)]}-{figure}.svg";

    /// <summary>Fills in a text.</summary>
    /// <exception cref="InvalidDataException">Something is missing, or is there and nobody asks for it.</exception>
    public static PageText Of(string name, string text, ChapterContent content, TestIndex tests)
    {
        HashSet<string> left = [.. content.Values.Keys];
        string filled = Placeholder().Replace(text, match =>
        {
            string key = match.Groups["name"].Value;
            left.Remove(key);
            return content.Values.TryGetValue(key, out string? value) ? value : throw new InvalidDataException($"{name}: no value '{key}'.");
        });
        string[] named = [.. FigureLine().Matches(filled).Select(match => match.Groups["name"].Value)];
        if (left.Count > 0) throw new InvalidDataException($"{name}: nobody asks for {string.Join(", ", left.Order())}.");
        if (!named.Order().SequenceEqual(content.Figures.Keys.Order()))
        {
            string drawn = string.Join(", ", content.Figures.Keys);
            throw new InvalidDataException($"{name}: its text shows {string.Join(", ", named)}; drawn were {drawn}.");
        }
        string[] lines = filled.Split('\n');
        int end = Array.FindIndex(lines, line => line.StartsWith("Q: ", StringComparison.Ordinal));
        if (end < 0 || !lines[0].StartsWith("# ", StringComparison.Ordinal)) throw new InvalidDataException($"{name}: no title, or no question.");
        return new(name, lines[0][2..], lines[2], string.Join('\n', lines[3..end]).Trim(), [.. QuestionsOf(name, lines[end..], tests)],
            content.Figures);
    }

    /// <summary>All of it as Markdown, without the title.</summary>
    /// <param name="figure">What stands in place of a picture, by its name and its caption.</param>
    public string Markdown(Func<string, string, string> figure)
    {
        string body = FigureLine().Replace(Body, match => figure(match.Groups["name"].Value, match.Groups["caption"].Value));
        return $"""
            {Lead}

            {body}

            ## Three questions

            Each is answered by a test of this repository.

            {string.Join("\n\n", Questions.Select((question, i) => Markdown(question, i + 1)))}
            """;
    }

    private static string Markdown(Question question, int number) => $"""
        {number}. {question.Ask}

           Answered by {string.Join(", ", question.Tests.Select(test => $"[`{test.Test}`]({ToRepository}{test.File})"))}.

           <details><summary>The answer in words</summary>

           {question.Answer}

           </details>
        """;

    private static IEnumerable<Question> QuestionsOf(string name, string[] lines, TestIndex tests)
    {
        string[] said = [.. lines.Where(line => line.Length > 0)];
        if (said.Length != 3 * QuestionCount) throw new InvalidDataException($"{name}: ends with {said.Length} lines of questions, not with 3 x 3.");
        for (int i = 0; i < said.Length; i += 3)
            yield return new(After("Q: ", said[i]), After("A: ", said[i + 1]),
                [.. After("T: ", said[i + 2]).Split(", ").Select(test => (test, tests.FileOf(test)))]);

        string After(string mark, string line) =>
            line.StartsWith(mark, StringComparison.Ordinal) ? line[mark.Length..]
                : throw new InvalidDataException($"{name}: '{mark}' before: {line}");
    }

    [GeneratedRegex(@"\{\{(?<name>[a-z0-9-]+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^!\[(?<caption>.*)\]\(figure:(?<name>[a-z0-9-]+)\)$", RegexOptions.Multiline)]
    private static partial Regex FigureLine();
}
