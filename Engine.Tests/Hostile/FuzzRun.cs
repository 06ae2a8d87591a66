using System.Diagnostics;
using Scratch.Tensors;

namespace Scratch.Tests.Hostile;

/// <summary>Gives a reader many damaged files, one after the other, and notes what it should not have done.</summary>
/// <remarks>File number n depends on the seed and n only: one that was found is found again without those before it.</remarks>
internal sealed class FuzzRun(HostileReader reader, long seed, string folder)
{
    private const int MostFound = 8;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60), _longestWait = TimeSpan.FromMinutes(10);

    private readonly Mutator _outside = new(reader.Seeds(), reader.Offsets, reader.Words);
    private readonly Mutator? _inside = reader.Inside() is { Length: > 0 } inside ? new(inside, reader.Offsets, reader.Words) : null;
    private readonly Dictionary<string, string> _found = [];
    private long _at = -1, _since, _worked;

    /// <summary>How many were taken for sound.</summary>
    public int Accepted { get; private set; }

    /// <summary>The longest time that one had the thread on a core.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Which one that was.</summary>
    public int SlowestAt { get; private set; } = -1;

    /// <summary>The most bytes that were allocated for one, beyond what is promised without regard to its length, for each byte of it.</summary>
    public double MostPerByte { get; private set; }

    /// <summary>What it should not have done, each kind of it once.</summary>
    public IReadOnlyCollection<string> Found => _found.Values;

    /// <summary>Tries so many.</summary>
    /// <exception cref="TimeoutException">One has taken very long, and may never end: its thread is left alone.</exception>
    public void Run(int count, int first = 0)
    {
        Exception? failure = null;
        Begun();
        var thread = new Thread(() =>
        {
            try
            {
                for (int n = first; n < first + count && _found.Count < MostFound; n++) Try(n);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }) { IsBackground = true };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(Volatile.Read(ref _since)), worked = new(Environment.CpuUsage.TotalTime.Ticks - _worked);
            if ((waited > _longest && worked > _longest) || waited > _longestWait)     // whoever stops the process stops both, or the first
                throw new TimeoutException($"{reader.Name}: file {_at} of seed {seed} takes more than {_longest}: {Shown(File(_at))}");
        }
        if (failure is not null) throw new InvalidOperationException($"{reader.Name}: file {_at} of seed {seed}: {failure}", failure);
    }

    /// <summary>One of the files.</summary>
    public byte[] File(long n)
    {
        var random = new RandomGenerator(seed + n * 1_000_003);
        if (_inside is null || random.NextInt(3) == 0) return _outside.Next(random);
        return reader.Pack(_inside.Next(random));
    }

    private void Try(int n)
    {
        Volatile.Write(ref _at, n);
        byte[] file = File(n);
        Begun();
        Verdict verdict = Verdict.Of(reader, Path.Combine(folder, reader.FileName), file);
        if (verdict.IsSound) Accepted++;
        if (verdict.Time > Slowest) (Slowest, SlowestAt) = (verdict.Time, n);
        MostPerByte = Math.Max(MostPerByte, verdict.PerByte);
        if (verdict.Broken is string broken)
            _found.TryAdd(broken, $"{reader.Name}, file {n} of seed {seed}: {verdict.Complaint}\n{Shown(file)}");
    }

    private void Begun()
    {
        Volatile.Write(ref _worked, Environment.CpuUsage.TotalTime.Ticks);
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
    }

    private static string Shown(byte[] file) => $"{file.Length} bytes: {Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 3000)))}";
}
