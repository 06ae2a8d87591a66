using System.Text.Json.Serialization;
using Scratch.Kernels;

namespace Scratch.Cli;

/// <summary>What the command line says about what is read, and how.</summary>
/// <param name="Size">The size that all come to; the most common one if null.</param>
/// <param name="Resize">How: one of <see cref="ResizeWords.All"/>.</param>
/// <param name="Memory">MiB of pixels that are held at most.</param>
internal sealed record PictureSettings(Size2? Size, string Resize, int Memory = PictureSettings.UsualMemory)
{
    /// <summary>The size that is taken where none is said, that of the model which is trained on; the most common one if null.</summary>
    [JsonIgnore]
    public Size2? SizeBefore { get; init; }

    /// <summary>Whether the groups of CIFAR-100's classes are learned in place of the classes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Coarse { get; init; }

    /// <summary>The folder for a file of the pixels that are not held; none if they are decoded again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cache { get; init; }

    /// <summary>MiB of pixels that are held where nobody says otherwise.</summary>
    public const int UsualMemory = (int)(ImageFolder.UsualMemory >> 20);

    /// <summary>What is taken where nothing is said.</summary>
    public static PictureSettings Usual { get; } = new(null, ResizeWords.All[0]);

    /// <summary>The method of the word.</summary>
    [JsonIgnore]
    public ResizeMethod Method => ResizeWords.Method(Resize);

    /// <summary>Bytes of pixels that are held at most.</summary>
    [JsonIgnore]
    public long Bytes => (long)Memory << 20;

    /// <summary>As one would type them behind others; nothing where they are the usual ones.</summary>
    [JsonIgnore]
    public string Arguments => (Size is { } size ? $" --size {size}" : "") + (Resize == ResizeWords.All[0] ? "" : $" --resize {Resize}")
        + (Memory == UsualMemory ? "" : $" --memory {Memory}") + (Cache is null ? "" : $" --cache {ShellWord.Quoted(Cache)}")
        + (Coarse ? " --coarse" : "");
}
