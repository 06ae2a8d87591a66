using Scratch.Fuzz;
using Scratch.Tests.Hostile;

const string Usage = """
    Engine.Fuzz                        names the readers
    Engine.Fuzz READER SECONDS [DIR]   has afl-fuzz damage files for it, and keeps what it finds in DIR (out/afl)
    Engine.Fuzz READER FILE            reads one file, and says what comes of it
    Engine.Fuzz READER SEED NUMBER     the same for a file of the fuzzer in Engine.Tests/Hostile, which is written to the folder at hand
    """;

if (args is [AflRun.Target, string name]) return Target.Run(name);
string[] names = [.. HostileReaders.All.Select(reader => reader.Name)];
if (args.Length == 0)
{
    Console.WriteLine(string.Join('\n', [Usage, "", .. names]));
    return 0;
}
HostileReader wanted = Reader(args[0]);
switch (args)
{
    case [_, string seconds, ..] when int.TryParse(seconds, out int time) && args.Length < 4 && !(args.Length == 3 && int.TryParse(args[2], out _)):
        return AflRun.Start(wanted, time, args.Length > 2 ? args[2] : "out/afl");
    case [_, string seed, string number]:
        byte[] file = new FuzzRun(wanted, long.Parse(seed), ".").File(long.Parse(number));
        File.WriteAllBytes($"{wanted.Name.Replace(' ', '-')}-{seed}-{number}", file);
        return Judge(file);
    case [_, string path]:
        return Judge(File.ReadAllBytes(path));
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

// Twice: the second time everything is compiled.
int Judge(byte[] bytes)
{
    using var folder = new Scratch.Tests.Cli.TemporaryFolder();
    byte[][] files = [.. Target.Files(wanted, bytes)];
    foreach (byte[] file in files.Concat(files))
    {
        Verdict verdict = Verdict.Of(wanted, Path.Combine(folder.Path, wanted.FileName), file);
        Console.WriteLine($"{wanted.Name}, {file.Length} bytes: {(verdict.IsSound ? "sound" : "refused")}, {verdict.Time.TotalMilliseconds:F0} ms, "
            + $"{verdict.PerByte:F1} bytes for each byte beyond what is free. {verdict.Complaint ?? "No promise is broken."}");
        if (verdict.Broken is not null) return 1;
    }
    return 0;
}

HostileReader Reader(string name) => HostileReaders.All.SingleOrDefault(reader => reader.Name == name)
    ?? throw new ArgumentException($"'{name}' is no reader. There are: {string.Join(", ", names)}.");
