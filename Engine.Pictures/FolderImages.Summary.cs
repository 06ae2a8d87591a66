using Scratch.Data;

namespace Scratch.Pictures;

/// <summary>What was loaded, in three lines.</summary>
public sealed partial record FolderImages
{
    private const int MostClasses = 10;                                      // named in a line

    /// <summary>What was loaded: classes with their counts, sizes, what was skipped and what was resized.</summary>
    /// <returns>Three lines, such as
    /// <code>
    /// 3 classes, 900 images: circle (300), square (300), triangle (300); 628 to train with, 122 to validate with, 150 to test with
    /// sizes: 24x24 to 46x42 (H, W), now 28x28 in grey
    /// skipped: nothing; resized: 870 of 900 pictures
    /// </code></returns>
    public IReadOnlyList<string> Summary()
    {
        (Dataset? Images, string Use)[] all = [(Train, "to train with"), (Valid, "to validate with"), (Test, "to test with")];
        var parts = all.Where(part => part.Images is not null).Select(part => (Images: part.Images!, part.Use)).ToArray();
        string[] names = [.. ClassNames.Count > 0 ? ClassNames : Enumerable.Range(0, Any.Classes).Select(label => $"{label}")];
        long[] counts = new long[names.Length];
        foreach (var (images, _) in parts) AddCounts(images, counts);
        string kind = Any.Targets is null ? Amount.OfClasses(counts.Length) : Amount.Of(counts.Length, "label");
        string classes = string.Join(", ", counts.Take(MostClasses).Select((count, label) => $"{names[label]} ({count})"));
        if (counts.Length > MostClasses)
            classes += $" and {counts.Length - MostClasses} more; {counts.Min()} to {counts.Max()} of each";
        string uses = string.Join(", ", parts.Select(part => $"{part.Images.Count} {part.Use}"));
        string now = $"{ImageShape[1]}x{ImageShape[2]}";
        string colours = ImageShape[0] switch { 1 => "grey", 3 => "colour", int channels => $"{channels} channels" };
        string sizes = Pictures is null || Pictures is { Resized: 0 } ? $"all {now} (H, W) in {colours}"
            : $"{Pictures.Smallest} to {Pictures.Largest} (H, W), now {now} in {colours}";
        string skipped = Pictures is { Skipped.Count: > 0 } ? string.Join(", ", Pictures.Skipped) : "nothing";
        string resized = Pictures is { Resized: > 0 } ? $"{Pictures.Resized} of {Amount.Of(Pictures.Count, "picture")}" : "none";
        return
        [
            $"{kind}, {Amount.Of(parts.Sum(part => part.Images.Count), "image")}: {classes}; {uses}",
            $"sizes: {sizes}",
            $"skipped: {skipped}; resized: {resized}",
        ];
    }

    private static void AddCounts(Dataset images, long[] counts)
    {
        foreach (int label in images.Labels) counts[label]++;
        if (images.Targets is not { } targets) return;
        for (int i = 0; i < targets.Length; i++)
            if (targets.Span[i] > 0) counts[i % counts.Length]++;
    }
}
