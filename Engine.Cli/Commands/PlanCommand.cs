using System.CommandLine;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary><c>scratch plan</c>: what the engine does with a batch, as the list it goes through.</summary>
internal static class PlanCommand
{
    private const int Runs = 5;

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
        var time = new Option<bool>("--time") { Description = "Also how many milliseconds every step takes, on random images." };
        var scaling = new Option<bool>("--scaling") { Description = "Also what more threads are expected to bring." };
        var convolution = SharedOptions.Convolution();
        var json = SharedOptions.Json();
        var command = new Command("plan", "Show what is done with a batch, step by step, and where its values lie.")
        {
            model, image, classes, batchSize, train, places, time, scaling, threads, convolution, json,
        };
        command.SetAction(parsed =>
        {
            Shape shape = parsed.GetValue(image);
            Model<float> built = NamedModel.Build<float>(parsed.GetValue(model)!, shape, parsed.GetValue(classes), parsed.GetValue(threads),
                parsed.GetValue(convolution)!);
            int images = parsed.GetValue(batchSize);
            bool trains = parsed.GetValue(train);
            PlanDescription described = parsed.GetValue(time) ? Measure(built, shape, parsed.GetValue(classes), images,
                trains) : built.DescribePlan(shape, images, trains);
            var plan = PlanReport.Of(described);
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(plan));
            else Print(plan, parsed.GetValue(places), terminal);
            if (parsed.GetValue(scaling) && !parsed.GetValue(json)) PrintScaling(described, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static PlanDescription Measure(Model<float> model, Shape image, int classes, int batchSize, bool train)
    {
        var random = new RandomGenerator(1);
        var images = new Tensor<float>(image.Prepend(batchSize));
        foreach (ref float pixel in images.Span) pixel = (float)random.NextNormal();
        int[] labels = [.. Enumerable.Range(0, batchSize).Select(_ => random.NextInt(classes))];
        return PlanTiming.Measure(model, new TensorBatch<float>(images, labels), train ? (Losses<float>)new CrossEntropyLoss<float>() : null, Runs);
    }

    private static void Print(PlanReport plan, bool places, Terminal terminal)
    {
        foreach (string line in PlanText.Steps(plan, terminal.ListWidth)) terminal.WriteText(line);
        terminal.WriteText("");
        if (places) PrintPlaces(plan, terminal);
        terminal.WriteLine(PlanText.Totals(plan));
        if (plan.Milliseconds is { } each) terminal.WriteText($"{each.Sum():F3} ms in all steps, the mean of {Runs} runs");
    }

    private static void PrintPlaces(PlanReport plan, Terminal terminal)
    {
        foreach (string line in PlanText.Places(plan, terminal.ListWidth)) terminal.WriteText(line);
        terminal.WriteText("");
    }

    private static void PrintScaling(PlanDescription plan, Terminal terminal)
    {
        terminal.WriteText("");
        foreach (PlanScaling with in plan.Scaling)
            terminal.WriteLine($"{with.Threads,3} threads: {with.Speedup,5:F2} times one on paper" + (with.Alone == 0 ? ""
                : $"; one works alone for {with.Alone:P1} of the time, for {with.Share:P1} in {with.Step}"));
    }
}
