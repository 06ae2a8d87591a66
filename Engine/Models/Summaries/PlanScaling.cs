using System.Numerics;
using Scratch.Plans;

namespace Scratch.Models;

/// <summary>What a number of threads is expected to bring, on paper: as if to call them cost nothing, and none waited for memory or for others of the
/// machine.</summary>
/// <remarks>What is far from the number of threads has too few pieces somewhere; which step that is, <see cref="Step"/> says.</remarks>
public sealed class PlanScaling
{
    private PlanScaling(int threads, double speedup, double alone, string step, double share) =>
        (Threads, Speedup, Alone, Step, Share) = (threads, speedup, alone, step, share);

    /// <summary>How many threads.</summary>
    public int Threads { get; }

    /// <summary>How many times as fast as one.</summary>
    public double Speedup { get; }

    /// <summary>The share of the time for which one works and the others wait.</summary>
    public double Alone { get; }

    /// <summary>The step that has the most of that.</summary>
    public string Step { get; }

    /// <summary>How much of the time it has.</summary>
    public double Share { get; }

    internal static PlanScaling Of<T>(Scaling<T> scaling, PlanDescription plan, int threads) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (time, alone) = scaling.With(threads);
        int most = Array.IndexOf(alone, alone.Max());
        string name = most < plan.Steps.Count ? $"{plan.Steps[most].Action} {plan.Steps[most].Layer}".Trim() : most == plan.Steps.Count
            ? "prepare" : "optimiser";
        return new(threads, scaling.With(1).Time / time, alone.Sum() / time, name, alone[most] / time);
    }
}
