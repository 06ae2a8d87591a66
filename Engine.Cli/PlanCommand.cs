using System.CommandLine;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary><c>scratch plan</c>: what the engine does with a batch, as the list it goes through.</summary>
internal static class PlanCommand
{
    private const int ActionWidth = 17, LayerWidth = 30, WideLine = 80;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = SharedOptions.Model();
        var batchSize = SharedOptions.BatchSize(512, "Images of the batch.");
        var threads = SharedOptions.Threads();
        var train = new Option<bool>("--train") { Description = "A training step rather than the outputs in use." };
        var places = new Option<bool>("--places") { Description = "Also where every value lies." };
        var image = SharedOptions.Image();
        var classes = SharedOptions.Classes();
        var json = SharedOptions.Json();
        var command = new Command("plan", "Show what is done with a batch, step by step, and where its values lie.")
        {
            model, image, classes, batchSize, train, places, threads, json,
        };
        command.SetAction(parsed =>
        {
            Shape shape = parsed.GetValue(image);
            Model<float> built = NamedModel.Build<float>(parsed.GetValue(model)!, shape, parsed.GetValue(classes), parsed.GetValue(threads));
            var plan = PlanReport.Of(built.DescribePlan(shape, parsed.GetValue(batchSize), parsed.GetValue(train)));
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(plan));
            else Print(plan, parsed.GetValue(places), terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(PlanReport plan, bool places, Terminal terminal)
    {
        int number = 0;
        foreach (PlanStep step in plan.Steps)
        {
            string line = $"{number++,4}  {(step.IsView ? "(view)" : step.Action),-ActionWidth}{step.Layer,-LayerWidth} {string.Join(", ", step.Reads)}"
                + $"{(step.Writes.Count > 0 ? $" -> {string.Join(", ", step.Writes)}" : "")}";
            terminal.WriteText(step.IsBarrier ? line.TrimEnd().PadRight(WideLine, '-') : line.TrimEnd());
        }
        terminal.WriteText("");
        if (places) PrintPlaces(plan, terminal);
        terminal.WriteText($"{Amount.Of(plan.BatchSize, "image")} in {Amount.Of(plan.Blocks, "block")} of up to {Lanes.Count}: "
            + $"{Amount.OfBytes(plan.BlockBytes)} a block, {Amount.OfBytes(plan.WorkerBytes)} a thread, {Amount.OfBytes(plan.PreparedBytes)} of prepared weights");
    }

    private static void PrintPlaces(PlanReport plan, Terminal terminal)
    {
        foreach (PlaceReport value in plan.Values)
            terminal.WriteText($"  {value.Name,-30} {new Shape(value.Shape),-16} {value.Layout,-14} {value.Memory,-6} "
                + $"{value.Offset,12:N0} {value.Bytes,12:N0}");
        terminal.WriteText("");
    }
}
