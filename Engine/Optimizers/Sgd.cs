using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

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

    /// <summary>Gradient descent in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    /// <exception cref="ArgumentException">Nesterov's without momentum, or with dampening.</exception>
    public Sgd(ParameterVector<T> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate, weightDecay)
    {
        ShapeGuard.Finite<T>(nameof(Sgd<>), momentum, 0);
        ShapeGuard.Finite<T>(nameof(Sgd<>), dampening, 0);
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException("Sgd: Nesterov's momentum needs a momentum above 0 and a dampening of 0.", nameof(nesterov));
        (Momentum, Dampening, Nesterov) = (momentum, dampening, nesterov);
    }

    /// <summary>The share of the last velocity in the next.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public override double Momentum
    {
        get;
        set
        {
            ShapeGuard.Finite<T>(nameof(Sgd<>), value, 0, nameof(Momentum));
            field = value;
            if (value != 0) _velocity ??= NewState("momentum_buffer");
        }
    }

    /// <summary>How much less of the gradient goes into the velocity.</summary>
    public double Dampening { get; }

    /// <summary>Whether to step along the velocity to come.</summary>
    public bool Nesterov { get; }

    /// <summary>v, place by place as the parameter vector; none as long as there was no momentum.</summary>
    public Tensor<T>? Velocity => _velocity;

    private protected override void Prepare(SavedState state)
    {
        if (state.Contains("momentum_buffer")) _velocity ??= NewState("momentum_buffer");
    }

    /// <inheritdoc/>
    protected override void Update<V>(StepNumbers step, int offset, Span<T> value, ReadOnlySpan<T> gradient)
    {
        V rate = Splat<V>(-step.LearningRate), decay = Splat<V>(step.WeightDecay);
        if (Momentum == 0)
        {
            ParameterStep.Run<V, T, Plain<V>>(new() { Rate = rate, Decay = decay }, value, gradient);
            return;
        }
        var rule = new WithMomentum<V>
        {
            Rate = rate,
            Decay = decay,
            Momentum = Splat<V>(Momentum),
            Undamped = Splat<V>(step.Count == 1 ? 1 : 1 - Dampening),
            Nesterov = Nesterov,
        };
        ParameterStep.Run<V, T, WithMomentum<V>>(rule, value, gradient, _velocity!.Span.Slice(offset, value.Length));
    }

    private readonly struct Plain<V> : IStepRule<V> where V : unmanaged, IVector<V, T>
    {
        public static int States => 0;

        public V Rate { get; init; }

        public V Decay { get; init; }

        [MethodImpl(AggressiveInlining)]
        public void Step(ref V w, V gradient, ref V a, ref V b, ref V c) => w = V.MultiplyAdd(V.MultiplyAdd(w, Decay, gradient), Rate, w);
    }

    private readonly struct WithMomentum<V> : IStepRule<V> where V : unmanaged, IVector<V, T>
    {
        public static int States => 1;

        public V Rate { get; init; }

        public V Decay { get; init; }

        public V Momentum { get; init; }

        public V Undamped { get; init; }

        public bool Nesterov { get; init; }

        [MethodImpl(AggressiveInlining)]
        public void Step(ref V w, V gradient, ref V velocity, ref V b, ref V c)
        {
            V g = V.MultiplyAdd(w, Decay, gradient);
            velocity = V.MultiplyAdd(g, Undamped, velocity * Momentum);
            w = V.MultiplyAdd(Nesterov ? V.MultiplyAdd(velocity, Momentum, g) : velocity, Rate, w);
        }
    }
}
