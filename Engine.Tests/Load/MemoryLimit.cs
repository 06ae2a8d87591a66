namespace Scratch.Tests.Load;

/// <summary>A control group of Linux in which a process and what it starts may have so many bytes: who takes more is killed.</summary>
/// <remarks>Made where this process may make one: in version 1's tree of memory, or in version 2's.</remarks>
internal sealed class MemoryLimit : IDisposable
{
    private const string First = "/sys/fs/cgroup/memory", Second = "/sys/fs/cgroup";

    private readonly string _folder;
    private readonly bool _isFirst = Directory.Exists(First);

    /// <summary>Makes a group.</summary>
    /// <exception cref="InvalidOperationException">This process may not.</exception>
    public MemoryLimit(long bytes)
    {
        _folder = Path.Combine(_isFirst ? First : Second, $"scratch-tests-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllText(Path.Combine(_folder, _isFirst ? "memory.limit_in_bytes" : "memory.max"), $"{bytes}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{_folder}: no memory can be limited here, {e.Message} This test wants to be root, or in a folder "
                + "of groups that is its own.", e);
        }
    }

    /// <summary>A shell's words before a program: it begins in the group.</summary>
    public string Enter => $"echo $$ > {Path.Combine(_folder, "cgroup.procs")} && exec ";

    /// <summary>The most that the group had, files in the cache included.</summary>
    public long Most => long.Parse(File.ReadAllText(Path.Combine(_folder, _isFirst ? "memory.max_usage_in_bytes" : "memory.peak")));

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder);
    }
}
