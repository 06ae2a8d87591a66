namespace Scratch.Files;

/// <summary>Writes a file whole or not at all: a reader sees the old content or the new, never a half of it.</summary>
public static class AtomicFile
{
    /// <summary>Puts what <paramref name="write"/> writes in the place of the file at <paramref name="path"/>.</summary>
    /// <remarks>
    /// The bytes go to a new file in the same folder, to the disk, and only then, by one move, to <paramref name="path"/>.
    /// On any failure the new file is removed, the old one stays as it was, and the exception goes on to the caller.
    /// </remarks>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path), temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
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
            // The reason for the removal is on its way to the caller; a second failure must not take its place.
        }
    }
}
