namespace Scratch.Files;

/// <summary>Writes a file whole or not at all: a reader sees the old content or the new, never a half of it.</summary>
public static class AtomicFile
{
    private const string Ending = ".tmp";

    /// <summary>Puts what <paramref name="write"/> writes in the place of the file at <paramref name="path"/>.</summary>
    /// <remarks>
    /// The bytes go to a new file in the same folder, to the disk, and only then, by one move, to <paramref name="path"/>, or to what it
    /// points at if it is a symbolic link. On any failure the new file is removed, the old one stays as it was, and the exception goes on to the
    /// caller. Permissions stay those of the old file. What writers left that were killed on the way to the same path is removed.
    /// </remarks>
    public static void Write(string path, Action<Stream> write)
    {
        bool isLink = new FileInfo(path).LinkTarget is not null;
        string target = isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : Path.GetFullPath(path);
        string temporary = $"{target}.{Path.GetRandomFileName()}{Ending}";
        RemoveLeftOvers(Path.GetDirectoryName(target)!, name => name == Path.GetFileName(target));
        try
        {
            using FileStream stream = Create(temporary, target);
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(temporary, target, overwrite: true);                   // still open: that is how others see that it is no left-over
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>The same, and the move goes to the disk, too, before it returns: after that no loss of power takes the new file away.</summary>
    internal static void WriteAndFlushFolder(string path, Action<Stream> write)
    {
        Write(path, write);
        FolderFlush.Run(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Removes what writers left in a folder that were killed on the way to some of its files.</summary>
    /// <param name="folder">The folder; nothing is done where there is none.</param>
    /// <param name="isTheirs">Whether a file, by its name, is one of those.</param>
    internal static void RemoveLeftOvers(string folder, Func<string, bool> isTheirs)
    {
        if (!Directory.Exists(folder)) return;
        int tail = $".{Path.GetRandomFileName()}{Ending}".Length;
        foreach (string file in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            string name = Path.GetFileName(file);
            if (name.Length > tail && name[^tail] == '.' && isTheirs(name[..^tail]) && !IsOpen(file)) Remove(file);
        }
    }

    private static FileStream Create(string temporary, string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Delete };
        if (OperatingSystem.IsWindows() || !File.Exists(target)) return new(temporary, options);
        UnixFileMode mode = File.GetUnixFileMode(target);
        options.UnixCreateMode = mode;                                       // from the first byte on: the old file may be nobody else's business
        var stream = new FileStream(temporary, options);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);                   // whole: new files get less of it where the process says so
        return stream;
    }

    private static bool IsOpen(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;                                                     // by its writer, or nothing of ours
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something else is on its way to the caller: the reason for the removal, or the file that was asked for.
        }
    }
}
