using System.Numerics;
using Scratch.Plans;

namespace Scratch.Tests.Support;

/// <summary>The first and the last step that names each value of a plan, by the value whose memory it is.</summary>
internal static class PlanLives
{
    /// <summary>Of a list of steps; what goes band by band is one step, from its first layer to its last.</summary>
    public static Dictionary<PlanValue<T>, (int First, int Last)> Of<T>(List<Step<T>> steps) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var named = new List<(PlanValue<T> Owner, int Step)>();
        for (int i = 0; i < steps.Count; i++)
            foreach (PlanValue<T> value in steps[i].Reads.Concat(steps[i].Writes))
            {
                named.Add((value.Owner, steps[i].Bands is { } before ? steps.IndexOf(before.Steps[0]) : i));
                named.Add((value.Owner, steps[i].Bands is { } after ? steps.IndexOf(after.Steps[^1]) : i));
            }
        return named.GroupBy(entry => entry.Owner).ToDictionary(group => group.Key, group => (group.Min(entry => entry.Step),
            group.Max(entry => entry.Step)));
    }
}
