namespace Scratch.Cli.Reports;

/// <summary>The page of several runs: their curves over each other, and what differs.</summary>
internal static class ComparisonPage
{
    private const int Colors = 8;
    private const string Missing = "–";

    /// <summary>The page as HTML.</summary>
    public static string Of(IReadOnlyList<RunData> runs)
    {
        string[] names = Names(runs);
        var page = new PageWriter($"{runs.Count} trainings compared",
            $"""<p class="brand">Training report</p><h1>{runs.Count} trainings compared</h1><p>{Html.Text(NameList.Of(names, 8))}</p>""");
        page.Section("results", "Results", "One row a run; the best of each column is bold.");
        page.Figure("outcome", "What came of them", PageWriter.Scrolling("What came of them", Outcome(runs, names)),
            "Seconds are those of the machine of each run, and only compare where that is the same.");
        page.Section("differences", "What differs", "Options, images, machines and models; what is the same in all runs is left out.");
        page.Figure("options", "Side by side", PageWriter.Scrolling("Side by side", Differences(runs, names)), "– where a run has no such thing.");
        AddCurves(page, runs, names);
        page.Section("commands", "Commands", "What it takes to do each again.");
        page.Figure("runs", "Commands", string.Concat(runs.Select((run, i) => $"<h3>{Html.Text(names[i])}</h3><pre>{Html.Text(run.Command)}</pre>")),
            "Each run's own report lies in its folder.");
        return page.Page();
    }

    /// <summary>Everything that is not the same in all runs, by its name: a value of each.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Values)> DifferencesOf(IReadOnlyList<RunData> runs)
    {
        IReadOnlyDictionary<string, string>[] facts = [.. runs.Select(Facts)];
        List<(string, IReadOnlyList<string>)> differences = [];
        foreach (string name in facts.SelectMany(fact => fact.Keys).Distinct())
        {
            string[] values = [.. facts.Select(fact => fact.TryGetValue(name, out string? value) ? value : Missing)];
            if (values.Distinct().Count() > 1) differences.Add((name, values));
        }
        return differences;
    }

    // The folder written to, whether to overwrite, and what is printed differ without meaning anything.
    private static Dictionary<string, string> Facts(RunData run)
    {
        var facts = new Dictionary<string, string>(run.Settings.Where(setting => setting.Key is not ("out" or "overwrite" or "json" or "quiet")));
        facts["parameters"] = PageWriter.Number(run.Summary.Parameters, 0);
        facts["multiply-adds"] = PageWriter.Number(run.Summary.MultiplyAdds, 0);
        facts["images to train with"] = PageWriter.Number(run.Data.TrainImages, 0);
        facts["classes"] = NameList.Of(run.Data.Classes, 12);
        facts["processor"] = run.Machine.Processor;
        facts["system"] = run.Machine.System;
        facts["runtime"] = run.Machine.Runtime;
        facts["engine"] = run.Machine.Engine;
        facts["weights"] = run.Weights;
        return facts;
    }

    private static string[] Names(IReadOnlyList<RunData> runs) =>
        [.. runs.Select((run, i) => runs.Count(other => other.Name == run.Name) > 1 ? $"{run.Name} ({i + 1})" : run.Name)];

    private static string Outcome(IReadOnlyList<RunData> runs, string[] names)
    {
        (string Name, Func<RunData, double> Of, int Digits, bool IsLarger)[] columns =
        [
            ("test accuracy", run => run.Test?.Accuracy ?? double.NaN, 4, true), ("test loss", run => run.Test?.Loss ?? double.NaN, 4, false),
            ("validation accuracy", run => run.Epochs.Count > 0 ? run.Epochs[^1].ValidAccuracy : double.NaN, 4, true),
            ("validation loss", run => run.Epochs.Count > 0 ? run.Epochs[^1].ValidLoss : double.NaN, 4, false),
            ("epochs", run => run.Epochs.Count, 0, true), ("seconds", run => run.Speed.Seconds, 2, false), ("images a "
                + "second", run => run.Speed.ImagesPerSecond, 0, true),
        ];
        string heads = string.Concat(columns.Select(column => $"<th scope=\"col\">{column.Name}</th>"));
        string rows = string.Concat(runs.Select((run, i) => $"<tr><th scope=\"row\"><span class=\"legend\"><span><i "
            + $"class=\"s{i % Colors}\"></i></span>{Html.Text(names[i])}</span></th>"
            + string.Concat(columns.Select(column =>
            {
                double[] all = [.. runs.Select(column.Of).Where(double.IsFinite)];
                bool isBest = column.Name != "epochs" && all.Length > 1 && column.Of(run) == (column.IsLarger ? all.Max() : all.Min());
                string number = PageWriter.Number(column.Of(run), column.Digits);
                return PageWriter.Cell(column.Name, isBest ? $"<strong>{number}</strong>" : number);
            })) + "</tr>"));
        return $"""<table class="wide stacked"><thead><tr><th scope="col">run</th>{heads}</tr></thead><tbody>{rows}</tbody></table>""";
    }

    private static string Differences(IReadOnlyList<RunData> runs, string[] names)
    {
        string heads = string.Concat(names.Select(name => $"<th scope=\"col\">{Html.Text(name)}</th>"));
        string rows = string.Concat(DifferencesOf(runs).Select(difference => $"<tr><th scope=\"row\">{Html.Text(difference.Name)}</th>"
            + string.Concat(difference.Values.Select((value, i) => PageWriter.Cell(names[i], Html.Text(value)))) + "</tr>"));
        return rows.Length == 0 ? "<p>Nothing: the same options, images and machine, and the same weights.</p>"
            : $"""<table class="words wide stacked"><thead><tr><th scope="col">what</th>{heads}</tr></thead><tbody>{rows}</tbody></table>""";
    }

    private static void AddCurves(PageWriter page, IReadOnlyList<RunData> runs, string[] names)
    {
        page.Section("curves", "Curves", "One colour a run, the same everywhere.");
        page.BeginGrid();
        foreach (var (id, title, what, of) in new (string, string, string, Func<EpochLine, double>)[]
        {
            ("valid-loss", "Validation loss by epoch", "loss", epoch => epoch.ValidLoss), ("valid-accuracy", "Validation accuracy by "
                + "epoch", "accuracy", epoch => epoch.ValidAccuracy),
            ("train-loss", "Training loss by epoch", "loss", epoch => epoch.TrainLoss), ("train-accuracy", "Training accuracy by "
                + "epoch", "accuracy", epoch => epoch.TrainAccuracy),
        })
        {
            page.Chart(id, new(title, "epoch", what) { Lines = [.. runs.Select((run, i) => LearningFigures.ByEpoch(run, names[i], $"s{i % Colors}",
                of))] },
                id.StartsWith("valid", StringComparison.Ordinal) ? "At the end of each epoch, over images that were not trained with." : "A mean "
                    + "over the epoch, of a network that got better meanwhile.");
        }
        page.Chart("valid-loss-by-time", new("Validation loss by time", "seconds of training and validation", "loss")
        {
            Lines = [.. runs.Select((run, i) => LearningFigures.ByEpoch(run, names[i], $"s{i % Colors}",
                epoch => epoch.ValidLoss) with { X = Seconds(run) })],
        }, "The same losses by the time they took: what counts where time is short. Only of machines that are alike.");
        page.Chart("batch-loss", new("Loss by batch", "step", "loss")
        {
            Lines = [.. runs.Select((run, i) => Line.OfSteps(names[i], $"s{i % Colors}", run.Steps.Loss,
                run.Steps.Every).Smoothed(LearningFigures.Smoothing(run.Steps, run.Steps.Every)))],
            Range = (0, null),
        }, "Smoothed over a fifteenth of an epoch.");
        page.Chart("rates", new("Learning rate", "step", "learning rate")
        {
            Lines = [.. runs.Select((run, i) => Line.OfSteps(names[i], $"s{i % Colors}", run.Steps.LearningRate, run.Steps.Every))], Range = (0,
                null),
        }, "What each gradient was multiplied by.");
        page.EndGrid();
    }

    private static double[] Seconds(RunData run)
    {
        double sum = 0;
        return [.. run.Epochs.Select(epoch => sum += epoch.Seconds)];
    }
}
