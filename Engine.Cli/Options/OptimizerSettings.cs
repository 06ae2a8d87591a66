using Scratch.Models;
using Scratch.Optimizers;

namespace Scratch.Cli;

/// <summary>What the command line says about steps.</summary>
/// <param name="Name">One of <see cref="Names"/>.</param>
/// <param name="LearningRate">The length of a step; the largest where a schedule changes it.</param>
/// <param name="Momentum">The share of the last step in the next; beta1 of the Adams.</param>
/// <param name="Dampening">How much less of the gradient goes into the velocity.</param>
/// <param name="WeightDecay">The pull of every weight to zero.</param>
/// <param name="SpareNorms">Whether biases and the scales of norms are left out of it.</param>
/// <param name="Nesterov">Whether to look ahead along the velocity.</param>
/// <param name="ClipNorm">The largest length of the gradient; any if null.</param>
internal sealed record OptimizerSettings(
    string Name, double LearningRate, double Momentum, double Dampening, double WeightDecay, bool SpareNorms, bool Nesterov, double? ClipNorm)
{
    private const double UsualBeta = 0.9;

    /// <summary>The words, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sgd", "adam", "adamw", "rmsprop"];

    private bool IsSgd => Name == Names[0];

    /// <summary>What is not said: a rate and a momentum that usually work, and that go together.</summary>
    public static double UsualLearningRate(string name, string schedule) => (name, schedule) switch
    {
        ("sgd", "lesson-cosine") => 1,
        ("sgd", _) => 0.4,
        (_, "one-cycle") => 0.01,
        _ => 0.001,
    };

    /// <summary>As <see cref="UsualLearningRate"/>.</summary>
    public static double UsualMomentum(string name, string schedule) => (name, schedule) switch
    {
        ("sgd", "one-cycle") => UsualBeta,
        ("adam" or "adamw", _) => UsualBeta,
        _ => 0,
    };

    /// <summary>The optimiser.</summary>
    /// <param name="model">Whose parameters it steps.</param>
    /// <param name="threads">How many threads compute.</param>
    /// <param name="tuning">Which of them are stepped differently; none if null.</param>
    public Optimizer<float> Create(Model<float> model, int threads, FineTuning? tuning = null)
    {
        IReadOnlyList<ParameterGroup<float>> groups = (tuning ?? FineTuning.None).Groups(model, SpareNorms);
        return Name switch
        {
            "adam" => new Adam<float>(model.ParameterVector, LearningRate, Momentum, weightDecay: WeightDecay) { Groups = groups, Threads = threads },
            "adamw" => new AdamW<float>(model.ParameterVector, LearningRate, Momentum, weightDecay: WeightDecay) { Groups = groups, Threads =
                threads },
            "rmsprop" => new RmsProp<float>(model.ParameterVector, LearningRate, weightDecay: WeightDecay, momentum: Momentum) { Groups = groups,
                Threads = threads },
            _ => new Sgd<float>(model.ParameterVector, LearningRate, Momentum, Dampening, WeightDecay, Nesterov) { Groups = groups, Threads =
                threads },
        };
    }

    /// <summary>The same, if it can be.</summary>
    /// <exception cref="UsageException">Two things do not go together.</exception>
    public OptimizerSettings Checked()
    {
        if (Nesterov && (!IsSgd || Momentum == 0 || Dampening != 0))
            throw new UsageException("--nesterov needs --optimizer sgd, a --momentum above 0 and no --dampening.");
        if (Dampening != 0 && !IsSgd) throw new UsageException($"--dampening needs --optimizer sgd, and it is {Name}.");
        if (Momentum >= 1 && !IsSgd) throw new UsageException($"--momentum is {SharedOptions.Text(Momentum)}, must be below 1 for {Name}.");
        return this;
    }
}
