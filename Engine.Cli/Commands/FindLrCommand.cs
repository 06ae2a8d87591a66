using System.CommandLine;
using System.Globalization;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary><c>scratch find-lr</c>: steps with ever larger learning rates until the loss explodes, trains a little with each of those that were
/// borne, and says which one to train with.</summary>
internal sealed class FindLrCommand
{
    private const int LeastWidth = 40, Width = 80, Height = 12;              // letters of the curve
    private const double MostTimes = 1.5;                                    // the first loss: what explodes above that is not drawn

    private readonly Option<string> _model = SharedOptions.Model();
    private readonly Option<string> _optimizer = SharedOptions.OneOf("--optimizer", OptimizerSettings.Names, "How gradients become steps.");
    private readonly Option<int> _steps = SharedOptions.Count("--steps", 100, 100_000, "Rates to go through, at most.");
    private readonly Option<double> _from = SharedOptions.Number("--from", 1e-7, "The first rate.");
    private readonly Option<double> _to = SharedOptions.Number("--to", 10, "The last rate; those between rise by equal factors.");
    private readonly Option<int> _trialSteps = SharedOptions.Count("--trial-steps", 150, 100_000,
        "Steps, at most, to train with each of eleven rates: the longer the training to come, the more.");
    private readonly Option<int> _batchSize = SharedOptions.BatchSize(512, "Images a step.");
    private readonly Option<double> _momentum = SharedOptions.Number("--momentum",
        "The share of the last step in the next; beta1 of adam. Usually 0 for sgd and rmsprop, 0.9 for adam.");
    private readonly Option<string> _init = SharedOptions.Init();
    private readonly Option<long> _seed = SharedOptions.Seed(42, "Of the first weights and of the order of the images.");
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<string> _folder = SharedOptions.Data();
    private readonly Option<Size2?> _size = SharedOptions.Size();
    private readonly Option<string> _resize = SharedOptions.Resize();
    private readonly Option<int> _memory = SharedOptions.Memory();
    private readonly Option<string> _cache = SharedOptions.Cache();
    private readonly Option<bool> _coarse = SharedOptions.Coarse();
    private readonly Option<string> _normalize = SharedOptions.Normalize();
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var options = new FindLrCommand();
        var command = new Command("find-lr",
            "Try ever larger learning rates on a new model, and train a little with each of those that it bears; print the losses, and which rate to "
            + "train with. For pictures of your own, model and batch size are those that train would choose.")
        {
            options._model, options._optimizer, options._steps, options._from, options._to, options._trialSteps, options._batchSize,
            options._momentum, options._init, options._seed, options._threads, options._folder, options._size, options._resize,
            options._memory, options._cache, options._coarse, options._normalize, options._json,
        };
        command.SetAction(parsed => options.Run(parsed, terminal, cancellation));
        return command;
    }

    private int Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        (double first, double last) = (parsed.GetValue(_from), parsed.GetValue(_to));
        if (parsed.GetValue(_steps) < 2) throw new UsageException("--steps is 1, must be at least 2.");
        if (parsed.GetValue(_trialSteps) is < LearningRateFinder.LeastTrialSteps and var few)
            throw new UsageException($"--trial-steps is {few}, must be at least {LearningRateFinder.LeastTrialSteps}.");
        if (!(first > 0 && last > first)) throw new UsageException(string.Create(null,
            $"--from is {first} and --to {last}, must be above 0 and rise."));
        string optimizerName = parsed.GetValue(_optimizer)!;
        double momentum = SaidOptions.IsSaid(parsed, _momentum) ? parsed.GetValue(_momentum)
            : OptimizerSettings.UsualMomentum(optimizerName, ScheduleSettings.Names[0]);
        OptimizerSettings steps = new OptimizerSettings(optimizerName, first, momentum, 0, 0, false, false, null).Checked();
        var pictures = new PictureSettings(parsed.GetValue(_size), parsed.GetValue(_resize)!, parsed.GetValue(_memory))
        {
            Cache = parsed.GetValue(_cache), Coarse = parsed.GetValue(_coarse),
        };
        TrainingData data = TrainingData.Load(parsed.GetValue(_folder)!, pictures);
        using var interrupt = new Interrupt(cancellation);
        foreach (string warning in data.Warnings) terminal.Notice($"note: {warning}");
        foreach (string line in data.Summary) terminal.Diagnose(line);
        TrainingChoice? choice = data.IsLikeMnist ? null : TrainingChoice.For(data.Train.Count, data.Train.ClassNames!.Count);
        var task = LearningTask.Of(data.Train.Targets is null ? LearningTask.OneLabel : LearningTask.ManyLabels);
        string model = choice is null || SaidOptions.IsSaid(parsed, _model) ? parsed.GetValue(_model)! : choice.Model;
        string typed = ShellWord.Quoted(SaidOptions.IsSaid(parsed, _model) ? parsed.GetResult(_model)!.Tokens[0].Value : model);
        int batchSize = choice is null || SaidOptions.IsSaid(parsed, _batchSize) ? parsed.GetValue(_batchSize) : choice.BatchSize;
        long start = parsed.GetValue(_seed);
        string normalize = parsed.GetValue(_normalize)!;
        Model<float> built = NamedModel.Build<float>(model, data.Train.ImageShape, task.Outputs(data.Train), parsed.GetValue(_threads));
        built.Initialize(SharedOptions.Initializations[parsed.GetValue(_init)!], start);
        var batches = new BatchSampler<float>(data.Train, PixelSettings.Of(normalize, data.Train), batchSize, shuffle: true,
            new RandomGenerator(start));
        var learner = new Learner<float>(built, task.Loss(labelSmoothing: 0), steps.Create(built, parsed.GetValue(_threads)), batches);
        LearningRateSearch search = LearningRateFinder.Find(learner, parsed.GetValue(_steps), first, last, cancellation: interrupt.Token);
        LearningRateTrials? trials = search.HasSuggestion && !interrupt.Token.IsCancellationRequested
            ? LearningRateFinder.Try(learner, search.TrialRates, parsed.GetValue(_trialSteps), interrupt.Token) : null;
        if (interrupt.Token.IsCancellationRequested)
        {
            terminal.Notice("interrupted: there is no suggestion yet");
            return interrupt.ExitCode;
        }
        if (search.Rates.Count == 0) throw new InvalidDataException(string.Create(null,
            $"the loss is not finite before any step, with weights of --init {parsed.GetValue(_init)}"));
        if (trials is null) throw new InvalidDataException(string.Create(null,
            $"the loss is not finite after the first step, with the rate --from {first}. Start lower."));
        if (!trials.HasSuggestion) throw new InvalidDataException(string.Create(null,
            $"no rate from --from {first} on was borne for {parsed.GetValue(_trialSteps)} steps. Start lower."));
        string train = string.Create(CultureInfo.InvariantCulture,
            $"scratch train --model {typed} --batch-size {batches.BatchSize} --optimizer {optimizerName} --momentum {momentum} "
            + $"--init {parsed.GetValue(_init)} --seed {start} --data {ShellWord.Quoted(parsed.GetValue(_folder)!)}{pictures.Arguments} "
            + $"{(normalize == PixelSettings.Words[0] ? "" : $"--normalize {normalize} ")}--lr {trials.Suggestion:G3}");
        FindLrReport report = new(model, search.Rates, search.Losses, search.SmoothedLosses, search.Valley, search.Steepest, trials.Trials,
            trials.Suggestion, train);
        if (parsed.GetValue(_json)) terminal.WriteText(ReportJson.Text(report));
        else Print(report, terminal);
        return ExitCode.Done;
    }

    private static void Print(FindLrReport report, Terminal terminal)
    {
        terminal.WriteLine("     rate      loss  smoothed");
        for (int i = 0; i < report.Rates.Count; i++)
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{report.Rates[i],9:0.00E+00}  {LossText.Of(report.Losses[i]),8}  {LossText.Of(report.SmoothedLosses[i]),8}"));
        foreach (string line in TextCurve.Lines(report.Rates, report.SmoothedLosses, MostTimes * report.SmoothedLosses[0], report.Suggested,
            Math.Clamp(terminal.Columns, LeastWidth, Width), Height)) terminal.WriteText(line);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valley {report.Valley:G3}"));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"steepest {report.Steepest:G3}"));
        terminal.WriteLine("    trial     steps      loss");
        foreach (LearningRateTrial trial in report.Trials)
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{trial.Rate,9:0.00E+00}  {trial.Steps,8}  {LossText.Of(trial.Loss),8}{(trial.IsFinished ? "" : "  given up")}"));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"suggested {report.Suggested:G3}"));
        terminal.WriteText(report.Train);
    }
}

/// <summary>What <c>find-lr</c> prints, as a table or as JSON.</summary>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="Rates">The rates that were tried, rising.</param>
/// <param name="Losses">The loss at each, before the step with it.</param>
/// <param name="SmoothedLosses">The same, smoothed.</param>
/// <param name="Valley">The rate halfway down the longest descent.</param>
/// <param name="Steepest">The rate at which the loss falls fastest.</param>
/// <param name="Trials">What a little training with each of some rates came to.</param>
/// <param name="Suggested">The rate that trains best by those.</param>
/// <param name="Train">The command to train with it.</param>
internal sealed record FindLrReport(
    string Model, IReadOnlyList<double> Rates, IReadOnlyList<double> Losses, IReadOnlyList<double> SmoothedLosses, double Valley, double Steepest,
    IReadOnlyList<LearningRateTrial> Trials, double Suggested, string Train);
