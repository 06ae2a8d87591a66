using System.CommandLine;

namespace Scratch.Cli;

/// <summary><c>scratch train</c>: its options, and how they become <see cref="TrainSettings"/>.</summary>
internal static class TrainCommand
{
    private const int MostEpochs = 10_000;                                   // the memory of the telemetry is taken before training

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = SharedOptions.Model();
        var epochs = SharedOptions.Count("--epochs", 3, MostEpochs, "How often every image is seen.");
        var batchSize = SharedOptions.BatchSize(512, "Images a step.");
        var learningRate = SharedOptions.Number("--lr", 0.4, "Learning rate: the length of a step.");
        var momentum = SharedOptions.Number("--momentum", 0, "The share of the last step in the next.");
        var dampening = SharedOptions.Number("--dampening", 0, "How much less of the gradient goes into the momentum.");
        var weightDecay = SharedOptions.Number("--weight-decay", 0, "The pull of every weight to zero.");
        var nesterov = new Option<bool>("--nesterov") { Description = "Step along the momentum to come; needs --momentum, and no --dampening." };
        var init = SharedOptions.Init();
        var seed = SharedOptions.Seed(42, "Of the first weights and of the order of the images.");
        var threads = SharedOptions.Threads();
        var data = SharedOptions.Data();
        var trainSize = SharedOptions.Count("--train-size", 0, int.MaxValue, "Train with the first N images only.");
        trainSize.DefaultValueFactory = null;                                // all of them: their number is known only when the files are read
        var output = SharedOptions.Folder("--out", "", "Write model.safetensors and train.json into this folder.");
        output.DefaultValueFactory = null;
        var command = new Command("train", "Train a model and print what every epoch came to; Ctrl-C stops, and keeps the finished epochs.")
        {
            model, epochs, batchSize, learningRate, momentum, dampening, weightDecay, nesterov, init, seed, threads, data, trainSize, output,
        };
        command.SetAction(parsed =>
        {
            TrainSettings settings = new(
                parsed.GetValue(model)!, parsed.GetValue(epochs), parsed.GetValue(batchSize), parsed.GetValue(learningRate), parsed.GetValue(momentum),
                parsed.GetValue(dampening), parsed.GetValue(weightDecay), parsed.GetValue(nesterov), parsed.GetValue(init)!, parsed.GetValue(seed),
                parsed.GetValue(threads), parsed.GetValue(data)!, parsed.GetResult(trainSize) is null ? null : parsed.GetValue(trainSize), parsed.GetValue(output));
            if (settings.Nesterov && (settings.Momentum == 0 || settings.Dampening != 0))
                throw new UsageException("--nesterov needs a --momentum above 0 and no --dampening.");
            return new TrainingRun(settings, terminal).Run(cancellation);
        });
        return command;
    }
}
