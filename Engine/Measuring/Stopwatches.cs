using System.Diagnostics;

namespace Scratch.Measuring;

/// <summary>Times what is to be compared: by turns, so that whatever else the machine does hits all alike.</summary>
internal static class Stopwatches
{
    private const int MostRounds = 1000, FirstRounds = 3;
    private const double Hopeless = 4, Long = 0.2;                           // times the best, and so many seconds that no interruption made it so

    /// <summary>The shortest time of each, in seconds, after one run that does not count. What is long and hopeless is not run again after three
    /// rounds.</summary>
    public static double[] Best(IReadOnlyList<Action> runs, double seconds, int leastRounds)
    {
        foreach (Action run in runs) run();
        double[] best = new double[runs.Count];
        Array.Fill(best, double.PositiveInfinity);
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round < leastRounds || (round < MostRounds && Since(begin) < seconds); round++)
        {
            double least = best.Min();
            for (int i = 0; i < best.Length; i++)
            {
                if (round >= FirstRounds && best[i] > Math.Max(Long, Hopeless * least)) continue;
                long start = Stopwatch.GetTimestamp();
                runs[i]();
                best[i] = Math.Min(best[i], Since(start));
            }
        }
        return best;
    }

    /// <summary>Seconds. Not by Stopwatch.GetElapsedTime: that rounds to 100 ns, a fiftieth of the shortest case.</summary>
    public static double Since(long start) => (Stopwatch.GetTimestamp() - start) / (double)Stopwatch.Frequency;
}
