using Scratch.Schedules;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What the command line says about how the learning rate changes.</summary>
/// <param name="Name">One of <see cref="Names"/>.</param>
/// <param name="WarmUp">Epochs on a straight line up to the first rate.</param>
internal sealed record ScheduleSettings(string Name, double WarmUp)
{
    private const string Plateau = "plateau";
    private const int BearableShare = 10;                                    // of "plateau": a tenth of the epochs
    private const int Stairs = 3;                                            // of "step": two steps down, by a tenth each
    private const double ExponentialEnd = 0.01, MomentumSwing = 0.1;

    /// <summary>The words, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["constant", "cosine", "one-cycle", "step", "exponential", "lesson-cosine", Plateau];

    /// <summary>What each word means, for help.</summary>
    public static string Help => "constant; cosine (down to 0); one-cycle (up and down, the momentum against it); step (a tenth after each third); "
        + "exponential (down to a hundredth); plateau (a tenth whenever a tenth of the epochs brought nothing better); "
        + "lesson-cosine (the course's: 0.2 up to 1 and down to 0.1 of the rate)";

    /// <summary>The schedule as a callback.</summary>
    /// <param name="recorder">Who writes epochs down.</param>
    /// <param name="monitored">What a plateau is of, as the recorder calls it.</param>
    /// <param name="optimizer">Its rate is the largest; its momentum too.</param>
    /// <param name="batches">Batches of an epoch.</param>
    /// <param name="epochs">Epochs of the training.</param>
    public Callback<float> Create(OptimizerSettings optimizer, int batches, int epochs, Recorder<float> recorder, string monitored)
    {
        if (Name == Plateau) return new ReduceOnPlateau<float>(recorder, epochs / BearableShare, monitor: monitored);
        double rate = optimizer.LearningRate;
        if (Name == "one-cycle")
        {
            var cycle = new OneCycle(rate, baseMomentum: Math.Max(optimizer.Momentum - MomentumSwing, 0), maxMomentum: optimizer.Momentum);
            return new ScheduleCallback<float>(cycle.LearningRate, cycle.Momentum);
        }
        Schedule schedule = Name switch
        {
            "cosine" => Anneal.Cosine(rate, 0).OverTraining(),
            "step" => StepSchedule.Staircase(rate, (int)Math.Min(((long)batches * epochs + Stairs - 1) / Stairs, int.MaxValue)),
            "exponential" => Anneal.Exponential(1, ExponentialEnd).OverTraining().Times(rate),
            "lesson-cosine" => Anneal.Combine([0.5, 0.5], [Anneal.Cosine(0.2, 1), Anneal.Cosine(1, 0.1)]).OverTraining().Times(rate),
            _ => StepSchedule.Constant(rate),
        };
        return new ScheduleCallback<float>(WarmUp == 0 ? schedule : schedule.AfterWarmUp((int)Math.Ceiling(WarmUp * batches)));
    }

    /// <summary>The same, if it can be.</summary>
    /// <exception cref="UsageException">The schedule warms up by itself.</exception>
    public ScheduleSettings Checked()
    {
        if (WarmUp > 0 && Name is ("one-cycle" or "lesson-cosine")) throw new UsageException($"--warm-up is of no use with --schedule {Name}, which "
            + "begins with low rates itself.");
        if (WarmUp > 0 && Name == Plateau)
            throw new UsageException($"--warm-up does not go with --schedule {Plateau}, which begins with the full rate.");
        return this;
    }

    /// <summary>Checks that the training is longer than its warming up.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public void CheckEpochs(int epochs)
    {
        if (WarmUp >= epochs)
            throw new UsageException($"--warm-up is {SharedOptions.Text(WarmUp)} epochs, must be less than the {epochs} of the training.");
    }
}

/// <summary>Schedules made for rates up to 1.</summary>
internal static class ScheduleScaling
{
    /// <summary>The same, multiplied by a rate.</summary>
    public static Schedule Times(this Schedule schedule, double rate) => (step, steps) => rate * schedule(step, steps);
}
