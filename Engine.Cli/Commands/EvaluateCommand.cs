using System.CommandLine;
using Scratch.Cli.Reports;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary><c>scratch evaluate</c>: loss and accuracy of saved weights on the test images.</summary>
internal static class EvaluateCommand
{
    private const int MostClasses = 20;                                      // named in a line
    private const int MostWorst = 12;

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
        var convolution = SharedOptions.Convolution();
        var views = ViewSettings.Option();
        var coarse = SharedOptions.Coarse();
        var json = SharedOptions.Json();
        var command = new Command("evaluate", "Measure saved weights on the test images.") { file, model, data, threads, batchSize, convolution,
            views, coarse, json };
        command.SetAction(parsed =>
        {
            EvaluateReport report = Measure(terminal, parsed.GetValue(file)!, parsed.GetValue(model), parsed.GetValue(data)!,
                parsed.GetValue(coarse), parsed.GetValue(threads), parsed.GetValue(batchSize), parsed.GetValue(convolution)!,
                ViewSettings.Of(parsed.GetValue(views)!));
            if (parsed.GetValue(json)) terminal.WriteText(ReportJson.Text(report));
            else Print(report, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static EvaluateReport Measure(Terminal terminal, string path, string? named, string folder, bool coarse, int threads, int batchSize,
        string convolution,
        IReadOnlyList<Augmentation> views)
    {
        var notes = ModelNotes.Read(path);
        string name = named ?? TrainingNotes.ModelOrLesson(notes, path);
        var task = LearningTask.Of(notes.HasManyLabels ? LearningTask.ManyLabels : LearningTask.OneLabel);
        int canvases = TrainingNotes.Canvases(notes, path);
        bool ofCanvases = notes.HasManyLabels && !TrainingData.IsList(folder);
        FolderImages images = TrainingData.LoadTest(folder, ofCanvases ? null : notes.Image,
            PictureSettings.Usual with { Resize = ResizeWords.Of(notes.Resize), Coarse = coarse });
        foreach (string note in images.Notes) terminal.Notice($"note: {note}");
        Dataset test = notes.Classes is { } classes ? Renumbered(images.Test!, classes, folder, path) : images.Test!;
        IReadOnlyList<string> classNames = test.ClassNames!;
        string[] missing = [.. TrainingData.MissingClasses(test, "test")];
        foreach (string note in missing) terminal.Notice($"note: {note}");
        if (ofCanvases) test = ManyLabelsTask.TestCanvases(test, canvases);
        else CheckLabels(test, notes, folder, path);
        Model<float> model = NamedModel.Build<float>(name, test.ImageShape, task.Outputs(test), threads, convolution, notes.Dropout,
            named is null ? ModelFile.MostParameters(path) : long.MaxValue);
        ModelFile.Load(model, path);

        Normalization normalization = notes.Normalization ?? Measured(TrainingData.TrainOf(images), ofCanvases, canvases, folder);
        var batches = new BatchSampler<float>(test, normalization, batchSize, shuffle: false, random: null);
        var learner = new Learner<float>(model, task.Loss(labelSmoothing: 0), new Sgd<float>(model.ParameterVector, learningRate: 0), batches);
        ConfusionMatrix<float>? matrix = task is OneLabelTask ? new(classNames) : null;          // as a number it is the accuracy

        WorstPredictions<float>? worst = matrix is null || views.Count > 0 ? null : new(MostWorst);    // of views together there is no one loss

        foreach (string line in TrainingData.SummaryOf(images)) terminal.Diagnose(line);
        terminal.DescribeProcessor(threads);
        double loss = views.Count > 0 ? ViewSettings.Evaluate(learner, test, normalization, batchSize, views, matrix ?? task.Metric)
            : learner.Evaluate(batches, worst is null ? [task.Metric] : [matrix!, worst]);
        if (!double.IsFinite(loss))
        {
            throw new InvalidDataException(string.Create(null, $"{Path.GetFileName(path)}: the loss on the test images is {loss}, "
                + $"though every weight is finite: damaged, or of a training that diverged."));
        }
        Tensor<double>? logits = matrix is not null ? null : views.Count == 0 ? ManyLabelsTask.Logits(learner, batches, test)
            : ViewSettings.Logits(learner, test, normalization, batchSize, views);
        return new(name, test.Count, [.. images.Notes, .. missing], new(classNames, notes.Classes is not null),
            new(normalization.Mean, normalization.StandardDeviation, notes.Normalization is not null),
            task.Metric.Name, new(loss, (matrix ?? task.Metric).Value), matrix is null ? null : ClassResult.Of(matrix), model.Hash())
        {
            Confusion = matrix is null ? null : WorstImage.Confusion(matrix),
            Worst = worst is null ? [] : WorstImage.Of(worst, test, classNames),
            PerLabel = logits is null ? null : ClassLine.Of(
                TemperatureScaling.Probabilities(
                    logits, notes.Temperature), test.Targets!, notes.Thresholds, classNames),
        };
    }

    private static void Print(EvaluateReport report, Terminal terminal)
    {
        terminal.WriteLine($"model {report.Model}, {report.TestImages} test images");
        terminal.WriteLine($"classes {NameList.Of(report.Classes.Names, MostClasses)} "
            + (report.Classes.FromFile ? "(from the file)" : "(of the images; the file does not say)"));
        terminal.WriteLine($"normalization mean {report.Normalization.Mean:F4}, std {report.Normalization.Std:F4} "
            + (report.Normalization.FromFile ? "(from the file)" : "(measured on the training images; the file does not say)"));
        if (report.PerClass is { } classes) ClassResult.Print(classes, terminal);
        if (report.Confusion is { } confusion) new ConfusionTable(confusion, report.Classes.Names, terminal).Print();
        new WorstTable(report.Worst, terminal).Print();
        if (report.PerLabel is { } labels) ClassLine.Print(labels, terminal);
        terminal.WriteLine($"test loss {report.Test.Loss:F4}, {report.Metric} {report.Test.Accuracy:F4}");
        terminal.WriteLine($"weights {report.Weights}");
    }

    // The model's outputs stand for the classes that it learned; images of others cannot be judged.
    private static Dataset Renumbered(Dataset images, IReadOnlyList<string> classes, string folder, string path)
    {
        string[] unknown = [.. images.ClassesWithImages().Select(label => images.ClassNames![label]).Except(classes)];
        if (unknown.Length == 0) return images.NumberedAs(classes);
        throw new InvalidDataException($"'{folder}' has images of {(unknown.Length == 1 ? "class" : "classes")} {NameList.Of(unknown)}, "
            + $"{Path.GetFileName(path)} knows {NameList.Of(classes, MostClasses)}. Name the folders as they were in training, or take them away.");
    }

    private static void CheckLabels(Dataset test, ModelNotes notes, string folder, string path)
    {
        if (test.Targets is not null == notes.HasManyLabels) return;
        throw new InvalidDataException(notes.HasManyLabels
            ? $"'{folder}' lists one class an image, {Path.GetFileName(path)} tells several labels. Call the column 'labels'."
            : $"'{folder}' lists several labels an image, {Path.GetFileName(path)} tells one class.");
    }

    private static Normalization Measured(Dataset? train, bool ofCanvases, int canvases, string folder)
    {
        if (train is null)
            throw new InvalidDataException($"the file does not say how pixels were normalised, and '{folder}' has no training images to measure.");
        return Normalization.Of(ofCanvases ? ManyLabelsTask.TrainCanvases(train, canvases) : train);
    }
}
