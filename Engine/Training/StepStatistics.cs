using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Writes down for every training step how long each parameter's gradient was, how far the step moved the parameter, and what is
/// set.</summary>
/// <remarks>
/// Lengths are roots of sums of squares. The gradient is the one that the loss gave, before <see cref="GradientClipping{T}"/>. The ratio of update
/// and weight is |after - before| / |before|: about 0.001 in a training that goes well, by an old rule of thumb. It costs three walks through the
/// parameters and a copy of them; where there are more steps than are to be kept, only those that stay are measured.
/// </remarks>
/// <param name="metric">A number of each batch to write down as well, such as its accuracy; used by nobody else. None if null.</param>
public sealed class StepStatistics<T>(Metric<T>? metric = null) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<double> _momenta = [], _metrics = [];
    private readonly List<List<double>> _gradients = [], _ratios = [];       // [parameter][step]
    private readonly int _mostSteps = 4096;
    private Tensor<T>? _before;
    private double[] _lengths = [];                                          // of the parameters before the step
    private long _steps;
    private bool _looks;

    /// <summary>Before callbacks that change gradients.</summary>
    public override int Order => -5;

    /// <summary>Every how many training steps one is written down, the first included: 1 until there are more than <see cref="MostSteps"/>, then 2, 4
    /// and so on.</summary>
    public long Every { get; private set; } = 1;

    /// <summary>How many steps to keep at most; 4096 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 2.</exception>
    public int MostSteps
    {
        get => _mostSteps;
        init
        {
            ShapeGuard.Positive(nameof(StepStatistics<>), value - 1, nameof(MostSteps));
            _mostSteps = value;
        }
    }

    /// <summary>The optimiser's momentum at each step that was written down.</summary>
    public IReadOnlyList<double> Momenta => _momenta;

    /// <summary>The metric over each of these batches alone; empty without one.</summary>
    public IReadOnlyList<double> Metrics => _metrics;

    /// <summary>The length of the gradient, [parameter][step], parameters in the order of <see cref="ParameterVector{T}"/>.</summary>
    public IReadOnlyList<IReadOnlyList<double>> GradientNorms => _gradients;

    /// <summary>How far the step went, as a share of the parameter's length before it, [parameter][step]; NaN where that length was 0.</summary>
    public IReadOnlyList<IReadOnlyList<double>> UpdateRatios => _ratios;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        ParameterVector<T> vector = learner.Model.ParameterVector;
        while (_gradients.Count < vector.Parameters.Count)
        {
            _gradients.Add([]);
            _ratios.Add([]);
        }
        if (_before is null || _before.Shape != vector.Values.Shape) (_before, _lengths) = (new(vector.Values.Shape), new double[_gradients.Count]);
    }

    /// <summary>Room for one epoch, so that its steps allocate nothing.</summary>
    public override void BeginEpoch(Learner<T> learner)
    {
        int steps = (int)Math.Min(_momenta.Count + learner.Train.Count / Every + 1, MostSteps);
        foreach (List<double> list in _gradients.Concat(_ratios).Append(_momenta).Append(_metrics)) list.EnsureCapacity(steps);
    }

    /// <inheritdoc/>
    public override void AfterBackward(Learner<T> learner)
    {
        long step = _steps++;
        if (step % Every == 0 && _momenta.Count == MostSteps) Thin();
        _looks = step % Every == 0;
        if (!_looks) return;
        ParameterVector<T> vector = learner.Model.ParameterVector;
        vector.Values.Span.CopyTo(_before!.Span);
        _momenta.Add(learner.Optimizer.Momentum);
        if (metric is not null)
        {
            metric.Reset();
            metric.Add(learner.Output, learner.Batch);
            _metrics.Add(metric.Value);
        }
        for (int i = 0; i < _gradients.Count; i++)
        {
            _gradients[i].Add(Math.Sqrt(ParameterVector<T>.SumOfSquares(vector.Parameters[i].Gradient.Span)));
            _lengths[i] = Math.Sqrt(ParameterVector<T>.SumOfSquares(vector.Parameters[i].Value.Span));
        }
    }

    /// <inheritdoc/>
    public override void AfterStep(Learner<T> learner)
    {
        if (!_looks) return;
        IReadOnlyList<Parameter<T>> parameters = learner.Model.ParameterVector.Parameters;
        for (int i = 0; i < _ratios.Count; i++)
        {
            ReadOnlySpan<T> after = parameters[i].Value.Span;
            Span<T> moved = _before!.Span.Slice(parameters[i].Offset, after.Length);
            System.Numerics.Tensors.TensorPrimitives.Subtract(after, moved, moved);
            _ratios[i].Add(_lengths[i] == 0 ? double.NaN : Math.Sqrt(ParameterVector<T>.SumOfSquares(moved)) / _lengths[i]);
        }
    }

    /// <summary>A batch whose step was left out by another callback leaves a place without a ratio.</summary>
    public override void AfterBatch(Learner<T> learner)
    {
        if (!learner.IsTraining || !_looks) return;
        foreach (List<double> ratios in _ratios)
            while (ratios.Count < _momenta.Count) ratios.Add(double.NaN);
        _looks = false;
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        (_steps, Every) = (state.Exchange("steps", _steps), state.Exchange("every", Every));
        state.Exchange("momenta", _momenta);
        state.Exchange("metrics", _metrics);
        for (int i = 0; i < _gradients.Count; i++)
        {
            state.Exchange($"gradient{i}", _gradients[i]);
            state.Exchange($"ratio{i}", _ratios[i]);
        }
    }

    private void Thin()
    {
        Every *= 2;
        foreach (List<double> list in _gradients.Concat(_ratios).Append(_momenta).Append(_metrics)) Recorder<T>.KeepEverySecond(list);
    }
}
