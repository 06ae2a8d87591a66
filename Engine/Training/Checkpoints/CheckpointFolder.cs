using System.Globalization;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>A folder of checkpoints of one training: the last few, and the best. Others are kept out of it while it is open.</summary>
/// <remarks>Files are called <c>checkpoint-000001234.safetensors</c>, with the number of training batches, and <c>…-best.safetensors</c> after the
/// epoch that was best so far. The lock's file stays: it holds while it is open, so that of a process that was killed does not; and whoever removed
/// it could leave another with the lock of a file that is gone.</remarks>
public sealed class CheckpointFolder : IDisposable
{
    private const string Lock = ".scratch-checkpoints", Start = "checkpoint-", End = ".safetensors", Best = "-best";

    private readonly FileStream _lock;
    private readonly int _keep;
    private readonly Action<string> _remove;

    /// <summary>Opens it, makes it where it is missing, and removes what a killed writer left half written.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="keep">How many of the last ones to keep, beside the best.</param>
    /// <exception cref="ArgumentOutOfRangeException">None is to be kept.</exception>
    /// <exception cref="IOException">Nothing can be written into it, or another training writes into it.</exception>
    public CheckpointFolder(string path, int keep = 3)
        : this(path, keep, File.Delete)
    {
    }

    /// <summary>The same, with another way to remove a file.</summary>
    internal CheckpointFolder(string path, int keep, Action<string> remove)
    {
        ShapeGuard.Positive(nameof(CheckpointFolder), keep);
        (Path, _keep, _remove) = (path, keep, remove);
        try
        {
            Directory.CreateDirectory(path);
            _lock = new(System.IO.Path.Combine(path, Lock), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1);
            AtomicFile.RemoveLeftOvers(path, name =>
                name.StartsWith(Start, StringComparison.Ordinal) && name.EndsWith(End, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"checkpoint folder '{path}' cannot be written to, or another training does: {e.Message}", e);
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Its checkpoints, the newest first; none where there is no such folder.</summary>
    public static IReadOnlyList<string> Files(string path) => !Directory.Exists(path) ? [] :
        [.. Directory.EnumerateFiles(path, $"{Start}*{End}").Where(file => Number(file) >= 0).OrderByDescending(Number)
            .ThenBy(file => file, StringComparer.Ordinal)];

    /// <summary>The newest checkpoint that is sound.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="warn">Is told of every damaged one that is passed over.</param>
    /// <returns>The file, the notes in it, and the training, for <see cref="Learner{T}.Resume(SavedState, CancellationToken)"/>.</returns>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static (string File, IReadOnlyDictionary<string, string> Metadata, SavedState State) Newest(string path, Action<string> warn)
    {
        foreach (string file in Files(path))
        {
            try
            {
                var (state, metadata) = CheckpointFile.Read(file);
                return (file, metadata, state);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                warn($"{e.Message} The one before it is used.");
            }
        }
        throw new InvalidDataException($"there is no sound checkpoint in '{path}'.");
    }

    /// <summary>Others may have it.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Writes a checkpoint, and removes those that are too many.</summary>
    /// <returns>The file; and why one that is too many could not be removed, if so.</returns>
    internal (string File, string? Kept) Write(SavedState state, long number, bool isBest, ReadOnlySpan<(string Key, string Value)> metadata)
    {
        string name = $"{Start}{number.ToString("D9", CultureInfo.InvariantCulture)}", file = System.IO.Path.Combine(Path,
            $"{name}{(isBest ? Best : "")}{End}");
        Directory.CreateDirectory(Path);
        CheckpointFile.Write(state, file, metadata);
        IReadOnlyList<string> files = Files(Path);
        string? best = files.FirstOrDefault(IsBest), kept = null;
        foreach (string old in files.Skip(_keep).Where(old => old != best))
        {
            try
            {
                _remove(old);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                kept ??= e.Message;
            }
        }
        return (file, kept);
    }

    private static bool IsBest(string file) => file.EndsWith($"{Best}{End}", StringComparison.Ordinal);

    private static long Number(string file)
    {
        string digits = System.IO.Path.GetFileName(file)[Start.Length..^End.Length];
        if (digits.EndsWith(Best, StringComparison.Ordinal)) digits = digits[..^Best.Length];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
    }
}
