using Scratch.Tensors;

namespace Scratch.Schedules;

/// <summary>From one number to another, over positions 0 to 1: the course's <c>sched_lin</c>, <c>sched_cos</c>, <c>sched_no</c>,
/// <c>sched_exp</c> and <c>combine_scheds</c>.</summary>
/// <remarks>
/// <code>Anneal.Combine([0.3, 0.7], [Anneal.Cosine(0.3, 0.6), Anneal.Cosine(0.6, 0.2)])</code>
/// Source: fast.ai, "Deep learning from the foundations", notebook 05_anneal, 2019.
/// </remarks>
public static class Anneal
{
    /// <summary>On a straight line.</summary>
    public static Func<double, double> Linear(double start, double end) => position => start + position * (end - start);

    /// <summary>On half a wave of the cosine: slow, fast, slow.</summary>
    public static Func<double, double> Cosine(double start, double end) => position =>
        start + (1 + Math.Cos(Math.PI * (1 - position))) * (end - start) / 2;

    /// <summary>Stays at the start until the very end.</summary>
    public static Func<double, double> Constant(double start) => _ => start;

    /// <summary>By the same factor over equal distances.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of the two is not above zero.</exception>
    public static Func<double, double> Exponential(double start, double end)
    {
        ShapeGuard.Above("Anneal", start, 0);
        ShapeGuard.Above("Anneal", end, 0);
        return position => start * Math.Pow(end / start, position);
    }

    /// <summary>One after the other, each over its share of the way and run through from its 0 to its 1.</summary>
    /// <param name="shares">One for each part; their sum is 1.</param>
    /// <param name="parts">What is run through.</param>
    /// <exception cref="ArgumentException">There are not as many shares as parts, one is negative, or their sum is not 1.</exception>
    public static Func<double, double> Combine(IReadOnlyList<double> shares, IReadOnlyList<Func<double, double>> parts)
    {
        if (shares.Count != parts.Count || parts.Count == 0)
            throw new ArgumentException($"Anneal: {shares.Count} shares for {parts.Count} parts. Give every part one.", nameof(shares));
        foreach (double share in shares) ShapeGuard.Finite("Anneal", share, 0);
        if (Math.Abs(shares.Sum() - 1) > 1e-9)
            throw new ArgumentException(string.Create(null, $"Anneal: the shares add up to {shares.Sum()}, must be 1."), nameof(shares));
        return position =>
        {
            double start = 0;
            int i = 0;
            for (; i < parts.Count - 1 && position >= start + shares[i]; i++) start += shares[i];
            return parts[i](shares[i] == 0 ? 1 : Math.Min((position - start) / shares[i], 1));
        };
    }

    /// <summary>Over the whole training: position 0 at the first step, 1 after the last.</summary>
    public static Schedule OverTraining(this Func<double, double> anneal) => (step, steps) => anneal(step <= 0 ? 0 : step >= steps ? 1
        : (double)step / steps);
}
