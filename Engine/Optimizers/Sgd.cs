using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Optimizers;

/// <summary>Stochastic gradient descent: a step down the gradient, optionally
/// with momentum, Nesterov's look ahead, weight decay and dampening.</summary>
/// <remarks>
/// As PyTorch's: g = gradient + weightDecay · w; with momentum v = g at the first step, then v = momentum · v + (1 - dampening) · g, and g becomes v,
/// or g + momentum · v with Nesterov; w = w - learningRate · g. Source: Sutskever et al., "On the importance of initialization and momentum", 2013.
/// </remarks>
public sealed class Sgd<T> : Optimizer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _velocity;
    private T _rate, _momentum, _decay, _undamped;

    /// <summary>Gradient descent in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    /// <exception cref="ArgumentException">Nesterov's without momentum, or with dampening.</exception>
    public Sgd(ParameterVector<T> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate)
    {
        ShapeGuard.Finite(nameof(Sgd<>), momentum, 0);
        ShapeGuard.Finite(nameof(Sgd<>), weightDecay, 0);
        ShapeGuard.Finite(nameof(Sgd<>), dampening, 0);
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException("Sgd: Nesterov's momentum needs a momentum above 0 and a dampening of 0.", nameof(nesterov));
        (Momentum, Dampening, WeightDecay, Nesterov) = (momentum, dampening, weightDecay, nesterov);
    }

    /// <summary>The share of the last velocity in the next.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Momentum
    {
        get;
        set
        {
            ShapeGuard.Finite(nameof(Sgd<>), value, 0, nameof(Momentum));
            field = value;
            if (value != 0) _velocity ??= new(Parameters.Values.Shape);
        }
    }

    /// <summary>How much less of the gradient goes into the velocity.</summary>
    public double Dampening { get; }

    /// <summary>The pull of every weight to zero (L2 penalty).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        set
        {
            ShapeGuard.Finite(nameof(Sgd<>), value, 0, nameof(WeightDecay));
            field = value;
        }
    }

    /// <summary>Whether to step along the velocity to come.</summary>
    public bool Nesterov { get; }

    /// <summary>v, place by place as the parameter vector; none as long as there was no momentum.</summary>
    public Tensor<T>? Velocity => _velocity;

    /// <inheritdoc/>
    protected override void BeginStep()
    {
        (_rate, _momentum, _decay) = (T.CreateTruncating(-LearningRate), T.CreateTruncating(Momentum), T.CreateTruncating(WeightDecay));
        _undamped = StepCount == 0 ? T.One : T.CreateTruncating(1 - Dampening);
    }

    /// <inheritdoc/>
    protected override void Update(int offset, Span<T> value, ReadOnlySpan<T> gradient)
    {
        if (_velocity is null && WeightDecay == 0)
        {
            TensorPrimitives.MultiplyAddEstimate(gradient, _rate, value, value);
            return;
        }
        Span<T> step = stackalloc T[256];                                    // g, for some numbers at a time
        for (int start = 0; start < value.Length; start += step.Length)
        {
            int count = Math.Min(step.Length, value.Length - start);
            Span<T> w = value.Slice(start, count), g = step[..count];
            if (WeightDecay == 0) gradient.Slice(start, count).CopyTo(g);
            else TensorPrimitives.MultiplyAddEstimate(w, _decay, gradient.Slice(start, count), g);
            if (_velocity is not null)
            {
                Span<T> v = _velocity.Span.Slice(offset + start, count);
                TensorPrimitives.Multiply(v, _momentum, v);
                TensorPrimitives.MultiplyAddEstimate(g, _undamped, v, v);
                if (Nesterov) TensorPrimitives.MultiplyAddEstimate(v, _momentum, g, g);
                else v.CopyTo(g);
            }
            TensorPrimitives.MultiplyAddEstimate(g, _rate, w, w);
        }
    }
}
