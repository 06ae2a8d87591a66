using System.Text.RegularExpressions;

namespace Scratch.Playground.Build;

/// <summary>The page's sources as one file. The modules stand one after the other, in the order in which they use each other, without the lines that
/// import and the word export: names at their top are different, or the browser says so.</summary>
internal static partial class Page
{
    /// <summary>Reads index.html, and puts into it what it names.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="archive">What the worker unpacks.</param>
    /// <exception cref="InvalidDataException">index.html does not name its style sheet and main.js as it should.</exception>
    public static string Of(string folder, byte[] archive)
    {
        string page = File.ReadAllText(Path.Combine(folder, "index.html"));
        page = Replaced(page, "<link rel=\"stylesheet\" href=\"playground.css\">",
            $"<style>\n{File.ReadAllText(Path.Combine(folder, "playground.css"))}</style>");
        var modules = new List<string>();
        Append(folder, "main.js", [], modules);
        return Replaced(page, "<script type=\"module\" src=\"main.js\"></script>", $"""
            <script type="text/plain" id="worker">
            {File.ReadAllText(Path.Combine(folder, "worker.js"))}</script>
            <script type="text/plain" id="archive">{Convert.ToBase64String(archive)}</script>
            <script type="module">
            {string.Join('\n', modules)}</script>
            """);
    }

    private static void Append(string folder, string name, HashSet<string> seen, List<string> modules)
    {
        if (!seen.Add(name)) return;
        string source = File.ReadAllText(Path.Combine(folder, name));
        foreach (Match use in Import().Matches(source)) Append(folder, use.Groups[1].Value, seen, modules);
        modules.Add($"// {name}\n{Export().Replace(Import().Replace(source, ""), "")}");
    }

    private static string Replaced(string page, string part, string by) => page.Split(part) is [var before, var after]
        ? before + by + after : throw new InvalidDataException($"index.html: expected once, found {page.Split(part).Length - 1} times: {part}");

    [GeneratedRegex(@"^import [^;]* from '\./([\w.]+)';\n", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"^export (?=async function|function|const|class)", RegexOptions.Multiline)]
    private static partial Regex Export();
}
