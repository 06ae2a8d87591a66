using System.Numerics;
using Scratch.Data;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Training;

// Which rate trains best: each is tried for some steps.
public static partial class LearningRateFinder
{
    /// <summary>The fewest steps of a trial: it has six pieces, after each of which it may be given up.</summary>
    public const int LeastTrialSteps = 6;

    private const double LeastShare = 0.3;                                   // of the best trial's progress, or it is given up
    private const double ClearShare = 0.1;                                   // of the first loss: what it falls by less says nothing yet

    /// <summary>Trains a little with each of some rates, from the same start on the same batches, and sees which comes furthest. Afterwards
    /// everything is as it was; callbacks and observers do not see it.</summary>
    /// <remarks>A trial that has come less than 0.3 as far as the best before it had by then is given up, once that one was a tenth below the first
    /// loss: before, who is ahead is chance. So is one that is a tenth above it. Rates are best tried from low to high: one that is too large may
    /// fall fast to where every answer is a guess, and stay there.</remarks>
    /// <param name="learner">Whose model, optimiser and training batches to try with.</param>
    /// <param name="rates">Which; <see cref="LearningRateSearch.TrialRates"/> by a search before.</param>
    /// <param name="steps">How many steps with each at most. More suit longer trainings.</param>
    /// <param name="cancellation">Stops after the step at hand; trials not finished say so.</param>
    /// <exception cref="ArgumentException">There are no rates.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than six steps, or a rate is not above 0.</exception>
    public static LearningRateTrials Try<T>(Learner<T> learner, IReadOnlyList<double> rates, int steps = 150,
        CancellationToken cancellation = default) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Who = nameof(LearningRateFinder);
        if (rates.Count == 0) throw new ArgumentException($"{Who}: there are no rates to try.", nameof(rates));
        if (steps < LeastTrialSteps)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"{Who}: {steps} steps, it takes at least {LeastTrialSteps}.");
        foreach (double rate in rates) ShapeGuard.Finite(Who, rate, double.Epsilon, nameof(rates));
        Action restore = Remember(learner);
        BlockObserver<T>[] observers = [.. learner.Model.Observers];
        learner.Model.Observers.Clear();
        var best = new double[LeastTrialSteps];
        Array.Fill(best, double.PositiveInfinity);
        List<LearningRateTrial> trials = [];
        double first = double.NaN;
        try
        {
            foreach (double rate in rates)
            {
                if (cancellation.IsCancellationRequested) break;
                trials.Add(Trial(learner, rate, steps, best, ref first, cancellation));
                restore();                                                   // the next begins on the same batches
            }
        }
        finally
        {
            learner.Model.Observers.AddRange(observers);
            restore();
        }
        return new(first, trials);
    }

    private static LearningRateTrial Trial<T>(Learner<T> learner, double rate, int steps, double[] best, ref double first,
        CancellationToken cancellation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Optimizer<T> optimizer = learner.Optimizer;
        Tensor<T>[] outputs = [.. learner.Outputs.Select(output => new Tensor<T>(output.Shape))];
        optimizer.LearningRate = rate;
        learner.Train.Reset();
        double pieceSum = 0, secondHalf = 0;
        int piece = 0, inPiece = 0, halfSteps = 0;
        for (int step = 0; step < steps; step++)
        {
            if (cancellation.IsCancellationRequested) return new(rate, step, double.NaN, IsFinished: false);
            Batch<T> batch = Next(learner.Train);
            double loss = learner.TrainBatch(batch, outputs);
            if (!double.IsFinite(loss)) return new(rate, step, double.PositiveInfinity, IsFinished: false);
            if (step == 0) first = loss;
            optimizer.Step();
            (pieceSum, inPiece) = (pieceSum + loss, inPiece + 1);
            if (step >= steps / 2) (secondHalf, halfSteps) = (secondHalf + loss, halfSteps + 1);
            if ((step + 1) * (long)LeastTrialSteps / steps == piece) continue;
            double mean = pieceSum / inPiece;
            double clear = ClearShare * Math.Abs(first);
            bool isBehind = first - best[piece] > clear && first - mean < LeastShare * (first - best[piece]);
            if (step + 1 < steps && (isBehind || mean - first > clear)) return new(rate, step + 1, mean, IsFinished: false);
            best[piece] = Math.Min(best[piece], mean);
            (pieceSum, inPiece, piece) = (0, 0, piece + 1);
        }
        return new(rate, steps, secondHalf / halfSteps, IsFinished: true);
    }
}
