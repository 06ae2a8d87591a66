using Scratch.Book.Drawing;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Telemetry;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 6: huge, quiet and dead layers.</summary>
internal static class DeadActivations
{
    private const int Images = 2000, Relus = 4;
    private const double Usual = 0.4, TooLarge = 4;

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        Dataset images = content.Images.Train;
        FillStarts(content, images.Take(Images));
        FillRuns(content, images);
    }

    private static void FillStarts(ChapterContent content, Dataset images)
    {
        var normal = Normalization.Of(images);
        var asBytes = new Normalization(0, 1.0 / 255);
        FirstLook[] raw = ShortRun.FirstPass(images, asBytes, Initialization.Default);
        FirstLook[] byDefault = ShortRun.FirstPass(images, normal, Initialization.Default);
        FirstLook[] kaiming = ShortRun.FirstPass(images, normal, Initialization.KaimingNormal);
        content.Set("images", Images);
        content.Set("raw", Row(raw));
        content.Set("default", Row(byDefault));
        content.Set("kaiming", Row(kaiming));
        content.Set("raw-mean", Numbers.Short(raw[0].Record.Mean));
        content.Set("raw-dead", Numbers.Percent(raw[0].Record.DeadShare));
        content.Set("raw-kept", Numbers.Percent(raw[0].Kept, 0));
        content.Set("raw-left", Numbers.Percent(1 - raw[0].Kept, 0));
        content.Set("raw-deviation", Numbers.Short(normal.StandardDeviation * 255));
        content.Set("default-falls", Numbers.Fixed(byDefault[0].Record.StandardDeviation / byDefault[^1].Record.StandardDeviation, 0));
        content.Set("default-dead", Numbers.Percent(byDefault[^1].Record.DeadShare));
        double[] passed = [.. byDefault.Skip(1).Select((layer, i) => layer.Record.StandardDeviation / byDefault[i].Record.StandardDeviation)];
        content.Set("default-least", Numbers.Percent(passed.Min(), 0));
        content.Set("default-most", Numbers.Percent(passed.Max(), 0));
        double[] deviations = [.. kaiming.Select(layer => layer.Record.StandardDeviation)];
        content.Set("kaiming-low", Numbers.Fixed(deviations.Min(), 2));
        content.Set("kaiming-high", Numbers.Fixed(deviations.Max(), 2));
        content.Set("factor", Numbers.Fixed(Math.Sqrt(6), 2));
        double[] x = [.. Enumerable.Range(1, Relus).Select(i => (double)i)];
        Line Deviations(string name, string color, FirstLook[] layers) =>
            new(name, color, x, [.. layers.Select(layer => layer.Record.StandardDeviation)]) { HasMarks = true };
        content.Set("deviations", Figure.Of(new LineChart("Standard deviation after each ReLU, before the first step", "ReLU", "standard deviation")
        {
            Lines = [Deviations("pixels as they are, PyTorch's start", "s1", raw), Deviations("normalised, PyTorch's start", "s0", byDefault),
                Deviations("normalised, Kaiming's start", "s2", kaiming)],
            IsLogarithmic = true,
        }));
        content.Set("bins", Bins(raw[0]));
    }

    private static string Row(FirstLook[] layers) => string.Join(" | ", layers.Select(layer =>
        $"{Numbers.Short(layer.Record.Mean)} ±\u00a0{Numbers.Short(layer.Record.StandardDeviation)}<br>{Numbers.Percent(layer.Record.DeadShare)}"));

    // The histogram of the first ReLU: what its bins hold, and what lies beyond them.
    private static Figure Bins(FirstLook layer)
    {
        const double Bar = 8, High = 120, Base = 148;
        long[] counts = layer.Histogram;
        double beyond = layer.Record.Count - counts.Sum(), most = Math.Log(1 + Math.Max(counts.Max(), beyond));
        var canvas = new Canvas();
        canvas.Text(0, 12, "numbers in a bin, by their logarithm", "label left");
        for (int i = 0; i < counts.Length; i++)
        {
            double height = Math.Log(1 + counts[i]) / most * High;
            canvas.Rect(i * Bar + 0.5, Base - height, Bar - 1, height, i < 2 ? "t7" : "t0");
        }
        double tall = Math.Log(1 + beyond) / most * High;
        canvas.Rect(counts.Length * Bar + 40, Base - tall, 34, tall, "t1").Line(0, Base + 0.5, counts.Length * Bar, Base + 0.5, "arrow");
        canvas.Text(0, Base + 16, "0", "label left").Text(counts.Length * Bar, Base + 16, "10", "label end");
        canvas.Text(counts.Length * Bar + 57, Base + 16, "beyond", "label mid");
        return canvas.Done(424, Base + 22, "A histogram of forty bins: a tall first bin, low others, and a tall bar of what lies beyond");
    }

    private static void FillRuns(ChapterContent content, Dataset images)
    {
        var normal = Normalization.Of(images);
        ShortRun quiet = new(images, normal, Initialization.Default, Usual), healthy = new(images, normal, Initialization.KaimingNormal, Usual);
        ShortRun dead = new(images, normal, Initialization.KaimingNormal, TooLarge);
        (string Name, string Color, ShortRun Run)[] runs = [("PyTorch's start", "s0", quiet), ("Kaiming's start", "s2", healthy),
            ("rate too large", "s1", dead)];
        content.Set("steps", ShortRun.Steps);
        content.Set("batch", ShortRun.BatchSize);
        content.Set("rate", Numbers.Fixed(Usual, 1));
        content.Set("large-rate", Numbers.Whole(TooLarge));
        content.Set("guess", Numbers.Fixed(Math.Log(10), 2));
        content.Set("dead-loss", Numbers.Fixed(dead.Losses.TakeLast(20).Average(), 1));
        content.Set("dead-share", Numbers.Percent(dead.Of(Relus - 1)[^1].DeadShare, 0));
        content.Set("quiet-loss", Numbers.Fixed(quiet.Losses.TakeLast(20).Average(), 1));
        content.Set("healthy-loss", Numbers.Fixed(healthy.Losses.TakeLast(20).Average(), 1));
        DeadShares shares = healthy.Of(Relus - 1)[^1].Shares!.Value;
        content.Set("lesson-share", Numbers.Percent(shares.Lesson2019, 0));
        content.Set("miniai-share", Numbers.Percent(shares.Miniai2022, 0));
        content.Set("fastai-share", Numbers.Percent(shares.Fastai2, 0));
        content.Set("losses", Figure.Of(new LineChart("The loss of the three runs, step by step", "step", "loss")
        {
            Lines = [.. runs.Select(run => Line.OfSteps(run.Name, run.Color, [.. run.Run.Losses.Select(loss => (float)loss)], 1))], Range = (0, 4),
        }));
        content.Set("shares", Figure.Of(new LineChart("The share of the last ReLU's outputs near zero", "step", "share near zero")
        {
            Lines = [.. runs.Select(run =>
                Line.OfSteps(run.Name, run.Color, [.. run.Run.Of(Relus - 1).Select(record => (float)record.DeadShare)], 1))],
            Range = (0, 1),
        }));
        const double Wide = 132, High = 100, Step = 146;
        var canvas = new Canvas();
        for (int column = 0; column < runs.Length; column++)
        {
            canvas.Text(column * Step, 12, runs[column].Name, "head left");
            for (int row = 0; row < 2; row++)
            {
                double y = 22 + row * (High + 26);
                canvas.Text(column * Step, y + 12, $"ReLU {(row == 0 ? 1 : Relus)}", "label left");
                canvas.Image(column * Step, y + 18, Wide, High, runs[column].Run.Histograms(row == 0 ? 0 : Relus - 1));
            }
        }
        content.Set("histograms", canvas.Done(2 * Step + Wide, 2 * (High + 26) + 20,
            "Histograms of the first and the last ReLU over sixty steps, of three trainings"));
    }
}
