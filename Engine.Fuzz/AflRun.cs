using System.Diagnostics;
using Scratch.Tests.Hostile;
using SharpFuzz;

namespace Scratch.Fuzz;

/// <summary>A run of afl-fuzz on one reader.</summary>
internal static class AflRun
{
    /// <summary>Says that afl-fuzz has started the process.</summary>
    public const string Target = "--target";

    private const int LongestFile = 1 << 16, Milliseconds = 5000;

    // What runs is no program of C, and is not to be looked at as one; nobody looks on.
    private static readonly string[] _settings =
        ["AFL_SKIP_BIN_CHECK", "AFL_SKIP_CPUFREQ", "AFL_NO_AFFINITY", "AFL_NO_UI", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES"];

    // Whose branches are counted; the reader's promises are about what these do together.
    private static readonly string[] _counted = ["Scratch.Engine.dll", "Scratch.Engine.Pictures.dll", "scratch.dll", "SixLabors.ImageSharp.dll"];

    /// <summary>Starts it, waits for its end and says what it found.</summary>
    /// <returns>0 if that is nothing.</returns>
    public static int Start(HostileReader reader, int seconds, string folder)
    {
        string room = Path.GetFullPath(Path.Combine(folder, reader.Name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)));
        folder = Enumerable.Range(1, int.MaxValue).Select(run => $"{room}-{run}").First(path => !Directory.Exists(path));
        string program = Instrumented(Path.Combine(folder, "program")), seeds = Seeds(reader, Path.Combine(folder, "seeds"));
        string found = Path.Combine(folder, "found");
        string[] options = ["-i", seeds, "-o", found, "-V", $"{seconds}", "-t", $"{Milliseconds}", "-m", "none", "-G", $"{LongestFile}"];
        var start = new ProcessStartInfo("afl-fuzz", [.. options, "--", "dotnet", program, Target, reader.Name]) { RedirectStandardOutput = true };
        foreach (string name in _settings) start.Environment[name] = "1";
        using (Process afl = Process.Start(start)!)
        {
            string said = afl.StandardOutput.ReadToEnd();
            afl.WaitForExit();
            if (afl.ExitCode != 0) throw new InvalidOperationException($"afl-fuzz ended with {afl.ExitCode}:\n{said}");
        }
        return Report(reader, Path.Combine(found, "default"));
    }

    // A copy of this program whose branches report themselves.
    private static string Instrumented(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.GetFiles(AppContext.BaseDirectory)) File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        foreach (string name in _counted)
            _ = Fuzzer.Instrument(Path.Combine(folder, name), _ => true, Options.Value).Count();
        return Path.Combine(folder, "Scratch.Fuzz.dll");
    }

    private static string Seeds(HostileReader reader, string folder)
    {
        Directory.CreateDirectory(folder);
        int count = 0;
        foreach (byte[] file in reader.Seeds().Concat(reader.Inside()).Concat(Corpus.Of(reader)))
            File.WriteAllBytes(Path.Combine(folder, $"{count++:00}"), file);
        return folder;
    }

    private static int Report(HostileReader reader, string found)
    {
        Dictionary<string, string> numbers = File.ReadLines(Path.Combine(found, "fuzzer_stats"))
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[1]);
        Console.WriteLine($"{reader.Name}: {numbers["run_time"]} s, {numbers["execs_done"]} files, {numbers["corpus_count"]} that took new ways, "
            + $"{numbers["edges_found"]} edges, {numbers["saved_crashes"]} broke a promise, {numbers["saved_hangs"]} took longer than "
            + $"{Milliseconds} ms");
        string[] broken = [.. Directory.GetFiles(Path.Combine(found, "crashes"), "id*"), .. Directory.GetFiles(Path.Combine(found, "hangs"), "id*")];
        foreach (string path in broken) Console.WriteLine(path);
        return broken.Length == 0 ? 0 : 1;
    }
}
