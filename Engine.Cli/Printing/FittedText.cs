namespace Scratch.Cli;

/// <summary>Text made to fit into so many letters.</summary>
internal static class FittedText
{
    private const string Further = "    ";

    /// <summary>Lines of whole words; a longer word has a line of its own.</summary>
    public static string[] Wrapped(string text, int room)
    {
        List<string> lines = [""];
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length == 0) lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length <= room) lines[^1] += $" {word}";
            else lines.Add(word);
        }
        return [.. lines];
    }

    /// <summary>Lines of a name, none longer than the room: it breaks at a space, or else after a dot or a comma, and its rest stands further
    /// in.</summary>
    public static string[] Folded(string text, int room)
    {
        List<string> lines = [];
        foreach (string line in text.Split('\n'))
        {
            string rest = line;
            while (rest.Length > room)
            {
                int end = rest.LastIndexOf(' ', room) + 1;
                if (string.IsNullOrWhiteSpace(rest[..end])) end = rest.LastIndexOfAny(['.', ','], room - 1) + 1;
                if (end == 0) end = room;
                lines.Add(rest[..end].TrimEnd());
                rest = Further + rest[end..].TrimStart();
            }
            lines.Add(rest);
        }
        return [.. lines];
    }

    /// <summary>A name; of a longer one the beginning.</summary>
    public static string Short(string name, int room) => name.Length <= room ? name : $"{name[..(room - 1)]}…";

    /// <summary>A path; of a longer one the end.</summary>
    public static string ShortPath(string path, int room) => path.Length <= room ? path : $"…{path[^(room - 1)..]}";
}
