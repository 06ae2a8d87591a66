using Scratch.Tensors;

namespace Scratch.Schedules;

/// <summary>Schedules that count steps, as PyTorch's schedulers do.</summary>
public static class StepSchedule
{
    /// <summary>Always the same.</summary>
    public static Schedule Constant(double value) => (_, _) => value;

    /// <summary>Multiplied by <paramref name="gamma"/> after every <paramref name="stepSize"/> steps: <c>StepLR</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite, or the step size is below 1.</exception>
    public static Schedule Staircase(double start, int stepSize, double gamma = 0.1)
    {
        ShapeGuard.Positive(nameof(StepSchedule), stepSize);
        ShapeGuard.Finite(nameof(StepSchedule), gamma, 0);
        return (step, _) => start * Math.Pow(gamma, step / stepSize);
    }

    /// <summary>Multiplied by <paramref name="gamma"/> after every step: <c>ExponentialLR</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Schedule Exponential(double start, double gamma) => Staircase(start, 1, gamma);

    /// <summary>Down on half a wave of the cosine over <paramref name="half"/> steps, then up again over as many, and so on:
    /// <c>CosineAnnealingLR</c>.</summary>
    /// <param name="start">The largest value.</param>
    /// <param name="half">Steps from the largest to the smallest, PyTorch's <c>T_max</c>.</param>
    /// <param name="end">The smallest value.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps.</exception>
    public static Schedule CosineAnnealing(double start, int half, double end = 0)
    {
        ShapeGuard.Positive(nameof(StepSchedule), half);
        return (step, _) => end + (start - end) * (1 + Math.Cos(Math.PI * step / half)) / 2;
    }

    /// <summary>Before a schedule some steps on a straight line up to its first value; it then begins with what is left of the training,
    /// which may be nothing.</summary>
    /// <param name="schedule">What follows.</param>
    /// <param name="steps">How many steps to warm up.</param>
    /// <param name="startFactor">The share of the first value to begin with; as in <c>LinearLR</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is negative, or the factor is negative or not finite.</exception>
    public static Schedule AfterWarmUp(this Schedule schedule, int steps, double startFactor = 1.0 / 3)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ShapeGuard.NotNegative(nameof(StepSchedule), steps);
        ShapeGuard.Finite(nameof(StepSchedule), startFactor, 0);
        return (step, all) => step < steps
            ? schedule(0, Math.Max(all - steps, 1)) * (startFactor + (1 - startFactor) * step / steps)
            : schedule(step - steps, Math.Max(all - steps, 1));
    }
}
