using System.CommandLine;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary><c>scratch evaluate</c>: loss and accuracy of saved weights on the test images.</summary>
internal static class EvaluateCommand
{
    private const int MostClasses = 20;                                      // named in a line

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
        FolderImages images = TrainingData.LoadTest(folder);
        Dataset test = notes.Classes is { } classes ? Renumbered(images.Test!, classes, folder, path) : images.Test!;
        IReadOnlyList<string> classNames = test.ClassNames!;
        string[] missing = [.. TrainingData.MissingClasses(test, "test")];
        if (task is ManyLabelsTask) test = ManyLabelsTask.TestCanvases(test, notes.Canvases);
        Sequential<float> model = NamedModel.Build<float>(name, test.ImageShape, task.Outputs(test), threads, notes.Dropout);
        ModelFile.Load(model, path);

        Normalization normalization = notes.Normalization ?? Measured(images.Train, task, notes, folder);
        string source = notes.Normalization is not null ? "from the file" : $"measured on the {images.Train!.Count} training images; the file does not say";
        var batches = new BatchSampler<float>(test, normalization, batchSize, shuffle: false, random: null);
        var learner = new Learner<float>(model, task.Loss(labelSmoothing: 0), new Sgd<float>(model.ParameterVector, learningRate: 0), batches);

        terminal.DescribeProcessor(threads);
        foreach (string note in images.Notes.Concat(missing)) terminal.Notice($"note: {note}");
        terminal.WriteLine($"model {name}, {test.Count} test images");
        terminal.WriteLine($"classes {NameList.Of(classNames, MostClasses)} "
            + (notes.Classes is null ? "(of the images; the file does not say)" : "(from the file)"));
        terminal.WriteLine($"normalization mean {normalization.Mean:F4}, std {normalization.StandardDeviation:F4} ({source})");
        terminal.WriteLine($"test loss {learner.Evaluate(batches, task.Metric):F4}, {task.Metric.Name} {task.Metric.Value:F4}");
        terminal.WriteLine($"weights {model.Hash()}");
        return ExitCode.Done;
    }

    // The model's outputs stand for the classes that it learned; images of others cannot be judged.
    private static Dataset Renumbered(Dataset images, IReadOnlyList<string> classes, string folder, string path)
    {
        string[] unknown = [.. images.ClassesWithImages().Select(label => images.ClassNames![label]).Except(classes)];
        if (unknown.Length == 0) return images.NumberedAs(classes);
        throw new InvalidDataException($"'{folder}' has images of {(unknown.Length == 1 ? "class" : "classes")} {NameList.Of(unknown)}, "
            + $"{Path.GetFileName(path)} knows {NameList.Of(classes, MostClasses)}. Name the folders as they were in training, or take them away.");
    }

    private static Normalization Measured(Dataset? train, LearningTask task, ModelNotes notes, string folder)
    {
        if (train is null)
            throw new InvalidDataException($"the file does not say how pixels were normalised, and '{folder}' has no training images to measure.");
        return Normalization.Of(task is ManyLabelsTask ? ManyLabelsTask.TrainCanvases(train, notes.Canvases) : train);
    }
}
