using Scratch.Tensors;

namespace Scratch.Schedules;

/// <summary>The learning rate up and down once over the whole training, and the momentum down and up against it: <c>OneCycleLR</c>.</summary>
/// <remarks>
/// From maxRate / divFactor up to maxRate over the first share of the steps, then down to the first rate / finalDivFactor at the last step; in three
/// phases down to the first rate over as many steps as it went up, then on to the last. In PyTorch's words and defaults.
/// Source: Smith and Topin, "Super-convergence", 2018. Use: <c>new ScheduleCallback&lt;float&gt;(cycle.LearningRate, cycle.Momentum)</c>.
/// </remarks>
public sealed class OneCycle
{
    private readonly double _share;
    private readonly bool _threePhase;
    private readonly Func<double, double> _fromZeroToOne;
    private readonly double _startRate, _maxRate, _endRate, _baseMomentum, _maxMomentum;

    /// <summary>One cycle.</summary>
    /// <param name="maxRate">The largest learning rate.</param>
    /// <param name="share">The share of the steps that it rises in, PyTorch's <c>pct_start</c>.</param>
    /// <param name="linear">Whether on straight lines, rather than on half waves of the cosine.</param>
    /// <param name="baseMomentum">The momentum at the largest rate.</param>
    /// <param name="maxMomentum">The momentum at the start and at the end.</param>
    /// <param name="divFactor">The largest rate over the first.</param>
    /// <param name="finalDivFactor">The first rate over the last.</param>
    /// <param name="threePhase">Whether to come down to the first rate before going on to the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite, a factor is zero, or the share is none.</exception>
    public OneCycle(double maxRate, double share = 0.3, bool linear = false, double baseMomentum = 0.85, double maxMomentum = 0.95, double divFactor =
        25,
        double finalDivFactor = 1e4, bool threePhase = false)
    {
        ShapeGuard.Finite(nameof(OneCycle), maxRate, 0);
        ShapeGuard.Share(nameof(OneCycle), share);
        ShapeGuard.Finite(nameof(OneCycle), baseMomentum, 0);
        ShapeGuard.Finite(nameof(OneCycle), maxMomentum, 0);
        ShapeGuard.Above(nameof(OneCycle), divFactor, 0);
        ShapeGuard.Above(nameof(OneCycle), finalDivFactor, 0);
        (_share, _threePhase, _maxRate, _baseMomentum, _maxMomentum) = (share, threePhase, maxRate, baseMomentum, maxMomentum);
        (_startRate, _endRate) = (maxRate / divFactor, maxRate / divFactor / finalDivFactor);
        _fromZeroToOne = linear ? Anneal.Linear(0, 1) : Anneal.Cosine(0, 1);
    }

    /// <summary>The learning rate of a step; beyond the last it stays.</summary>
    public double LearningRate(int step, int steps) => At(step, steps, _startRate, _maxRate, _threePhase ? _startRate : _endRate, _endRate);

    /// <summary>The momentum of a step.</summary>
    public double Momentum(int step, int steps) => At(step, steps, _maxMomentum, _baseMomentum, _maxMomentum, _maxMomentum);

    // The steps at which a phase ends are rarely whole; PyTorch counts so.
    private double At(int step, int steps, double start, double top, double down, double end)
    {
        steps = Math.Max(steps, 1);
        step = Math.Clamp(step, 0, steps - 1);
        double last = steps - 1, up = Math.Max(_share * steps - 1, 0), back = _threePhase ? Math.Min(2 * _share * steps - 2, last) : last;
        if (step <= up) return Between(step, 0, up, start, top);
        if (step <= back || !_threePhase) return Between(step, up, back, top, down);
        return Between(step, back, last, down, end);
    }

    private double Between(double step, double first, double last, double start, double end) =>
        start + (end - start) * _fromZeroToOne(last > first ? Math.Clamp((step - first) / (last - first), 0, 1) : 1);
}
