using System.Globalization;

namespace Scratch.Cli.Reports;

/// <summary>The page of one run.</summary>
internal static class ReportPage
{
    /// <summary>The page as HTML.</summary>
    public static string Of(RunData run)
    {
        var page = new PageWriter($"{run.Name}: {run.Summary.Model}, training report", Header(run));
        Action<PageWriter>[] sections =
        [
            part => LearningFigures.Add(part, run),
            part => { if (run.Activations is { } activations) ActivationFigures.Add(part, activations, run.Steps.PerEpoch); },
            part => { if (run.Steps.Parameters.Count > 0) GradientFigures.Add(part, run); },
            part => { if (run.Kernels is not null || run.Features is not null) PictureFigures.Add(part, run); },
            part => { if (run.Judged is { } judged) MistakeFigures.Add(part, judged, run.Data.Classes); },
            part => ModelFigures.Add(part, run.Summary),
            part => AddRun(part, run),
        ];
        // Beside each other, and not by PLINQ: forty of its methods would be compiled at their first call, with the page waiting.
        foreach (PageWriter part in Task.WhenAll(sections.Select(section => Task.Run(() => Made(section)))).GetAwaiter().GetResult()) page.Add(part);
        return page.Page();
    }

    private static PageWriter Made(Action<PageWriter> section)
    {
        var part = new PageWriter("", "");
        section(part);
        return part;
    }

    private static string Header(RunData run)
    {
        EpochLine? last = run.Epochs.Count > 0 ? run.Epochs[^1] : null;
        List<(string, string)> tiles = [];
        if (run.Test is { } test) tiles.AddRange([(PageWriter.Percent(test.Accuracy), $"test "
            + $"{run.Metric}"), (PageWriter.Number(test.Loss, 4), "test loss")]);
        if (last is not null) tiles.Add((PageWriter.Percent(last.ValidAccuracy), $"validation {run.Metric}"));
        tiles.AddRange([($"{run.Epochs.Count}", run.Epochs.Count == 1 ? "epoch" : "epochs"), (Time(run.Speed.Seconds), "training with validation"),
            (PageWriter.Number(run.Speed.ImagesPerSecond, 0), "images a second"), (PageWriter.Number(run.Summary.Parameters, 0), "parameters")]);
        string interrupted = run.Interrupted ? """<p class="note">This training was interrupted: it shows the epochs that were finished.</p>""" : "";
        return $"""
            <p class="brand">Training report</p><h1>{Html.Text(run.Name)}</h1>
            <p>Model <strong>{Html.Text(run.Summary.Model)}</strong>, {Html.Text(run.Summary.Description)}.
            {PageWriter.Number(run.Data.TrainImages, 0)} images to train with, {Amount.OfClasses(run.Data.Classes.Count)}.</p>
            {interrupted}{PageWriter.Tiles(tiles)}
            """;
    }

    private static string Time(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:F1} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
    };

    private static void AddRun(PageWriter page, RunData run)
    {
        page.Section("run", "The run", "What it takes to do it again. The same command on the same images gives the same weights, bit for bit, "
            + "on any number of threads.");
        page.Figure("command", "Command", $"<pre>{Html.Text(run.Command)}</pre>",
            $"""The weights that came of it have the hash <code id="hash">{Html.Text(run.Weights)}</code>.""");
        page.BeginGrid();
        page.Figure("machine", "Machine", PageWriter.Words(
        [
            ("Processor", run.Machine.Processor), ("Threads", $"{run.Machine.Threads}"), ("System", run.Machine.System), ("Runtime",
                run.Machine.Runtime),
            ("Engine", run.Machine.Engine), ("Training", $"{PageWriter.Number(run.Speed.TrainSeconds, 2)} s, "
                + $"{PageWriter.Number(run.Speed.Seconds, 2)} s with validation"),
        ]), "Times are those of this machine; weights and losses are not.");
        page.Figure("data", "Images", PageWriter.Words(
        [
            ("Shape", string.Join(" x ", run.Data.Image)), ("To train with", PageWriter.Number(run.Data.TrainImages, 0)),
            ("To validate with", PageWriter.Number(run.Data.ValidImages, 0)), ("To test with", PageWriter.Number(run.Data.TestImages, 0)),
            ("Mean, deviation", $"{PageWriter.Number(run.Data.Mean, 4)}, {PageWriter.Number(run.Data.Std, 4)}"),
            ("Classes", NameList.Of(run.Data.Classes, 40)), .. run.Data.Notes.Select(note => ("Note", note)),
        ]), "Mean and deviation are those of the pixels of the training images, from 0 to 1; inputs are shifted and divided by them.");
        page.EndGrid();
        page.Add($"<details><summary>All options</summary>{PageWriter.Words(run.Settings.Select(option => (option.Key, option.Value)))}</details>");
    }
}
