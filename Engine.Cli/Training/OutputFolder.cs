namespace Scratch.Cli;

/// <summary>The folder that <c>--out</c> names: made and tried before hours of training, not after, and kept from others until the end.</summary>
internal sealed class OutputFolder : IDisposable
{
    /// <summary>What a training writes.</summary>
    public const string Model = "model.safetensors", Report = "train.json";

    private const string Lock = ".scratch-train";

    private readonly List<string> _made = [];                                // folders that were not there before, innermost first
    private readonly string _path;
    private readonly FileStream _lock;

    /// <summary>Makes the folder where it is missing.</summary>
    /// <exception cref="IOException">It cannot be made, or nothing can be written into it, or another training writes into it.</exception>
    /// <exception cref="UsageException">It holds a model that must not be replaced.</exception>
    public OutputFolder(string path, bool overwrite)
    {
        _path = Path.GetFullPath(path);
        for (string? folder = _path; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) _made.Add(folder);
        try
        {
            Directory.CreateDirectory(_path);
            _lock = new(File(Lock), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RemoveIfNew();
            throw new IOException($"--out '{path}' cannot be written to, or another training does: {e.Message}", e);
        }
        try
        {
            Check(path, overwrite);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>That no work would be lost by writing into a folder.</summary>
    /// <exception cref="UsageException">It holds a model that must not be replaced.</exception>
    public static void Check(string path, bool overwrite)
    {
        foreach (string name in (string[])[Model, Report])
        {
            if (!overwrite && System.IO.File.Exists(Path.Combine(path, name)))
                throw new UsageException($"--out '{path}' has {name} of an earlier training. Name another folder, or say --overwrite to replace it.");
        }
    }

    /// <summary>What the folder is called.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(_path));

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(_path, name);

    /// <summary>Others may have it; and what it made goes away if nothing lies in there.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        RemoveIfNew();
    }

    private void RemoveIfNew()
    {
        foreach (string folder in _made.Where(Directory.Exists))
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
