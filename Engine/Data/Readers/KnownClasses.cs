namespace Scratch.Data;

/// <summary>What classes are called of datasets whose files do not say so.</summary>
internal static class KnownClasses
{
    private static readonly string[] _fashion =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    private static readonly string[] _kuzushiji = ["お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"];

    /// <summary>The names, by the name of a folder such as <c>fashion-mnist</c>; none if it is no such dataset or has another number of
    /// classes.</summary>
    public static string[]? Of(string folder, int classes)
    {
        string name = folder.ToLowerInvariant();
        string[]? found = name.Contains("fashion", StringComparison.Ordinal) ? _fashion
            : name.Contains("kmnist", StringComparison.Ordinal) || name.Contains("kuzushiji", StringComparison.Ordinal) ? _kuzushiji : null;
        return found?.Length == classes ? found : null;
    }
}
