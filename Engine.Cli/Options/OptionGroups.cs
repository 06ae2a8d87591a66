namespace Scratch.Cli;

/// <summary>Which options help shows together: by their names, which mean the same in every command.</summary>
internal static class OptionGroups
{
    /// <summary>Every group in its order, with the options in it; a test says which option is missing.</summary>
    public static IReadOnlyList<(string Heading, IReadOnlyList<string> Options)> All { get; } =
    [
        ("Model", ["--model", "--image", "--classes", "--init", "--dropout"]),
        ("Training",
        [
            "--recipe", "--task", "--epochs", "--optimizer", "--lr", "--momentum", "--nesterov", "--dampening", "--weight-decay", "--spare-norms",
            "--clip-norm", "--accumulate", "--schedule", "--warm-up", "--label-smoothing", "--class-weights", "--ema", "--swa", "--patience",
            "--monitor", "--folds", "--steps", "--from", "--to", "--trial-steps", "--freeze", "--unfreeze", "--lr-factors", "--resume",
        ]),
        ("Data",
        [
            "--data", "--coarse", "--size", "--resize", "--normalize", "--augment", "--views", "--batch-size", "--last-batch", "--train-size",
            "--canvases", "--memory", "--cache",
        ]),
        ("Serving", ["--host", "--port"]),
        ("Computing",
        [
            "--threads", "--convolution", "--filter", "--seconds", "--algorithms", "--sweep", "--calibrate", "--cases", "--sample", "--accuracy",
            "--seed",
        ]),
        ("Output",
        [
            "--out", "--overwrite", "--checkpoint", "--every", "--metrics", "--no-telemetry", "--train", "--top", "--columns", "--places", "--time",
            "--scaling", "--list", "--html", "--open", "--quiet", "--json", "--csv", "--verbose", "--version", "--help",
        ]),
    ];
}
