using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text;
using NUnit.Framework;

namespace Scratch.Tests.Vectors;

/// <summary>Replays every file of reference vectors, in float and, from the same source, in double.</summary>
/// <remarks>FORMAT.md says what the files hold. The folder is that of the tests, or the one that SCRATCH_REFERENCE_VECTORS names.</remarks>
public sealed class ReferenceVectorTests
{
    private static readonly string Folder = Path.GetFullPath(
        Environment.GetEnvironmentVariable("SCRATCH_REFERENCE_VECTORS") is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory,
            "Vectors", "cases"));

    private static readonly ConcurrentDictionary<(string Name, Type Scalar), Lazy<Outcome>> Outcomes = [];

    private sealed record Outcome(IReadOnlyList<string> Failures, double WorstShare);

    private static IEnumerable<string> Names =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.safetensors").Select(path =>
            Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal) : [];

    [Test]
    public void Folder_HoldsVectors() =>
        Assert.That(Names, Is.Not.Empty, $"'{Folder}': no such folder, or no *.safetensors file in it. SCRATCH_REFERENCE_VECTORS chooses another.");

    [TestCaseSource(nameof(Names))]
    public void Replay_InFloat_IsWithinTolerance(string name) => Assert.That(OutcomeOf<float>(name).Failures, Is.Empty);

    [TestCaseSource(nameof(Names))]
    public void Replay_InDouble_IsWithinRounding(string name) => Assert.That(OutcomeOf<double>(name).Failures, Is.Empty);

    [Test]
    public void Report_PerOp()
    {
        var byOp = Names.GroupBy(name => ReadOp(name) ?? "(unreadable)").OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        var unknown = byOp.Where(group => ReferenceOps<float>.Find(group.Key) is null).Select(group => group.Key).ToList();
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture,
            $"{Folder}: {Names.Count()} files. Worst: the largest share of the tolerance that any result used.")
            .AppendLine(CultureInfo.InvariantCulture, $"{"op",-22}{"found",6}{"replayed",10}{"worst float",13}{"double",9}  remarks");
        foreach (var group in byOp)
        {
            List<string> replayed = [.. group.Where(_ => ReferenceOps<float>.Find(group.Key) is not null)];
            if (replayed.Count == 0) continue;
            table.AppendLine(CultureInfo.InvariantCulture,
                $"{group.Key,-22}{group.Count(),6}{replayed.Count,10}{Worst<float>(replayed),13}{Worst<double>(replayed),9}  "
                    + $"{ReferenceOps.Remark(group.Key)}");
        }
        TestContext.Out.Write(table);
        Assert.That(unknown, Is.Empty, "Operations that ReferenceOps does not know: write their replays.");
    }

    private static string Worst<T>(IEnumerable<string> names) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        names.Max(name => OutcomeOf<T>(name).Failures.Count > 0 ? double.PositiveInfinity : OutcomeOf<T>(name).WorstShare) is var worst
            && double.IsFinite(worst)
            ? worst.ToString("P1", CultureInfo.InvariantCulture)
            : "FAILED";

    /// <summary>Each file is replayed once for a precision, for its own test and for the report.</summary>
    private static Outcome OutcomeOf<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Outcomes.GetOrAdd((name, typeof(T)), _ => new(() => Replay<T>(name))).Value;

    private static Outcome Replay<T>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            var file = Open(name);
            if (ReferenceOps<T>.Find(file.Op) is not { } run)
                return new([$"op '{file.Op}' is not known to ReferenceOps: write its replay."], 0);
            var replay = new Replay<T>(file);
            run(replay);
            if (file.NotAskedFor.Count > 0) return new([.. replay.Failures, $"the replay does not know {string.Join(", ", file.NotAskedFor)}."],
                replay.WorstShare);
            return new(replay.Compared > 0 ? replay.Failures : ["nothing was compared."], replay.WorstShare);
        }
        catch (Exception e)                                                  // fails this file's test, while the report goes on
        {
            return new([e.ToString()], double.PositiveInfinity);
        }
    }

    private static string? ReadOp(string name)
    {
        try
        {
            return Open(name).Op;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static VectorFile Open(string name) => new(Path.Combine(Folder, name + ".safetensors"));
}
