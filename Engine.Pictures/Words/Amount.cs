namespace Scratch.Pictures;

/// <summary>How many, or how large, in words.</summary>
internal static class Amount
{
    /// <summary>For example <c>1 image</c> or <c>3 images</c>.</summary>
    public static string Of(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    /// <summary>For example <c>1 class</c> or <c>3 classes</c>.</summary>
    public static string OfClasses(int count) => $"{count} {(count == 1 ? "class" : "classes")}";

    /// <summary>For example <c>42.6 MiB</c>.</summary>
    public static string OfBytes(long bytes) => bytes switch
    {
        < 1 << 20 => $"{bytes / 1024.0:N1} KiB",
        < 1 << 30 => $"{bytes / (1024.0 * 1024):N1} MiB",
        _ => $"{bytes / (1024.0 * 1024 * 1024):N1} GiB",
    };
}
