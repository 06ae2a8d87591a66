namespace Scratch.Tests.Load;

/// <summary>A control group of Linux: a process and what it starts may have so much and no more.</summary>
/// <remarks>Made where this process may make one: in version 1's tree of what is limited, or in version 2's.</remarks>
internal sealed class ControlGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string _folder;
    private readonly bool _isFirst;

    private ControlGroup(string tree, (string File, string Limit) first, (string File, string Limit) second)
    {
        _isFirst = Directory.Exists(Path.Combine(Root, tree));
        _folder = Path.Combine(Root, _isFirst ? tree : "", $"scratch-tests-{Environment.ProcessId}");
        var (file, limit) = _isFirst ? first : second;
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllText(Path.Combine(_folder, file), limit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{_folder}: nothing can be limited here, {e.Message} This test wants to be root, or in a folder "
                + "of groups that is its own.", e);
        }
    }

    /// <summary>Of so many bytes: who takes more is killed.</summary>
    /// <exception cref="InvalidOperationException">This process may not make one.</exception>
    public static ControlGroup OfMemory(long bytes) => new("memory", ("memory.limit_in_bytes", $"{bytes}"), ("memory.max", $"{bytes}"));

    /// <summary>Of the time of one core, on whichever cores: who has had it in a tenth of a second waits for the next.</summary>
    /// <exception cref="InvalidOperationException">This process may not make one.</exception>
    public static ControlGroup OfOneCore() => new("cpu", ("cpu.cfs_quota_us", "100000"), ("cpu.max", "100000 100000"));

    /// <summary>A shell's words before a program: it begins in the group.</summary>
    public string Enter => $"echo $$ > {Path.Combine(_folder, "cgroup.procs")} && exec ";

    /// <summary>The most memory that the group had, files in the cache included.</summary>
    public long Most => long.Parse(File.ReadAllText(Path.Combine(_folder, _isFirst ? "memory.max_usage_in_bytes" : "memory.peak")));

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder);
    }
}
