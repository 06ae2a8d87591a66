using Scratch.Kernels;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>A plan as lines of text.</summary>
internal static class PlanText
{
    private const int ActionWidth = 17, LayerWidth = 30, WideLine = 80;

    /// <summary>A line for each step: what it does, for which layer, what it reads and writes; a barrier goes across the page.</summary>
    public static IEnumerable<string> Steps(PlanReport plan)
    {
        int number = 0;
        foreach (PlanStep step in plan.Steps)
        {
            string time = plan.Milliseconds is { } times ? $"{times[number],9:F3}  " : "";
            string line = $"{number,4}  {time}{(step.IsView ? "(view)" : step.Action),-ActionWidth}{step.Layer,-LayerWidth} "
                + $"{string.Join(", ", step.Reads)}"
                + $"{(step.Writes.Count > 0 ? $" -> {string.Join(", ", step.Writes)}" : "")}";
            number++;
            yield return step.IsBarrier ? line.TrimEnd().PadRight(WideLine, '-') : line.TrimEnd();
        }
    }

    /// <summary>How much memory it takes.</summary>
    public static string Totals(PlanReport plan) =>
        $"{Amount.Of(plan.BatchSize, "image")} in {Amount.Of(plan.Blocks, "block")} of up to {Lanes.Count}: "
        + $"{Amount.OfBytes(plan.BlockBytes)} a block, {Amount.OfBytes(plan.WorkerBytes)} a thread, "
        + $"{Amount.OfBytes(plan.PreparedBytes)} of prepared weights";
}
