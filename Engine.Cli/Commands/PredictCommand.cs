using System.CommandLine;

namespace Scratch.Cli;

/// <summary><c>scratch predict</c>: what pictures show, by saved weights.</summary>
internal static class PredictCommand
{
    private const string Pipe = "-";
    private const int MostTop = 1000, UsualTop = 3, MostThreads = 512;       // the last: that a parallel query takes

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL.safetensors") { Description = "A model as train --out writes it." };
        var files = new Argument<string[]>("FILE|FOLDER")
        {
            Description = $"Pictures, folders of pictures (and all folders in them), or {Pipe} for one picture from standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var top = SharedOptions.Count("--top", UsualTop, MostTop, "How many classes to name.");
        var threads = SharedOptions.Threads();
        var views = ViewSettings.Option();
        var json = SharedOptions.Json();
        var csv = new Option<bool>("--csv") { Description = "Print CSV: file, rank, class, probability; of many labels also whether it is said." };
        var command = new Command("predict", "Name what pictures show. A picture that cannot be read does not stop the others.")
        {
            model, files, top, threads, views, json, csv,
        };
        command.SetAction(parsed =>
        {
            var (asJson, asCsv) = (parsed.GetValue(json), parsed.GetValue(csv));
            if (asJson && asCsv) throw new UsageException("--json and --csv do not go together: say one of them.");
            string[] named = parsed.GetValue(files)!;
            if (named.Count(file => file == Pipe) > 1) throw new UsageException($"{Pipe} stands twice, and standard input holds one picture.");
            string path = parsed.GetValue(model)!;
            var classifier = Classifier.Load(path, threads: 1);              // each thread has a picture of its own
            classifier.Views = ViewSettings.Of(parsed.GetValue(views)!);
            int readers = Math.Min(parsed.GetValue(threads), MostThreads);
            PredictLine[] lines = [.. Pictures(named).ToArray().AsParallel().AsOrdered().WithDegreeOfParallelism(readers)
                .Select(file => Answer(classifier, file, parsed.GetValue(top), terminal))];
            var report = new PredictReport(path, lines);
            if (asJson) terminal.WriteText(ReportJson.Text(report));
            else if (asCsv) terminal.WriteText(report.Csv(classifier.Notes.HasManyLabels));
            else report.Print(terminal, classifier.Notes.HasManyLabels);
            foreach (PredictLine line in lines)
                if (line.Error is { } error) terminal.Fail(error);
            return lines.Any(line => line.Error is not null) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static PredictLine Answer(Classifier classifier, string file, int top, Terminal terminal)
    {
        try
        {
            if (file != Pipe) return PredictLine.Of(file, classifier.Predict(file), top);
            return PredictLine.Of(file, classifier.Predict(Picture.Load(terminal.Input, name: "standard input")), top);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new(file, null, null, e.Message);
        }
        catch (InvalidOperationException e)                                  // no number comes of it
        {
            return new(file, null, null, $"'{file}': {e.Message}");
        }
    }

    // What stands in folders in the order of names; a file that is named is read whatever its ending.
    private static IEnumerable<string> Pictures(IEnumerable<string> named)
    {
        foreach (string path in named)
        {
            if (path == Pipe || !Directory.Exists(path))
            {
                yield return path;
                continue;
            }
            IReadOnlyList<string> found = ImageFolder.PicturesBelow(path);
            if (found.Count == 0)
                throw new InvalidDataException($"'{path}' holds no picture, nor do the folders in it. Expected .png, .jpg or the like.");
            foreach (string picture in found) yield return picture;
        }
    }
}
