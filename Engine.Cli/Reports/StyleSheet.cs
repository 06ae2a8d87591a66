namespace Scratch.Cli.Reports;

/// <summary>The style sheets of this program, as they stand in its pages.</summary>
internal static class StyleSheet
{
    /// <summary>Colours for light and dark, and the classes of lines and text: what a picture needs.</summary>
    public static string Figures { get; } = Read("figures.css");

    /// <summary>What the page of a report needs beside them.</summary>
    public static string Report { get; } = Read("report.css");

    private static string Read(string name)
    {
        using Stream stream = typeof(StyleSheet).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
