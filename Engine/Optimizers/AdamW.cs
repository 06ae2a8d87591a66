using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Optimizers;

/// <summary><see cref="Adam{T}"/> with weight decay as it is meant: w shrinks by learningRate · weightDecay of itself, whatever its gradients
/// are.</summary>
/// <remarks>In Adam the decay goes through the division by the gradients' size, so that weights with large gradients hardly decay.
/// As PyTorch's. Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.</remarks>
public sealed class AdamW<T> : Adam<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>AdamW in PyTorch's words and defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite, a beta is not below 1, or epsilon is zero, in T
    /// too.</exception>
    public AdamW(ParameterVector<T> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
        double weightDecay = 1e-2)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override bool DecouplesDecay => true;
}
