using System.Numerics;
using Scratch.Data;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>What a search for a learning rate saw.</summary>
/// <param name="Rates">The rates that were tried, rising.</param>
/// <param name="Losses">The loss at each, before the step with it.</param>
/// <param name="SmoothedLosses">The same, smoothed: the running mean, new losses a tenth, freed of its bias to the start.</param>
/// <remarks>It shows which rates are borne. Which one trains best it does not: each got one step, and on small sets <see cref="Valley"/> and
/// <see cref="Steepest"/> are mostly far off (docs/learning-rates.md). <see cref="LearningRateFinder.Try"/> finds out.</remarks>
public sealed record LearningRateSearch(IReadOnlyList<double> Rates, IReadOnlyList<double> Losses, IReadOnlyList<double> SmoothedLosses)
{
    private const int MostTrials = 11;

    /// <summary>Whether there is something to suggest: two losses at least, for one by itself says nothing of how it changes.</summary>
    public bool HasSuggestion => Rates.Count >= 2;

    /// <summary>The rate at which the smoothed loss falls fastest over the logarithm of the rate, by its two neighbours; the first of only
    /// two.</summary>
    /// <exception cref="InvalidOperationException">It has no suggestion.</exception>
    public double Steepest
    {
        get
        {
            Check();
            int best = 0;
            double most = double.PositiveInfinity;
            for (int i = 1; i + 1 < Rates.Count; i++)                        // rates rise by equal factors, so the step between does not matter
            {
                double slope = SmoothedLosses[i + 1] - SmoothedLosses[i - 1];
                if (slope < most) (best, most) = (i, slope);
            }
            return Rates[best];
        }
    }

    /// <summary>The rate halfway down the longest descent, fast.ai's "valley": of the longest series of ever smaller smoothed losses, halfway between
    /// its start and its end.</summary>
    /// <exception cref="InvalidOperationException">It has no suggestion.</exception>
    public double Valley
    {
        get
        {
            Check();
            int[] lengths = new int[Rates.Count], starts = new int[Rates.Count];
            int end = 0;
            for (int i = 0; i < Rates.Count; i++)
            {
                (lengths[i], starts[i]) = (1, i);
                for (int j = 0; j < i; j++)
                    if (SmoothedLosses[i] < SmoothedLosses[j] && lengths[i] < lengths[j] + 1) (lengths[i], starts[i]) = (lengths[j] + 1, starts[j]);
                if (lengths[i] > lengths[end]) end = i;
            }
            return Rates[(starts[end] + end) / 2];
        }
    }

    /// <summary>Rates worth a trial, rising by the root of ten up to the last that was borne, eleven at most; none below the first.</summary>
    /// <exception cref="InvalidOperationException">It has no suggestion.</exception>
    public IReadOnlyList<double> TrialRates
    {
        get
        {
            Check();
            return [.. Enumerable.Range(1 - MostTrials, MostTrials).Select(i => Rates[^1] * Math.Pow(10, i / 2.0)).Where(rate => rate >= Rates[0])];
        }
    }

    /// <summary>How many rates, and what they suggest.</summary>
    public override string ToString() => string.Create(null, $"{Rates.Count} rates{Found}");

    private string Found => HasSuggestion
        ? string.Create(null, $" from {Rates[0]:G3} to {Rates[^1]:G3}: valley {Valley:G3}, steepest {Steepest:G3}")
        : "";

    private void Check()
    {
        if (!HasSuggestion)
            throw new InvalidOperationException($"LearningRateSearch: the loss was finite at {Rates.Count} of the rates, it takes 2 to suggest one. "
                + "Start lower, or search longer.");
    }
}

/// <summary>Finds out which learning rates a model bears (Smith, "Cyclical learning rates for training neural networks", 2017): it steps with ever
/// larger ones until the loss explodes. Afterwards everything is as it was: model, gradients, optimiser, the batch at hand and those to
/// come.</summary>
public static partial class LearningRateFinder
{
    private const double Smoothing = 0.9;

    /// <summary>Searches. Callbacks and observers do not see it.</summary>
    /// <param name="learner">Whose model, optimiser and training batches to try with.</param>
    /// <param name="steps">How many steps at most.</param>
    /// <param name="from">The first rate.</param>
    /// <param name="to">The last rate; those between rise by equal factors.</param>
    /// <param name="stopAt">At how many times the best smoothed loss to stop.</param>
    /// <param name="cancellation">Stops after the step at hand; what was seen so far is returned.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two steps, or the rates do not rise, or the search would stop at
    /// once.</exception>
    public static LearningRateSearch Find<T>(Learner<T> learner, int steps = 100, double from = 1e-7, double to = 10, double stopAt = 4,
        CancellationToken cancellation = default) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Who = nameof(LearningRateFinder);
        if (steps < 2) throw new ArgumentOutOfRangeException(nameof(steps), steps, $"{Who}: {steps} steps, it takes at least 2.");
        ShapeGuard.Finite(Who, from, double.Epsilon);
        ShapeGuard.Finite(Who, to, double.BitIncrement(from));
        ShapeGuard.Finite(Who, stopAt, 1);
        Model<T> model = learner.Model;
        Action restore = Remember(learner);
        BlockObserver<T>[] observers = [.. model.Observers];
        model.Observers.Clear();
        try
        {
            return Search(learner, steps, from, to, stopAt, cancellation);
        }
        finally
        {
            model.Observers.AddRange(observers);
            restore();
        }
    }

    /// <summary>Everything that steps change, for later.</summary>
    /// <returns>Gives it back; as often as one likes.</returns>
    private static Action Remember<T>(Learner<T> learner) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = learner.Model;
        var state = new ModelState<T>(model);
        Action restoreOptimizer = learner.Optimizer.Remember(), restoreBatches = learner.Train.Remember();
        Tensor<T> gradients = model.ParameterVector.Gradients.Clone();
        long step = model.Step;                                              // what chance decides follows from it
        return () =>
        {
            state.Restore();
            gradients.Span.CopyTo(model.ParameterVector.Gradients.Span);
            model.Step = step;
            restoreOptimizer();
            restoreBatches();
        };
    }

    private static Batch<T> Next<T>(BatchSampler<T> batches) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (batches.MoveNext()) return batches.Current;
        batches.Reset();
        batches.MoveNext();
        return batches.Current;
    }

    private static LearningRateSearch Search<T>(Learner<T> learner, int steps, double from, double to, double stopAt, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<double> rates = [], losses = [], smoothed = [];
        Optimizer<T> optimizer = learner.Optimizer;
        // the learner's own hold those of the batch at hand
        Tensor<T>[] outputs = [.. learner.Outputs.Select(output => new Tensor<T>(output.Shape))];
        double mean = 0, best = double.PositiveInfinity;
        learner.Train.Reset();
        for (int step = 0; step < steps && !cancellation.IsCancellationRequested; step++)
        {
            Batch<T> batch = Next(learner.Train);
            optimizer.LearningRate = from * Math.Pow(to / from, step / (steps - 1.0));
            double loss = learner.TrainBatch(batch, outputs);
            mean = Smoothing * mean + (1 - Smoothing) * loss;
            double smooth = mean / (1 - Math.Pow(Smoothing, step + 1));
            if (!double.IsFinite(smooth)) break;
            rates.Add(optimizer.LearningRate);
            losses.Add(loss);
            smoothed.Add(smooth);
            if (smooth > stopAt * best) break;
            best = Math.Min(best, smooth);
            optimizer.Step();
        }
        return new(rates, losses, smoothed);
    }
}
