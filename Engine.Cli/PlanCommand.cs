using System.CommandLine;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary><c>scratch plan</c>: what the engine does with a batch, as the list it goes through.</summary>
internal static class PlanCommand
{
    private const int Classes = 10, ActionWidth = 17, LayerWidth = 30, WideLine = 80;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = SharedOptions.Model();
        var batchSize = SharedOptions.BatchSize(512, "Images of the batch.");
        var threads = SharedOptions.Threads();
        var train = new Option<bool>("--train") { Description = "A training step rather than the outputs in use." };
        var places = new Option<bool>("--places") { Description = "Also where every value lies." };
        var size = new Option<int>("--size") { Description = "Rows and columns of an image.", DefaultValueFactory = _ => 28 };
        var channels = new Option<int>("--channels") { Description = "Channels of an image.", DefaultValueFactory = _ => 1 };
        var convolution = SharedOptions.Convolution();
        var json = SharedOptions.Json();
        var command = new Command("plan", "Show what is done with a batch, step by step, and where its values lie.") 
        {
            model, batchSize, train, places, size, channels, threads, convolution, json,
        };
        command.SetAction(parsed =>
        {
            var image = new Shape(parsed.GetValue(channels), parsed.GetValue(size), parsed.GetValue(size));
            Model<float> built = NamedModel.Build<float>(parsed.GetValue(model)!, image, Classes, parsed.GetValue(threads), parsed.GetValue(convolution)!);
            PlanDescription plan = built.DescribePlan(image, parsed.GetValue(batchSize), parsed.GetValue(train));
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(PlanReport.Of(plan)));
            else Print(plan, parsed.GetValue(places), terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(PlanDescription plan, bool places, Terminal terminal)
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
        terminal.WriteText($"{Count(plan.BatchSize, "image")} in {Count(plan.Blocks, "block")} of up to {Lanes.Count}: {Size(plan.BlockBytes)} a block, {Size(plan.WorkerBytes)} a thread, "
            + $"{Size(plan.PreparedBytes)} of prepared weights");
    }

    private static void PrintPlaces(PlanDescription plan, Terminal terminal)
    {
        foreach (PlanPlace value in plan.Values)
            terminal.WriteText($"  {value.Name,-30} {value.Shape,-16} {(value.Layout == Layout.Lanes ? "lanes" : "channels last"),-14} "
                + $"{(value.InBlock ? "block" : "worker"),-6} {value.Offset,12:N0} {value.Bytes,12:N0}");
        terminal.WriteText("");
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes / 1024.0:F1} KB" : $"{bytes / (1024.0 * 1024):F1} MB";
}
