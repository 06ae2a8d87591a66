namespace Scratch.Tests.Hostile;

/// <summary>All that reads files of strangers.</summary>
internal static class HostileReaders
{
    /// <summary>In the order of docs/security.md.</summary>
    public static IReadOnlyList<HostileReader> All => [.. ArrayReaders.All, .. ModelReaders.All, .. PictureReaders.All, .. TextReaders.All,
        .. RequestReaders.All];

    /// <summary>Words of JSON that stand where others are expected.</summary>
    public static string[] JsonWords { get; } =
    [
        "null", "true", "-1", "0", "1e999", "1e-999", "0.5", "\"\"", "\"x\"", "[]", "{}", "[", "]", "{", "}", ",", ":", "\"", "\\", "\\ud800",
        "\\u0000", "\"NaN\"", new('[', 100), string.Concat(Enumerable.Repeat("{\"a\":", 100)), "9223372036854775808", "[[[]]]", "\u00e9",
        "//", "\n", "\t",
    ];
}
