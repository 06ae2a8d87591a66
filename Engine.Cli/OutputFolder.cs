namespace Scratch.Cli;

/// <summary>The folder that <c>--out</c> names: made and tried before hours of training, not after.</summary>
internal sealed class OutputFolder
{
    private readonly List<string> _made = [];                                // folders that were not there before, innermost first
    private readonly string _path;

    /// <summary>Makes the folder where it is missing.</summary>
    /// <exception cref="IOException">It cannot be made, or nothing can be written into it.</exception>
    public OutputFolder(string path)
    {
        _path = Path.GetFullPath(path);
        for (string? folder = _path; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) _made.Add(folder);
        try
        {
            Directory.CreateDirectory(_path);
            using var trial = new FileStream(File($".scratch-{Path.GetRandomFileName()}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RemoveIfNew();
            throw new IOException($"--out '{path}' cannot be written to: {e.Message}", e);
        }
    }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(_path, name);

    /// <summary>Takes back the folders it made, if nothing lies in them.</summary>
    public void RemoveIfNew()
    {
        foreach (string folder in _made.Where(Directory.Exists))
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
