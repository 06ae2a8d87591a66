using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Optimizers;

/// <summary>RMSProp: the gradient of each number divided by how large its gradients have been lately, optionally with momentum.</summary>
/// <remarks>
/// As PyTorch's: g = gradient + weightDecay · w; s = alpha · s + (1 - alpha) · g²; centred also m = alpha · m + (1 - alpha) · g;
/// g = g / (sqrt(s) + epsilon), centred g / (sqrt(s - m²) + epsilon); u = momentum · u + g; w = w - learningRate · u.
/// Sources: Tieleman and Hinton, lecture 6.5, 2012; centred: Graves, "Generating sequences with recurrent neural networks", 2013.
/// </remarks>
public sealed class RmsProp<T> : Optimizer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> _square, _mean, _velocity;

    /// <summary>RMSProp in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite, alpha is not below 1, or epsilon is zero, in T
    /// too.</exception>
    public RmsProp(ParameterVector<T> parameters, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0,
        double momentum = 0, bool centered = false)
        : base(parameters, learningRate, weightDecay)
    {
        ShapeGuard.Share<T>(nameof(RmsProp<>), alpha);
        ShapeGuard.Above<T>(nameof(RmsProp<>), epsilon, 0);
        ShapeGuard.Finite<T>(nameof(RmsProp<>), momentum, 0);
        (Alpha, Epsilon, Momentum, Centered) = (alpha, epsilon, momentum, centered);
        (_square, _mean, _velocity) = (NewState("square_avg"), NewState("grad_avg"), NewState("momentum_buffer"));
    }

    /// <summary>The share of the last running mean of the squares in the next.</summary>
    public double Alpha { get; }

    /// <summary>What keeps the division from zero, and gradients below it from full steps.</summary>
    public double Epsilon { get; }

    /// <summary>Whether gradients are measured by their deviation rather than by their size.</summary>
    public bool Centered { get; }

    /// <summary>The share of the last velocity in the next.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public override double Momentum
    {
        get;
        set
        {
            ShapeGuard.Finite<T>(nameof(RmsProp<>), value, 0, nameof(Momentum));
            field = value;
        }
    }

    /// <inheritdoc/>
    protected override void Update<V>(StepNumbers step, int offset, Span<T> value, ReadOnlySpan<T> gradient)
    {
        var rule = new Rule<V>
        {
            Decay = Splat<V>(step.WeightDecay),
            Alpha = Splat<V>(Alpha),
            New = Splat<V>(1 - Alpha),
            Epsilon = Splat<V>(Epsilon),
            Momentum = Splat<V>(Momentum),
            Rate = Splat<V>(-step.LearningRate),
            Centered = Centered,
        };
        Span<T> square = _square.Span.Slice(offset, value.Length), mean = _mean.Span.Slice(offset, value.Length);
        ParameterStep.Run<V, T, Rule<V>>(rule, value, gradient, square, mean, _velocity.Span.Slice(offset, value.Length));
    }

    private readonly struct Rule<V> : IStepRule<V> where V : unmanaged, IVector<V, T>
    {
        public static int States => 3;

        public V Decay { get; init; }

        public V Alpha { get; init; }

        public V New { get; init; }

        public V Epsilon { get; init; }

        public V Momentum { get; init; }

        public V Rate { get; init; }

        public bool Centered { get; init; }

        [MethodImpl(AggressiveInlining)]
        public void Step(ref V w, V gradient, ref V square, ref V mean, ref V velocity)
        {
            V g = V.MultiplyAdd(w, Decay, gradient), variance;
            variance = square = V.MultiplyAdd(square, Alpha, g * g * New);
            if (Centered)
            {
                mean = V.MultiplyAdd(mean, Alpha, g * New);
                variance = V.Max(square - mean * mean, default);             // never negative but for rounding
            }
            velocity = V.MultiplyAdd(velocity, Momentum, g / (V.Sqrt(variance) + Epsilon));
            w = V.MultiplyAdd(velocity, Rate, w);
        }
    }
}
