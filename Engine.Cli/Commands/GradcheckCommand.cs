using System.CommandLine;
using Scratch.Checking;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary><c>scratch gradcheck</c>: compares a model's hand-written gradients with differences of the model itself.</summary>
internal static class GradcheckCommand
{
    private const int Images = 3, SampleOfLarge = 100;                       // an odd number of images, so that lanes stay empty
    private const double WorthAll = 5e10;                                    // multiply-adds for all numbers: about half a minute

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = SharedOptions.Model();
        var image = SharedOptions.Image();
        var classes = SharedOptions.Classes();
        var sample = SharedOptions.Count("--sample", 0, int.MaxValue,
            $"Check N numbers only of the input and of each parameter. All by default; {SampleOfLarge} of a model that would take minutes.");
        sample.DefaultValueFactory = null;
        var seed = SharedOptions.Seed(1, "Of the weights, the images and the sample.");
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var command = new Command("gradcheck", "Check the gradients of a model's parameters and input in double; exit code 1 over 1e-6.") { model,
            image, classes, sample, seed, threads, json };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(model)!;
            long start = parsed.GetValue(seed);
            Model<double> built = NamedModel.Build<double>(name, parsed.GetValue(image), parsed.GetValue(classes), parsed.GetValue(threads));
            built.Initialize(Initialization.Default, start);
            int numbers = parsed.GetResult(sample) is null ? SampleFor(built, parsed.GetValue(image), terminal) : parsed.GetValue(sample);
            return Check(name, built, parsed.GetValue(image), numbers, start, parsed.GetValue(json), terminal);
        });
        return command;
    }

    /// <summary>How many numbers of each to check where nobody says: all, if two forward passes for each do not take too long.</summary>
    internal static int SampleFor(Model<double> model, Shape image, Terminal terminal)
    {
        double numbers = Images * image.Length + model.ParameterVector.ParameterCount;
        if (2 * numbers * ModelSummary.Of(model, image, Images).MultiplyAdds * Images <= WorthAll) return int.MaxValue;
        terminal.Notice($"checking {SampleOfLarge} numbers of the input and of each parameter: all {numbers:N0} would take minutes. --sample N "
            + "checks more.");
        return SampleOfLarge;
    }

    /// <summary>Checks a model on three random images and prints what came of it.</summary>
    internal static int Check(string name, Model<double> model, Shape image, int sample, long seed, bool json, Terminal terminal)
    {
        var input = new Tensor<double>(image.Prepend(Images));
        Initializers.Normal(input, 1, new RandomGenerator(seed).Fork());
        GradientCheckResult result = GradientCheck.Run(model, input, new GradientCheckOptions { Sample = sample, Seed = seed });
        GradcheckReport report = GradcheckReport.Of(name, model, input.Length, result);
        if (json) terminal.WriteText(ReportJson.Text(report));
        else Print(report, terminal);
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(GradcheckReport report, Terminal terminal)
    {
        string Worst(GradcheckLine line) =>
            $"[{(line.WorstRelativeError <= report.Tolerance ? "default" : "red")}]{line.WorstRelativeError:0.0e-00}[/]";
        terminal.Output.Write(FoldedTable.Of(terminal, ("of", line => line.Of), [("numbers", line => $"{line.Numbers}"),
            ("checked", line => $"{line.Checked}"), ("kinks", line => $"{line.Kinks}"), ("worst relative\nerror", Worst)], report.Lines));
        string sum = $"{report.Lines.Sum(line => line.Checked)} of {report.Lines.Sum(line => line.Numbers)} gradients of {report.Model} checked in "
            + "double, "
            + $"{report.Lines.Sum(line => line.Kinks)} at kinks";
        if (report.Passed)
            terminal.WriteLine($"passed: {sum}, worst relative error {report.WorstRelativeError:0.0e-00}, allowed {report.Tolerance:0e-00}");
        else
            terminal.WriteLine($"failed: {sum}. Worst: "
                + $"{string.Join("; ", report.Lines.Where(line => !(line.WorstRelativeError <= report.Tolerance)).Select(line => line.Worst))}");
    }
}
