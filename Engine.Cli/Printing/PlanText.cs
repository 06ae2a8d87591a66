using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>A plan as lines of text.</summary>
internal static class PlanText
{
    private const int UsualAction = 17, UsualLayer = 30, LeastLayer = 12, WideLine = 80, Gap = 2;

    /// <summary>A line for each step: what it does, for which layer, what it reads and writes; a barrier goes across the page.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="width">Letters of a line: where there are few, names are folded.</param>
    public static IEnumerable<string> Steps(PlanReport plan, int width = int.MaxValue)
    {
        int numbers = plan.Milliseconds is null ? 6 : 17;
        int action = Math.Min(UsualAction, plan.Steps.Max(step => ActionOf(step).Length) + Gap);
        int layers = plan.Steps.Max(step => step.Layer.Length) + 1, values = plan.Steps.Max(step => ValuesOf(step).Length);
        int layer = Math.Max(layers, UsualLayer + 1);
        if (numbers + UsualAction + layer + values <= width) action = UsualAction;
        else layer = Math.Min(layers, Math.Max(width - numbers - action - Math.Min(values, width / 3), LeastLayer));
        int room = Math.Max(width - numbers - action - layer, LeastLayer);
        for (int number = 0; number < plan.Steps.Count; number++)
        {
            PlanStep step = plan.Steps[number];
            string time = plan.Milliseconds is { } times ? $"{times[number],9:F3}  " : "";
            string[] names = FittedText.Folded(step.Layer, layer - 1), moved = FittedText.Folded(ValuesOf(step), room);
            for (int i = 0; i < Math.Max(names.Length, moved.Length); i++)
            {
                string start = i == 0 ? $"{number,4}  {time}{ActionOf(step).PadRight(action)}" : "".PadRight(numbers + action);
                string line = $"{start}{At(names, i).PadRight(layer)}{At(moved, i)}".TrimEnd();
                yield return step.IsBarrier && i == 0 ? line.PadRight(Math.Min(WideLine, width), '-') : line;
            }
        }
    }

    /// <summary>A line for each value: its shape, its layout, and where it lies; two where there is no room for one.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="width">Letters of a line.</param>
    public static IEnumerable<string> Places(PlanReport plan, int width = int.MaxValue)
    {
        int name = Math.Max(plan.Values.Max(value => value.Name.Length), UsualLayer);
        foreach (PlaceReport value in plan.Values)
        {
            string shape = $"{new Shape(value.Shape)}", place = $"{value.Layout,-14} {value.Memory,-6} {value.Offset,12:N0} {value.Bytes,12:N0}";
            string line = $"  {value.Name.PadRight(name)} {shape,-16} {place}";
            if (line.Length <= width)
            {
                yield return line;
                continue;
            }
            yield return $"  {value.Name} {shape}";
            yield return $"    {place}";
        }
    }

    /// <summary>How much memory it takes.</summary>
    public static string Totals(PlanReport plan) =>
        $"{Amount.Of(plan.BatchSize, "image")} in {Amount.Of(plan.Blocks, "block")} of up to {Lanes.Count}: "
        + $"{Amount.OfBytes(plan.BlockBytes)} a block, {Amount.OfBytes(plan.WorkerBytes)} a thread, "
        + $"{Amount.OfBytes(plan.PreparedBytes)} of prepared weights";

    private static string ActionOf(PlanStep step) => step.IsView ? "(view)" : step.Action;

    private static string ValuesOf(PlanStep step) =>
        $"{string.Join(", ", step.Reads)}{(step.Writes.Count > 0 ? $" -> {string.Join(", ", step.Writes)}" : "")}";

    private static string At(string[] lines, int i) => i < lines.Length ? lines[i] : "";
}
