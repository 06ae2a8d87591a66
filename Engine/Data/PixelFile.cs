namespace Scratch.Data;

/// <summary>A file of images of one size, for as long as somebody reads them: what memory has no room for.</summary>
/// <remarks>
/// Its space is taken at once, so that a full disk is known before the work. It goes when the process ends, however it ends: elsewhere than on
/// Windows it has no name any more as soon as it is open, and only its owner could read it before. Any number of threads may write and read.
/// </remarks>
#pragma warning disable CA1001                                               // datasets hold it, which nobody closes: its handle closes itself
internal sealed class PixelFile
#pragma warning restore CA1001
{
    private readonly FileStream _file;                                       // held: when nobody does, it closes its handle
    private readonly int _size, _slots;
    private readonly int[] _slotOf;                                          // [images], counted from 1; 0 where the image is not in it
    private int _taken;

    /// <summary>An empty file.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="images">Of how many images some may come.</param>
    /// <param name="slots">How many may come.</param>
    /// <param name="size">Bytes of each.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">There is no room on the disk.</exception>
    public PixelFile(string folder, int images, int slots, int size)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException(
            $"there is no folder '{folder}' for a file of pixels. Create it, or name another.");
        (_size, _slots, _slotOf) = (size, slots, new int[images]);
        string path = Path.Combine(folder, $"scratch-pixels-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, PreallocationSize = (long)slots * size,
            Options = FileOptions.RandomAccess | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new(path, options);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
    }

    /// <summary>Writes an image, if there is room and it is not in the file already.</summary>
    /// <param name="index">Which of the images.</param>
    /// <param name="image">[size].</param>
    public void Add(int index, ReadOnlySpan<byte> image)
    {
        if (Volatile.Read(ref _slotOf[index]) > 0) return;
        int slot = Interlocked.Increment(ref _taken);
        if (slot > _slots)
        {
            Interlocked.Decrement(ref _taken);                               // does not overflow, however often it is full
            return;
        }
        RandomAccess.Write(_file.SafeFileHandle, image, (slot - 1L) * _size);
        Volatile.Write(ref _slotOf[index], slot);                            // now it may be read
    }

    /// <summary>Reads an image.</summary>
    /// <param name="index">Which of the images.</param>
    /// <param name="image">[size], overwritten if it is there.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryRead(int index, Span<byte> image)
    {
        int slot = Volatile.Read(ref _slotOf[index]);
        if (slot == 0) return false;
        for (int done = 0; done < image.Length;)
        {
            int read = RandomAccess.Read(_file.SafeFileHandle, image[done..], (slot - 1L) * _size + done);
            if (read == 0) throw new EndOfStreamException($"the file of pixels ends within image {index}.");
            done += read;
        }
        return true;
    }
}
