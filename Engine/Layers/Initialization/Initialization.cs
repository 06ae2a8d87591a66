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

    /// <summary>Xavier normal: standard deviation sqrt(2 / (fan_in + fan_out)), biases zero
    /// (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16).</summary>
    XavierNormal,

    /// <summary>Xavier uniform: the same deviation, weights in ±sqrt(6 / (fan_in + fan_out)), biases zero.</summary>
    XavierUniform,

    /// <summary>Kaiming normal by the other fan, that of torchvision's ResNets: standard deviation sqrt(2 / fan_out), which keeps gradients at their
    /// size where the others keep values; biases zero (He et al., 2015, equation 14).</summary>
    KaimingNormalFanOut,
}

/// <summary>Fills weights with their first values, each from one generator, in memory order.</summary>
/// <remarks>fan_in is how many numbers one output is summed from: inC / groups · kH · kW for a convolution, the inputs for a linear layer.</remarks>
public static partial class Initializers
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

    /// <summary>Fills the weight and bias of a convolution.</summary>
    internal static void Convolution<T>(Parameter<T> weight, Parameter<T>? bias, int fanIn, Initialization initialization, RandomGenerator random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (initialization)
        {
            case Initialization.KaimingNormal: KaimingNormal(weight.Value, random, nonlinearity: Nonlinearity.Relu); break;
            case Initialization.KaimingNormalFanOut: KaimingNormal(weight.Value, random, FanMode.FanOut, Nonlinearity.Relu); break;
            case Initialization.KaimingUniform: KaimingUniform(weight.Value, random, nonlinearity: Nonlinearity.Relu); break;
            case Initialization.XavierNormal: XavierNormal(weight.Value, random); break;
            case Initialization.XavierUniform: XavierUniform(weight.Value, random); break;
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
