using System.Diagnostics;
using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Losses;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>How long each step of a plan takes: where the time of a batch goes.</summary>
public static class PlanTiming
{
    /// <summary>Runs a model over a batch some times, and says how long each step took on average:
    /// <see cref="PlanDescription.Milliseconds"/>.</summary>
    /// <param name="model">With losses its gradients and running statistics change as in any training step, its parameters do not.</param>
    /// <param name="batch">Images, and with losses what these need.</param>
    /// <param name="losses">For training steps; without, the outputs in use.</param>
    /// <param name="runs">How many are measured, after some that are not.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no run.</exception>
    public static PlanDescription Measure<T>(Model<T> model, Batch<T> batch, Losses<T>? losses, int runs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ShapeGuard.Positive(nameof(PlanTiming), runs);
        Shape[] images = model.ImagesOf(batch);
        int block = Math.Min(batch.Count, Lanes.Count);
        PlanRunner<T> runner = model.NewRunner(images, model.Threads);
        Plan<T> plan = runner.PlanFor(losses is null ? PlanGoal.Infer(block) : PlanGoal.Train(block));
        Tensor<T>[] outputs = [.. plan.Outputs.Select(output => new Tensor<T>(output.Shape.Prepend(batch.Count)))];
        long[] ticks = new long[plan.Steps.Count];
        WarmUp.Of(Run);
        runner.Clock = ticks;
        for (int run = 0; run < runs; run++) Run();
        double perRun = 1000.0 / Stopwatch.Frequency / runs;
        return PlanDescription.Of(plan, images, batch.Count, runner.PreparedBytes) with { Milliseconds = [.. ticks.Select(time => time * perRun)] };

        void Run()
        {
            if (losses is null) runner.Forward(batch, training: false, backwardFollows: false, outputs);
            else runner.Train(batch, losses, outputs);
        }
    }
}
