using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>How the weights of convolutions start. Linear layers and normalisations always start as PyTorch starts them, as in the lesson.</summary>
public enum Initialization
{
    /// <summary>PyTorch's: weights and biases uniform in ±1/sqrt(fan_in).</summary>
    Default,

    /// <summary>Kaiming normal: standard deviation sqrt(2 / fan_in), biases zero
    /// (He et al., "Delving deep into rectifiers", 2015, equation 10).</summary>
    KaimingNormal,

    /// <summary>Kaiming uniform: the same deviation, weights in ±sqrt(6 / fan_in), biases zero.</summary>
    KaimingUniform,
}

/// <summary>Fills weights with their first values, each from one generator, in memory order.</summary>
/// <remarks>fan_in is how many numbers one output is summed from: inC / groups · kH · kW for a convolution, the inputs for a linear layer.</remarks>
public static class Initializers
{
    /// <summary>Uniform in ±<paramref name="bound"/>.</summary>
    public static void Uniform<T>(Tensor<T> tensor, double bound, RandomGenerator random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in tensor.Span) value = T.CreateTruncating(random.NextUniform(-bound, bound));
    }

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    public static void Normal<T>(Tensor<T> tensor, double standardDeviation, RandomGenerator random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in tensor.Span) value = T.CreateTruncating(standardDeviation * random.NextNormal());
    }

    /// <summary>The gain of a rectifier that lets <paramref name="negativeSlope"/> of negative values through: sqrt(2 / (1 + slope²)).</summary>
    public static double LeakyReluGain(double negativeSlope = 0) => Math.Sqrt(2 / (1 + negativeSlope * negativeSlope));

    /// <summary>Fills the weight and bias of a convolution.</summary>
    internal static void Convolution<T>(Parameter<T> weight, Parameter<T>? bias, int fanIn, Initialization initialization, RandomGenerator random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double deviation = LeakyReluGain() / Math.Sqrt(fanIn);
        switch (initialization)
        {
            case Initialization.KaimingNormal: Normal(weight.Value, deviation, random); break;
            case Initialization.KaimingUniform: Uniform(weight.Value, Math.Sqrt(3) * deviation, random); break;
            default: LayerDefault(weight, bias, fanIn, random); return;
        }
        bias?.Value.Fill(T.Zero);
    }

    /// <summary>PyTorch's default for convolutions and linear layers: everything uniform in ±1/sqrt(fan_in).</summary>
    internal static void LayerDefault<T>(Parameter<T> weight, Parameter<T>? bias, int fanIn, RandomGenerator random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = fanIn == 0 ? 0 : 1 / Math.Sqrt(fanIn);
        Uniform(weight.Value, bound, random);
        if (bias is not null) Uniform(bias.Value, bound, random);
    }
}
