using System.CommandLine;
using Scratch.Cli.Reports;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary><c>scratch train</c>: its options, and how they become <see cref="TrainSettings"/>.</summary>
internal sealed class TrainCommand
{
    private const int MostEpochs = 10_000;

    private readonly Option<string> _recipe = SharedOptions.Text("--recipe", "NAME",
        $"Take options that are not given from a recipe: {string.Join(", ", Recipe.All.Select(r => r.Name))} (listed above).");
    private readonly Option<string> _task = SharedOptions.OneOf("--task", LearningTask.Names,
        "What is learned: the one class of each image, or its set of labels: that of a list with several labels an image, or of the "
        + "digits on canvases made of them.");
    private readonly Option<string> _model = SharedOptions.Model();
    private readonly Option<double> _dropout = SharedOptions.Share("--dropout",
        "The share of the last features that each step of training leaves out.");
    private readonly Option<int> _epochs = SharedOptions.Count("--epochs", 3, MostEpochs, "How often every image is seen.");
    private readonly Option<int> _batchSize = SharedOptions.BatchSize(512, "Images a step.");
    private readonly Option<string> _lastBatch = SharedOptions.OneOf("--last-batch", TrainSettings.LastBatches,
        "Images at the end of an epoch that fill no batch: join (a batch, but a single one goes into the batch before), keep (a batch), or drop.");
    private readonly Option<string> _optimizer = SharedOptions.OneOf("--optimizer", OptimizerSettings.Names, "How gradients become steps.");
    private readonly Option<double> _learningRate = SharedOptions.Number("--lr",
        "Learning rate: the (largest) length of a step. Usually 0.4 for sgd (1 with lesson-cosine), else 0.001 (0.01 with one-cycle).");
    private readonly Option<double> _momentum = SharedOptions.Number("--momentum",
        "The share of the last step in the next; beta1 of adam. Usually 0 for sgd and rmsprop, 0.9 for adam and for sgd with one-cycle.");
    private readonly Option<double> _dampening = SharedOptions.Number("--dampening", 0,
        "How much less of the gradient goes into the momentum of sgd.");
    private readonly Option<double> _weightDecay = SharedOptions.Number("--weight-decay", 0, "The pull of every weight to zero.");
    private readonly Option<bool> _spareNorms = new("--spare-norms") { Description =
        "Leave biases and the scales of norms out of the weight decay." };
    private readonly Option<bool> _nesterov =
        new("--nesterov") { Description = "Step along the momentum to come; needs sgd, a momentum, and no --dampening." };
    private readonly Option<double> _clipNorm = SharedOptions.Number("--clip-norm", "Shorten gradients that are longer than this.");
    private readonly Option<string> _schedule = SharedOptions.OneOf("--schedule", ScheduleSettings.Names,
        $"How the learning rate changes: {ScheduleSettings.Help}.");
    private readonly Option<double> _warmUp = SharedOptions.Number("--warm-up", 0,
        "Epochs, or parts of one, on a line up to the first learning rate.");
    private readonly Option<double> _labelSmoothing = SharedOptions.Share("--label-smoothing",
        "The share of the target that goes to all classes alike.");
    private readonly Option<string> _augment = SharedOptions.Augment();
    private readonly Option<string> _normalize = SharedOptions.Normalize();
    private readonly Option<string> _init = SharedOptions.Init();
    private readonly Option<long> _seed = SharedOptions.Seed(42, "Of the first weights, of the order of the images, and of how they are changed.");
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<string> _convolution = SharedOptions.Convolution();
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<Size2?> _size = SharedOptions.Size();
    private readonly Option<string> _resize = SharedOptions.Resize();
    private readonly Option<int> _memory = SharedOptions.Memory();
    private readonly Option<string> _cache = SharedOptions.Cache();
    private readonly Option<bool> _coarse = SharedOptions.Coarse();
    private readonly Option<int> _trainSize = SharedOptions.Count("--train-size", int.MaxValue, "Train with the first N images only.");
    private readonly Option<int> _canvases = SharedOptions.Count("--canvases", 20_000, SharedOptions.MostImages,
        "With --task multi-label: how many canvases to train with; half as many each to validate and to test with.");
    private readonly Option<bool> _noTelemetry = new("--no-telemetry") { Description = "Do not measure the outputs of every layer." };
    private readonly Option<string> _output = SharedOptions.Folder("--out",
        "Write model.safetensors and train.json into this folder, anew after every epoch, and at the end report.html.");
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace what an earlier training wrote into that folder." };
    private readonly Option<bool> _open = new(PageOpener.Option) { Description = "With --out: show that report in the browser." };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Print only what came of it: no epochs, no progress." };
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print JSON, for programs to read: an object on a line as each epoch ends, and one for the run at the end.",
    };
    private readonly ExtraOptions _extras = new();
    private readonly FineTuningOptions _tuning = new();
    private readonly CheckpointOptions _checkpoints = new();

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var options = new TrainCommand();
        Command command = options.Build();
        command.SetAction(parsed =>
        {
            TrainSettings SettingsOf(ParseResult other) => options.Settings(command, other, "");
            parsed = options._checkpoints.WithSaved(parsed, SettingsOf, terminal.Notice, out SavedState? from);
            TrainSettings settings = SettingsOf(parsed);                     // what is wrong with it is said before anything is read
            (TrainSettings, string)? Choose(TrainingData data) => options.Chosen(parsed, data) is { Length: > 0 } chosen
                ? (options.Settings(command, parsed, chosen), CommandLineOf(parsed, chosen)) : null;
            settings = settings with { Checkpoints = settings.Checkpoints with { From = from } };
            bool opens = parsed.GetValue(options._open);
            if (opens && settings.Out is null) throw new UsageException($"{PageOpener.Option} needs --out.");
            int code = settings.Extras.Folds is null ? new TrainingRun(settings, terminal, Choose).Run(cancellation)
                : new FoldedRun(settings, terminal, Choose).Run(cancellation);
            if (opens && code == ExitCode.Done) PageOpener.Open(Path.Combine(settings.Out!, RunFile.Page), terminal);
            return code;
        });
        return command;
    }

    private Command Build()
    {
        Command command = Own();
        foreach (Option option in _extras.All.Concat(_tuning.All).Concat(_checkpoints.All)) command.Add(option);
        return command;
    }

    private Command Own() => new("train", "Train a model and print what every epoch came to; Ctrl-C stops, and keeps the finished epochs. "
        + $"For pictures of your own, options that are not given are chosen by how many there are, and printed.\n\nRecipes:{Recipe.Help}")
    {
        _recipe, _task, _model, _dropout, _epochs, _batchSize, _lastBatch, _optimizer, _learningRate, _momentum, _dampening, _weightDecay,
            _spareNorms,
        _nesterov, _clipNorm, _schedule, _warmUp, _labelSmoothing, _augment, _normalize, _init, _seed, _threads, _convolution, _data, _size, _resize,
        _memory, _cache, _coarse, _trainSize, _canvases, _noTelemetry, _output, _overwrite, _open, _quiet, _json,
    };

    private string? RecipeOf(ParseResult parsed) =>
        parsed.GetValue(_recipe)
        ?? (parsed.GetValue(_task) == LearningTask.ManyLabels && !TrainingData.IsList(parsed.GetValue(_data)!) ? Recipe.ManyLabels : null);

    /// <summary>Options that are not said, chosen from the number of images and classes; nothing where they are MNIST's or the like, grey and
    /// nameless: with those, no option is the lesson's run.</summary>
    private string Chosen(ParseResult parsed, TrainingData data)
    {
        if (RecipeOf(parsed) is not null || data.IsLikeMnist) return "";
        var choice = TrainingChoice.For(data.Train.Count, data.Train.ClassNames!.Count);
        List<string> words = [];
        void Add(Option option, string value)
        {
            if (!SaidOptions.IsSaid(parsed, option)) words.Add($"{option.Name} {value}");
        }
        if (data.Train.Targets is not null) Add(_task, LearningTask.ManyLabels);
        if (_tuning.From(parsed) is null) Add(_model, choice.Model);
        Add(_epochs, SharedOptions.Text(choice.Epochs));
        Add(_batchSize, SharedOptions.Text(choice.BatchSize));
        Option[] steps = [_optimizer, _learningRate, _momentum, _dampening, _weightDecay, _nesterov, _schedule, _warmUp];
        if (!steps.Any(option => SaidOptions.IsSaid(parsed, option)))
            words.Add($"--optimizer adamw --schedule one-cycle --lr {SharedOptions.Text(choice.LearningRate)}");
        if (choice.Shift > 0)
        {
            Add(_augment, $"shift={SharedOptions.Text(choice.Shift)},rotate={SharedOptions.Text(choice.Degrees)},"
                + $"scale={SharedOptions.Text(choice.Scale)}");
        }
        return string.Join(' ', words);
    }

    private static string CommandLineOf(ParseResult parsed, string chosen) =>
        $"scratch {string.Join(' ', parsed.Tokens.Select(token => ShellWord.Quoted(token.Value)))} {chosen}".TrimEnd();

    private TrainSettings Settings(Command command, ParseResult parsed, string chosen)
    {
        string? recipe = RecipeOf(parsed);
        ParseResult fallback = recipe is not null ? command.Parse(Recipe.Named(recipe).Options) : chosen.Length > 0 ? command.Parse(chosen) : parsed;
        var said = new SaidOptions(parsed, fallback);
        bool Said(Option option) => SaidOptions.IsSaid(parsed, option);
        T? Of<T>(Option<T> option) => said.Of(option);
        T? IfSaid<T>(Option<T> option) where T : struct => said.IfSaid(option);

        ModelNotes? before = _tuning.From(parsed) is { } file ? ModelNotes.Read(file, checkpointToo: true) : null;
        string model = before?.Model is { } named && !Said(_model) ? named : Of(_model)!;
        Size2? sizeBefore = before?.Image is { } image ? new Size2(image[1], image[2]) : null;
        var (optimizer, schedule) = (Of(_optimizer)!, Of(_schedule)!);
        TrainSettings settings = new TrainSettings(
            Of(_task)!, recipe, model, Of(_dropout), Of(_epochs), Of(_batchSize), Of(_lastBatch)!,
            new(optimizer, IfSaid(_learningRate) ?? OptimizerSettings.UsualLearningRate(optimizer, schedule),
                IfSaid(_momentum) ?? OptimizerSettings.UsualMomentum(optimizer, schedule), Of(_dampening), Of(_weightDecay), Of(_spareNorms),
                    Of(_nesterov), IfSaid(_clipNorm)),
            new(schedule, Of(_warmUp)), Of(_labelSmoothing), Of(_augment)!, Of(_init)!, Of(_seed), Of(_threads), Of(_convolution)!,
            Of(_data)!, new(Of(_size), Of(_resize)!, Of(_memory)) { SizeBefore = sizeBefore, Cache = Of(_cache), Coarse = Of(_coarse) },
            IfSaid(_trainSize), Of(_canvases), !Of(_noTelemetry), Of(_output), Of(_overwrite), Of(_json))
        {
            Normalize = Of(_normalize)!, CommandLine = CommandLineOf(parsed, chosen), Extras = _extras.Of(said), Tuning = _tuning.Of(said),
            Quiet = parsed.GetValue(_quiet),
            Checkpoints = _checkpoints.Of(parsed),
        }.Checked();
        if (fallback != parsed || Said(_epochs)) settings.CheckEpochs();     // else the images may decide how many there are
        return settings;
    }
}
