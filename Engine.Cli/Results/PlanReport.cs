using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>A value and its place, for JSON.</summary>
internal sealed record PlaceReport(string Name, int[] Shape, string Layout, string Memory, long Offset, long Bytes);

/// <summary>What <c>plan</c> prints, as a list or as JSON.</summary>
internal sealed record PlanReport(int[] Input, int BatchSize, int Blocks, long BlockBytes, long WorkerBytes, long PreparedBytes,
    IReadOnlyList<PlanStep> Steps,
    IReadOnlyList<PlaceReport> Values, IReadOnlyList<double>? Milliseconds)
{
    /// <summary>From the engine's own words.</summary>
    public static PlanReport Of(PlanDescription plan) => new(plan.Inputs[0].Sizes.ToArray(), plan.BatchSize, plan.Blocks, plan.BlockBytes,
        plan.WorkerBytes, plan.PreparedBytes, plan.Steps,
        [.. plan.Values.Select(value => new PlaceReport(value.Name, value.Shape.Sizes.ToArray(), value.Layout == Layout.Lanes ? "lanes"
            : "channels last",
            value.InBlock ? "block" : "worker", value.Offset, value.Bytes))], plan.Milliseconds);
}
