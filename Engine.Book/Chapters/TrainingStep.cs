using Scratch.Book.Drawing;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>Chapter 9: what is done with a batch.</summary>
internal static class TrainingStep
{
    private const int BatchSize = 64, Seed = 42, Repeats = 150;
    private const double Steady = 0.03, Hasty = 0.1;

    private static readonly double[] _rates = [0.0001, 0.001, 0.01, 0.1, 1, 5];

    /// <summary>Numbers and pictures.</summary>
    public static void Fill(ChapterContent content)
    {
        Dataset images = content.Images.Train;
        Model<float> model = ModelCatalog.Build<float>("lesson", images.ImageShape, images.Classes);
        PlanDescription plan = model.DescribePlan(images.ImageShape, BatchSize, training: true);
        var report = PlanReport.Of(plan);
        content.Set("batch", BatchSize);
        content.Set("lanes", Lanes.Count);
        content.Set("plan", string.Join('\n', PlanText.Steps(report)));
        content.Set("totals", PlanText.Totals(report));
        content.Set("lives", Lives(plan));
        content.Set("places", Places(plan));
        content.Set("all-bytes", Numbers.Fixed(plan.Values.Sum(value => value.Bytes) / 1024.0, 0));
        content.Set("worker-bytes", Numbers.Fixed(plan.WorkerBytes / 1024.0, 0));
        FillSteps(content, images);
        FillEpoch(content, images);
    }

    // From the first step that names a value to the last.
    private static (PlanPlace Value, int First, int Last)[] LivesOf(PlanDescription plan) => [.. plan.Values.Select(value =>
    {
        int[] named = [.. Enumerable.Range(0, plan.Steps.Count).Where(i =>
            plan.Steps[i].Reads.Concat(plan.Steps[i].Writes).Contains(value.Name))];
        return (value, named[0], named[^1]);
    })];

    private static Figure Lives(PlanDescription plan)
    {
        const double Left = 50, Step = 22, Row = 19, Top = 26;
        var canvas = new Canvas();
        var lives = LivesOf(plan);
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            canvas.Text(Left + (i + 0.5) * Step, 13, $"{i}", "small mid");
            canvas.Rect(Left + i * Step, Top - 6, Step - 1, lives.Length * Row + 8, plan.Steps[i].Action is "loss" ? "none" : "lane");
        }
        for (int i = 0; i < lives.Length; i++)
        {
            var (value, first, last) = lives[i];
            double y = Top + i * Row;
            canvas.Text(Left - 8, y + 11, value.Name, "n end");
            canvas.Rect(Left + first * Step + 2, y, (last - first + 1) * Step - 5, Row - 5, value.Name.StartsWith('d') ? "t1" : "t0", 3);
        }
        return canvas.Done(Left + plan.Steps.Count * Step, Top + lives.Length * Row + 4,
            "A bar for each value, from the step that makes it to the last that reads it");
    }

    private static Figure Places(PlanDescription plan)
    {
        const double Left = 66, Step = 21, Top = 8, High = 300, Label = 14;
        double scale = High / plan.WorkerBytes;
        var canvas = new Canvas();
        canvas.Rect(Left, Top, plan.Steps.Count * Step, High, "wire");
        foreach (var (value, first, last) in LivesOf(plan))
        {
            double y = Top + value.Offset * scale, height = value.Bytes * scale, x = Left + first * Step, width = (last - first + 1) * Step;
            canvas.Rect(x, y, width, Math.Max(height, 1), value.Name.StartsWith('d') ? "t1" : "t0");
            if (height > Label) canvas.Text(x + width / 2, y + height / 2 + 4.5, value.Name);
        }
        canvas.Text(Left - 8, Top + 11, "0", "label end").Text(Left - 8, Top + High, $"{plan.WorkerBytes / 1024.0:F0} KiB", "label end");
        canvas.Text(Left - 8, Top + High + 20, "step", "label end");
        for (int i = 0; i < plan.Steps.Count; i += 4) canvas.Text(Left + (i + 0.5) * Step, Top + High + 20, $"{i}", "label mid");
        return canvas.Done(Left + plan.Steps.Count * Step + 1, Top + High + 26,
            "The memory of a thread as a rectangle, steps to the right and addresses down, and in it each value's place for its life");
    }

    private static void FillSteps(ChapterContent content, Dataset images)
    {
        var (model, batch) = (ModelCatalog.Build<double>("lesson", images.ImageShape, images.Classes), FirstBatch(images));
        model.Initialize(Initialization.KaimingNormal, Seed);
        ParameterVector<double> parameters = model.ParameterVector;
        double[] start = parameters.Values.Span.ToArray();
        double loss = LossOf(model, batch), squares = parameters.Gradients.Dot(parameters.Gradients);
        content.Set("loss", Numbers.Fixed(loss, 4));
        content.Set("parameters", parameters.ParameterCount);
        content.Set("norm", Numbers.Fixed(Math.Sqrt(squares), 2));
        content.Set("squares", Numbers.Fixed(squares, 2));
        content.Set("rows", string.Join('\n', _rates.Select(rate =>
        {
            start.CopyTo(parameters.Values.Span);
            LossOf(model, batch);
            new Sgd<double>(parameters, rate).Step();
            double after = LossOf(model, batch), places = Math.Max(2, 3 - Math.Floor(Math.Log10(rate * squares)));
            return $"| {rate.ToString("0.####", null)} | {Numbers.Fixed(rate * squares, (int)places)} | {Numbers.Fixed(loss - after, (int)places)} "
                + $"| {Numbers.Fixed(after, 4)} |";
        })));
        List<float> Repeated(double rate)
        {
            start.CopyTo(parameters.Values.Span);
            var (sgd, losses) = (new Sgd<double>(parameters, rate), new List<float>());
            for (int i = 0; i <= Repeats; i++)
            {
                losses.Add((float)LossOf(model, batch));
                sgd.Step();
            }
            return losses;
        }
        List<float> steady = Repeated(Steady), hasty = Repeated(Hasty);
        content.Set("repeats", Repeats);
        content.Set("steady", Numbers.Fixed(Steady, 2));
        content.Set("hasty", Numbers.Fixed(Hasty, 1));
        content.Set("steady-rises", Rises(steady));
        content.Set("hasty-rises", Rises(hasty));
        content.Set("steady-loss", Numbers.Fixed(steady[^1], 3));
        content.Set("hasty-loss", Numbers.Fixed(hasty[^1], 3));
        content.Set("repeated", Figure.Of(new LineChart("The loss of one batch, step after step", "step", "loss")
        {
            Lines = [Line.OfSteps($"rate {Numbers.Fixed(Steady, 2)}", "s0", steady, 1),
                Line.OfSteps($"rate {Numbers.Fixed(Hasty, 1)}", "s1", hasty, 1)],
            Range = (0, null),
        }));
    }

    private static int Rises(List<float> losses) => Enumerable.Range(1, losses.Count - 1).Count(i => losses[i] > losses[i - 1]);

    private static DatasetBatch<double> FirstBatch(Dataset images)
    {
        var batches = new BatchSampler<double>(images.Take(BatchSize), Normalization.Of(images), BatchSize, shuffle: false);
        batches.Reset();
        batches.MoveNext();
        return batches.Current;
    }

    // Forward and backward: the gradients are the parameters' afterwards.
    private static double LossOf(Model<double> model, DatasetBatch<double> batch) =>
        model.Train(batch, new CrossEntropyLoss<double>(), new Tensor<double>(new(batch.Count, 10)));

    private static void FillEpoch(ChapterContent content, Dataset images)
    {
        const int Epochs = 2, TrainImages = 50_000, TrainBatch = 512, ValidBatch = 1024;
        var (train, valid) = images.Split(TrainImages);
        var scale = Normalization.Of(train);
        int steps = new BatchSampler<float>(train, scale, TrainBatch, shuffle: false).Count;
        int more = new BatchSampler<float>(valid, scale, ValidBatch, shuffle: false).Count;
        content.Set("train-images", train.Count);
        content.Set("valid-images", valid.Count);
        content.Set("train-batch", TrainBatch);
        content.Set("valid-batch", ValidBatch);
        content.Set("train-steps", steps);
        content.Set("valid-steps", more);
        content.Set("epoch-passes", steps + more);
        content.Set("entries", Epochs * (steps + more));
    }
}
