namespace Scratch.Book;

/// <summary>Texts that lie in this program.</summary>
internal static class Resources
{
    /// <summary>One of them, by its file's name; lines end with a line feed.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name}: not among the texts of this program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
