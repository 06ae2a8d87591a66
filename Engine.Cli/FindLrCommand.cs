using System.CommandLine;
using System.Globalization;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary><c>scratch find-lr</c>: steps with ever larger learning rates until the loss explodes, and says which one to train with.</summary>
internal static class FindLrCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = SharedOptions.Model();
        var steps = SharedOptions.Count("--steps", 100, 100_000, "Rates to try, at most.");
        var from = SharedOptions.Number("--from", 1e-7, "The first rate.");
        var to = SharedOptions.Number("--to", 10, "The last rate; those between rise by equal factors.");
        var batchSize = SharedOptions.BatchSize(512, "Images a step.");
        var momentum = SharedOptions.Number("--momentum", 0, "The share of the last step in the next.");
        var init = SharedOptions.Init();
        var seed = SharedOptions.Seed(42, "Of the first weights and of the order of the images.");
        var threads = SharedOptions.Threads();
        var folder = SharedOptions.Data();
        var (size, resize, memory) = (SharedOptions.Size(), SharedOptions.Resize(), SharedOptions.Memory());
        var json = SharedOptions.Json();
        var command = new Command("find-lr", "Try ever larger learning rates on a new model; print the loss at each, and which to train with.")
        {
            model, steps, from, to, batchSize, momentum, init, seed, threads, folder, size, resize, memory, json,
        };
        command.SetAction(parsed =>
        {
            (double first, double last) = (parsed.GetValue(from), parsed.GetValue(to));
            if (parsed.GetValue(steps) < 2) throw new UsageException("--steps is 1, must be at least 2.");
            if (!(first > 0 && last > first)) throw new UsageException(string.Create(null,
                $"--from is {first} and --to {last}, must be above 0 and rise."));
            var pictures = new PictureSettings(parsed.GetValue(size), parsed.GetValue(resize)!, parsed.GetValue(memory));
            TrainingData data = TrainingData.Load(parsed.GetValue(folder)!, pictures);
            foreach (string warning in data.Warnings) terminal.Notice($"note: {warning}");
            foreach (string line in data.Summary) terminal.Diagnose(line);
            var task = LearningTask.Of(data.Train.Targets is null ? LearningTask.OneLabel : LearningTask.ManyLabels);
            long start = parsed.GetValue(seed);
            Model<float> built = NamedModel.Build<float>(parsed.GetValue(model)!, data.Train.ImageShape, task.Outputs(data.Train),
                parsed.GetValue(threads));
            built.Initialize(SharedOptions.Initializations[parsed.GetValue(init)!], start);
            var batches = new BatchSampler<float>(
                data.Train, Normalization.Of(data.Train), parsed.GetValue(batchSize), shuffle: true, new RandomGenerator(start));
            var learner = new Learner<float>(built, task.Loss(labelSmoothing: 0), new Sgd<float>(built.ParameterVector, first,
                parsed.GetValue(momentum)), batches);
            using var interrupt = new Interrupt(cancellation);
            LearningRateSearch search = LearningRateFinder.Find(learner, parsed.GetValue(steps), first, last, cancellation: interrupt.Token);
            if (interrupt.Token.IsCancellationRequested)
            {
                terminal.Notice("interrupted: there is no suggestion yet");
                return ExitCode.Interrupted;
            }
            if (search.Rates.Count == 0) throw new InvalidDataException(string.Create(null,
                $"the loss is not finite before any step, with weights of --init {parsed.GetValue(init)}"));
            if (!search.HasSuggestion) throw new InvalidDataException(string.Create(null,
                $"the loss is not finite after the first step, with the rate --from {first}. Start lower."));
            string train = string.Create(CultureInfo.InvariantCulture,
                $"scratch train --model {parsed.GetValue(model)} --batch-size {batches.BatchSize} --momentum {parsed.GetValue(momentum)} "
                + $"--init {parsed.GetValue(init)} --seed {start} --data {ShellWord.Quoted(parsed.GetValue(folder)!)}{pictures.Arguments} "
                + $"--lr {search.Valley:G3}");
            FindLrReport report = new(parsed.GetValue(model)!, search.Rates, search.Losses, search.SmoothedLosses, search.Valley, search.Steepest,
                train);
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(report));
            else Print(report, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(FindLrReport report, Terminal terminal)
    {
        terminal.WriteLine("     rate      loss  smoothed");
        for (int i = 0; i < report.Rates.Count; i++)
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{report.Rates[i],9:0.00E+00}  {report.Losses[i],8:F4}  {report.SmoothedLosses[i],8:F4}"));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valley {report.Valley:G3}"));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"steepest {report.Steepest:G3}"));
        terminal.WriteText(report.Train);
    }
}

/// <summary>What <c>find-lr</c> prints, as a table or as JSON.</summary>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="Rates">The rates that were tried, rising.</param>
/// <param name="Losses">The loss at each, before the step with it.</param>
/// <param name="SmoothedLosses">The same, smoothed.</param>
/// <param name="Valley">The rate halfway down the longest descent.</param>
/// <param name="Steepest">The rate at which the loss falls fastest.</param>
/// <param name="Train">The command to train with the first of them.</param>
internal sealed record FindLrReport(
    string Model, IReadOnlyList<double> Rates, IReadOnlyList<double> Losses, IReadOnlyList<double> SmoothedLosses, double Valley, double Steepest,
        string Train);
