namespace Scratch.Pictures;

/// <summary>Words a list of names that may be long.</summary>
internal static class NameList
{
    /// <summary>The first names and how many more there are, for example <c>cat, cow, dog and 97 more</c>.</summary>
    public static string Of(IReadOnlyList<string> names, int most = 3) =>
        string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");
}
