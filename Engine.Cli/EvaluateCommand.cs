using System.CommandLine;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary><c>scratch evaluate</c>: loss and accuracy of saved weights on the test images.</summary>
internal static class EvaluateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("MODEL.safetensors") { Description = "Weights as train writes them, or as PyTorch would." };
        var model = SharedOptions.Model();
        model.DefaultValueFactory = null;
        model.Description += " By default the one that the file names, else lesson.";
        var data = SharedOptions.Data();
        var threads = SharedOptions.Threads();
        var batchSize = SharedOptions.BatchSize(1024, "Images at a time.");
        var json = SharedOptions.Json();
        var command = new Command("evaluate", "Measure saved weights on the test images.") { file, model, data, threads, batchSize, json };
        command.SetAction(parsed =>
        {
            EvaluateReport report = Measure(terminal, parsed.GetValue(file)!, parsed.GetValue(model), parsed.GetValue(data)!,
                parsed.GetValue(threads), parsed.GetValue(batchSize));
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(report));
            else Print(report, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static EvaluateReport Measure(Terminal terminal, string path, string? named, string folder, int threads, int batchSize)
    {
        ModelNotes notes = ModelNotes.Read(path);
        string name = named ?? notes.ModelOrLesson(path);
        var task = LearningTask.Of(notes.Task);
        TrainingData data = TrainingData.Load(folder, terminal.Diagnose);
        if (task is ManyLabelsTask) data = ManyLabelsTask.Canvases(data, notes.Canvases);
        Model<float> model = NamedModel.Build<float>(name, data.Test.ImageShape, task.Outputs(data.Test), threads, notes.Dropout);
        ModelFile.Load(model, path);

        Normalization normalization = notes.Normalization ?? Normalization.Of(data.Train);
        var batches = new BatchSampler<float>(data.Test, normalization, batchSize, shuffle: false, random: null);
        var learner = new Learner<float>(model, task.Loss(labelSmoothing: 0), new Sgd<float>(model.ParameterVector, learningRate: 0), batches);

        terminal.DescribeProcessor(threads);
        double loss = learner.Evaluate(batches, task.Metric);
        if (!double.IsFinite(loss))
        {
            throw new InvalidDataException(string.Create(null, $"{Path.GetFileName(path)}: the loss on the test images is {loss}, though every weight is finite: "
                + $"damaged, or of a training that diverged."));
        }
        return new(name, data.Test.Count, new(normalization.Mean, normalization.StandardDeviation, notes.Normalization is not null),
            task.Metric.Name, new(loss, task.Metric.Value), model.Hash());
    }

    private static void Print(EvaluateReport report, Terminal terminal)
    {
        terminal.WriteLine($"model {report.Model}, {report.TestImages} test images");
        terminal.WriteLine($"normalization mean {report.Normalization.Mean:F4}, std {report.Normalization.Std:F4} "
            + (report.Normalization.FromFile ? "(from the file)" : "(measured on the training images; the file does not say)"));
        terminal.WriteLine($"test loss {report.Test.Loss:F4}, {report.Metric} {report.Test.Accuracy:F4}");
        terminal.WriteLine($"weights {report.Weights}");
    }
}
