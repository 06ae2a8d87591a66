using System.CommandLine;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary><c>scratch summary</c>: a model layer by layer, in numbers.</summary>
internal static class SummaryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = SharedOptions.Model();
        var image = SharedOptions.Image();                                   // no data is needed to talk of a model
        var classes = SharedOptions.Classes();
        var batchSize = SharedOptions.BatchSize(512, "Images a step, for the predicted memory.");
        var threads = SharedOptions.Threads();
        var init = SharedOptions.Init();
        init.Description = $"Also start the weights this way, and show how large they should be and are: "
            + $"{string.Join(", ", SharedOptions.Initializations.Keys)}.";
        init.DefaultValueFactory = null;
        var convolution = SharedOptions.Convolution();
        var columns = SharedOptions.Words("--columns", SummaryTable.Words, "Which columns the table has, in this order, with commas between them.");
        var json = SharedOptions.Json();
        var command = new Command("summary", "Show a model layer by layer: sizes, counts, what each layer sees, memory.") { model, image, classes,
            batchSize, threads, init, convolution, columns, json };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(model)!;
            Model<float> built = NamedModel.Build<float>(name, parsed.GetValue(image), parsed.GetValue(classes), parsed.GetValue(threads),
                parsed.GetValue(convolution)!);
            var report = SummaryReport.Of(name, ModelCatalog.Describe(name), built, ModelSummary.Of(built, parsed.GetValue(image),
                parsed.GetValue(batchSize)));
            if (parsed.GetResult(init) is not null) report = report.WithWeights(built, parsed.GetValue(init)!);
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(report));
            else new SummaryTable(report, terminal, parsed.GetValue(columns) ?? []).Print();
            return ExitCode.Done;
        });
        return command;
    }
}
