namespace Scratch.Training;

/// <summary>What a little training with one learning rate came to.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="Steps">How many steps it was tried for.</param>
/// <param name="Loss">The mean loss of the second half of its steps; of its last ones where it was given up; infinite where the loss was.</param>
/// <param name="IsFinished">Whether it had all its steps.</param>
public sealed record LearningRateTrial(double Rate, int Steps, double Loss, bool IsFinished);

/// <summary>What a little training with each of some learning rates came to; see <see cref="LearningRateFinder.Try"/>.</summary>
/// <param name="FirstLoss">The loss before the first step, the same for all.</param>
/// <param name="Trials">In the order of the rates.</param>
public sealed record LearningRateTrials(double FirstLoss, IReadOnlyList<LearningRateTrial> Trials)
{
    // A loss so much above the least is as good: a tenth of it and of the way to it, or a hundredth of the first.
    private const double AsGood = 0.1, AsGoodOfFirst = 0.01;

    /// <summary>Whether there is something to suggest: a trial that had all its steps.</summary>
    public bool HasSuggestion => Trials.Any(trial => trial.IsFinished);

    /// <summary>The rate to train with: in the middle, by their logarithms, of those whose loss is the least, or at most a tenth of it and
    /// of the way down to it above, or a hundredth of the first loss: where all fall near zero, the rest is chance.</summary>
    /// <exception cref="InvalidOperationException">It has no suggestion.</exception>
    public double Suggestion
    {
        get
        {
            LearningRateTrial[] finished = [.. Trials.Where(trial => trial.IsFinished)];
            if (finished.Length == 0)
                throw new InvalidOperationException($"LearningRateTrials: none of {Trials.Count} rates was borne for all steps. Try lower ones.");
            double least = finished.Min(trial => trial.Loss);
            double most = least + Math.Max(AsGood * Math.Min(least, FirstLoss - least), AsGoodOfFirst * Math.Abs(FirstLoss));
            return Math.Exp(finished.Where(trial => trial.Loss <= most).Average(trial => Math.Log(trial.Rate)));
        }
    }

    /// <summary>How many rates, and what they suggest.</summary>
    public override string ToString() =>
        string.Create(null, $"{Trials.Count} rates tried{(HasSuggestion ? string.Create(null, $": {Suggestion:G3}") : "")}");
}
