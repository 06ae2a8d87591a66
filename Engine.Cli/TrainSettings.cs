namespace Scratch.Cli;

/// <summary>Everything that the command line says about a training.</summary>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="Epochs">How often every image is seen.</param>
/// <param name="BatchSize">Images a step; validation takes twice as many at a time.</param>
/// <param name="LearningRate">The length of a step.</param>
/// <param name="Momentum">The share of the last step in the next.</param>
/// <param name="Dampening">How much less of the gradient goes into the velocity.</param>
/// <param name="WeightDecay">The pull of every weight to zero.</param>
/// <param name="Nesterov">Whether to look ahead along the velocity.</param>
/// <param name="Init">How the weights of convolutions start: a word of <see cref="SharedOptions.Initializations"/>.</param>
/// <param name="Seed">Of the first weights, and of the order of the images.</param>
/// <param name="Threads">How many threads compute.</param>
/// <param name="Data">The folder of the images.</param>
/// <param name="TrainSize">How many of the images to train with; all if null.</param>
/// <param name="Out">The folder to write to; none if null.</param>
internal sealed record TrainSettings(
    string Model, int Epochs, int BatchSize, double LearningRate, double Momentum, double Dampening, double WeightDecay, bool Nesterov, string Init,
    long Seed, int Threads, string Data, int? TrainSize, string? Out)
{
    /// <summary>Images per validation batch: nothing is kept for a backward pass, so there is room for twice as many.</summary>
    public int ValidBatchSize => 2 * BatchSize;
}
