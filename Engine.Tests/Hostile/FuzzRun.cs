using System.Diagnostics;
using Scratch.Tensors;

namespace Scratch.Tests.Hostile;

/// <summary>Gives a reader many damaged files, one after the other, and notes what it should not have done.</summary>
/// <remarks>File number n depends on the seed and n only: one that was found is found again without those before it.</remarks>
internal sealed class FuzzRun(HostileReader reader, long seed, string folder)
{
    private const int MostFound = 8;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    private readonly Mutator _outside = new(reader.Seeds(), reader.Offsets, reader.Words);
    private readonly Mutator? _inside = reader.Inside() is { Length: > 0 } inside ? new(inside, reader.Offsets, reader.Words) : null;
    private readonly Dictionary<string, string> _found = [];
    private long _at = -1, _since;

    /// <summary>How many were taken for sound.</summary>
    public int Accepted { get; private set; }

    /// <summary>The longest time that one took.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>The most bytes that were allocated for one, beyond what is promised without regard to its length, for each byte of it.</summary>
    public double MostPerByte { get; private set; }

    /// <summary>What it should not have done, each kind of it once.</summary>
    public IReadOnlyCollection<string> Found => _found.Values;

    /// <summary>Tries so many.</summary>
    /// <exception cref="TimeoutException">One has taken very long, and may never end: its thread is left alone.</exception>
    public void Run(int count, int first = 0)
    {
        Exception? failure = null;
        _since = Stopwatch.GetTimestamp();
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
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) > _longest)
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
        string path = Path.Combine(folder, reader.FileName);
        System.IO.File.WriteAllBytes(path, file);
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            reader.Read(path);
            Accepted++;
        }
        catch (Exception e) when (reader.Errors.Contains(e.GetType()))
        {
            if (e.Message.Any(char.IsControl)) Note($"a message of several lines: {e.Message}", $"message {Place(e)}", n, file);
        }
        catch (Exception e)
        {
            Note($"{e}", $"{e.GetType()} {Place(e)}", n, file);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, beyond = allocated - reader.Besides;
        TimeSpan time = Stopwatch.GetElapsedTime(_since);
        if (time > Slowest) Slowest = time;
        MostPerByte = Math.Max(MostPerByte, (double)beyond / Math.Max(1, file.Length));
        if (beyond > reader.PerByte * file.Length) Note($"{allocated} bytes allocated for {file.Length}", "memory", n, file);
    }

    private void Note(string what, string kind, int n, byte[] file) =>
        _found.TryAdd(kind, $"{reader.Name}, file {n} of seed {seed}: {what}\n{Shown(file)}");

    private static string Shown(byte[] file) => $"{file.Length} bytes: {Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 3000)))}";

    // The line that threw it: the same one is noted once.
    private static string Place(Exception e) => e.StackTrace?.Split('\n')[0].Trim() ?? "";
}
