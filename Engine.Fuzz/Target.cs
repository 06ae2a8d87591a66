using Scratch.Tests.Cli;
using Scratch.Tests.Hostile;
using SharpFuzz;

namespace Scratch.Fuzz;

/// <summary>What afl-fuzz runs: a process that reads one file after the other, and lets out what breaks a promise.</summary>
internal static class Target
{
    /// <summary>Until nobody sends more.</summary>
    /// <remarks>Branches have nowhere to report to before the first file is there: so nothing of ours may run before, not even the table of
    /// readers.</remarks>
    public static int Run(string name)
    {
        using var folder = new TemporaryFolder();
        HostileReader? reader = null;
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            reader ??= HostileReaders.All.Single(reader => reader.Name == name);
            string path = Path.Combine(folder.Path, reader.FileName);
            foreach (byte[] file in Files(reader, bytes.ToArray()))
                if (Verdict.Of(reader, path, file) is { Broken: not null } verdict) throw new InvalidOperationException(verdict.Complaint);
        });
        return 0;
    }

    /// <summary>What is read: the bytes, and what they are the inside of, with its checksum or packed.</summary>
    public static IEnumerable<byte[]> Files(HostileReader reader, byte[] bytes) =>
        reader.Inside().Length == 0 ? [bytes] : [bytes, reader.Pack(bytes)];
}
