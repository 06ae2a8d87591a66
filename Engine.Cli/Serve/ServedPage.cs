using System.Reflection;

namespace Scratch.Cli.Serve;

/// <summary>The page and what belongs to it: parts of the program, no files.</summary>
internal static class ServedPage
{
    private const string Folder = "serve/";

    private static readonly Dictionary<string, string> _types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>Type and bytes of every part, by its path.</summary>
    public static IReadOnlyDictionary<string, (string Type, byte[] Bytes)> Parts { get; } = Read();

    private static Dictionary<string, (string, byte[])> Read()
    {
        Assembly program = typeof(ServedPage).Assembly;
        Dictionary<string, (string, byte[])> parts = [];
        foreach (string name in program.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using Stream stream = program.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string path = name[(Folder.Length - 1)..];
            parts[path == "/index.html" ? "/" : path] = (_types[Path.GetExtension(path)], bytes);
        }
        return parts;
    }
}
