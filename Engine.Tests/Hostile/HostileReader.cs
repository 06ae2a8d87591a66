namespace Scratch.Tests.Hostile;

/// <summary>Something that reads files of strangers, with sound files to damage and what it promises of damaged ones.</summary>
/// <param name="Name">Of the kind of file.</param>
/// <param name="Seeds">Makes sound files.</param>
/// <param name="Read">Reads the file at a path as users do, and asserts that what comes of it fits together.</param>
internal sealed record HostileReader(string Name, Func<byte[][]> Seeds, Action<string> Read)
{
    /// <summary>What the file is called.</summary>
    public string FileName { get; init; } = "hostile";

    /// <summary>Where numbers stand that say how long something is.</summary>
    public IReadOnlyList<int> Offsets { get; init; } = [];

    /// <summary>What text of such files consists of.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What is packed in the sound files, and damaged before it is packed: so that a checksum or a compression does not keep damage from
    /// the reader behind it.</summary>
    public Func<byte[][]> Inside { get; init; } = () => [];

    /// <summary>Packs it; what cannot be packed stays as it is.</summary>
    public Func<byte[], byte[]> Pack { get; init; } = bytes => bytes;

    /// <summary>Exceptions that are documented, and no others come.</summary>
    public IReadOnlyList<Type> Errors { get; init; } = [typeof(InvalidDataException)];

    /// <summary>How many bytes it may allocate for each of the file.</summary>
    public long PerByte { get; init; } = 16;

    /// <summary>And how many besides.</summary>
    public long Besides { get; init; } = 1 << 20;

    /// <summary>How many files are tried in the quick test.</summary>
    public int Quick { get; init; } = 2000;

    public override string ToString() => Name;
}
