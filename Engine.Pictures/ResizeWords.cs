namespace Scratch.Pictures;

/// <summary>The words for ways to another size, on the command line and in a model's notes.</summary>
internal static class ResizeWords
{
    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<ResizeMethod>().Select(Of)];

    /// <summary>The word for one.</summary>
    public static string Of(ResizeMethod method) => method.ToString().ToLowerInvariant();

    /// <summary>What one of these words means.</summary>
    public static ResizeMethod Method(string word) => Enum.Parse<ResizeMethod>(word, ignoreCase: true);
}
