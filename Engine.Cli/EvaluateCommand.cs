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
        var command = new Command("evaluate", "Measure saved weights on the test images.") { file, model, data, threads, batchSize };
        command.SetAction(parsed => Run(
            terminal, parsed.GetValue(file)!, parsed.GetValue(model), parsed.GetValue(data)!, parsed.GetValue(threads), parsed.GetValue(batchSize)));
        return command;
    }

    private static int Run(Terminal terminal, string path, string? named, string folder, int threads, int batchSize)
    {
        ModelNotes notes = ModelNotes.Read(path);
        string name = named ?? notes.ModelOrLesson(path);
        var task = LearningTask.Of(notes.Task);
        TrainingData data = TrainingData.Load(folder, terminal.Diagnose);
        if (task is ManyLabelsTask) data = ManyLabelsTask.Canvases(data, notes.Canvases);
        Sequential<float> model = NamedModel.Build<float>(name, data.Test.ImageShape, task.Outputs(data.Test), threads, notes.Dropout);
        ModelFile.Load(model, path);

        Normalization normalization = notes.Normalization ?? Normalization.Of(data.Train);
        string source = notes.Normalization is null ? $"measured on the first {data.Train.Count} training images; the file does not say" : "from the file";
        var batches = new BatchSampler<float>(data.Test, normalization, batchSize, shuffle: false, random: null);
        var learner = new Learner<float>(model, task.Loss(labelSmoothing: 0), new Sgd<float>(model.ParameterVector, learningRate: 0), batches);

        terminal.DescribeProcessor(threads);
        terminal.WriteLine($"model {name}, {data.Test.Count} test images");
        terminal.WriteLine($"normalization mean {normalization.Mean:F4}, std {normalization.StandardDeviation:F4} ({source})");
        terminal.WriteLine($"test loss {learner.Evaluate(batches, task.Metric):F4}, {task.Metric.Name} {task.Metric.Value:F4}");
        terminal.WriteLine($"weights {model.Hash()}");
        return ExitCode.Done;
    }
}
