using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Optimizers;

/// <summary>Adam: steps along the running mean of the gradients, each number measured by how large its own gradients have been.</summary>
/// <remarks>
/// As PyTorch's, at step t of the parameter: g = gradient + weightDecay · w; m = beta1 · m + (1 - beta1) · g; v = beta2 · v + (1 - beta2) · g²;
/// w = w - learningRate · (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
/// </remarks>
public class Adam<T> : Optimizer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> _mean, _square;

    /// <summary>Adam in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite, a beta is not below 1, or epsilon is zero, in T
    /// too.</exception>
    public Adam(ParameterVector<T> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
        double weightDecay = 0)
        : base(parameters, learningRate, weightDecay)
    {
        ShapeGuard.Share<T>(Name, beta1);
        ShapeGuard.Share<T>(Name, beta2);
        ShapeGuard.Above<T>(Name, epsilon, 0);
        (Momentum, Beta2, Epsilon) = (beta1, beta2, epsilon);
        (_mean, _square) = (NewState("exp_avg"), NewState("exp_avg_sq"));
    }

    /// <summary>beta1: the share of the last running mean of the gradients in the next.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not below 1.</exception>
    public sealed override double Momentum
    {
        get;
        set
        {
            ShapeGuard.Share<T>(Name, value, nameof(Momentum));
            field = value;
        }
    }

    /// <summary>The share of the last running mean of the squares in the next.</summary>
    public double Beta2 { get; }

    /// <summary>What keeps the division from zero, and gradients below it from full steps.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the decay shrinks the weight itself (AdamW), rather than going the gradient's way.</summary>
    private protected virtual bool DecouplesDecay => false;

    /// <inheritdoc/>
    protected sealed override void Update<V>(StepNumbers step, int offset, Span<T> value, ReadOnlySpan<T> gradient)
    {
        double unbiasedRate = step.LearningRate / (1 - Math.Pow(Momentum, step.Count));
        var rule = new Rule<V>
        {
            Shrink = Splat<V>(DecouplesDecay ? 1 - step.LearningRate * step.WeightDecay : 1),
            Decay = Splat<V>(DecouplesDecay ? 0 : step.WeightDecay),
            Beta1 = Splat<V>(Momentum),
            NewMean = Splat<V>(1 - Momentum),
            Beta2 = Splat<V>(Beta2),
            NewSquare = Splat<V>(1 - Beta2),
            Unbias = Splat<V>(1 / Math.Sqrt(1 - Math.Pow(Beta2, step.Count))),
            Epsilon = Splat<V>(Epsilon),
            Rate = Splat<V>(-unbiasedRate),
        };
        Span<T> mean = _mean.Span.Slice(offset, value.Length), square = _square.Span.Slice(offset, value.Length);
        ParameterStep.Run<V, T, Rule<V>>(rule, value, gradient, mean, square);
    }

    private readonly struct Rule<V> : IStepRule<V> where V : unmanaged, IVector<V, T>
    {
        public static int States => 2;

        public V Shrink { get; init; }

        public V Decay { get; init; }

        public V Beta1 { get; init; }

        public V NewMean { get; init; }

        public V Beta2 { get; init; }

        public V NewSquare { get; init; }

        public V Unbias { get; init; }

        public V Epsilon { get; init; }

        public V Rate { get; init; }

        [MethodImpl(AggressiveInlining)]
        public void Step(ref V w, V gradient, ref V mean, ref V square, ref V c)
        {
            V g = V.MultiplyAdd(w, Decay, gradient);
            mean = V.MultiplyAdd(mean, Beta1, g * NewMean);
            square = V.MultiplyAdd(square, Beta2, g * g * NewSquare);
            w = V.MultiplyAdd(mean / V.MultiplyAdd(V.Sqrt(square), Unbias, Epsilon), Rate, w * Shrink);
        }
    }
}
