using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

public static partial class Initializers
{
    /// <summary>By how much weights must be larger so that a nonlinearity after them keeps the variance, as PyTorch's
    /// <c>calculate_gain</c>.</summary>
    /// <param name="nonlinearity">What follows.</param>
    /// <param name="negativeSlope">Of <see cref="Nonlinearity.LeakyRelu"/>: the gain is sqrt(2 / (1 + slope²)).</param>
    public static double Gain(Nonlinearity nonlinearity, double negativeSlope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.Relu => Math.Sqrt(2),
        Nonlinearity.LeakyRelu => Math.Sqrt(2 / (1 + negativeSlope * negativeSlope)),
        Nonlinearity.Selu => 3.0 / 4,
        _ => 1,
    };

    /// <summary>The standard deviation of Kaiming's recipe: gain / sqrt(fan).</summary>
    /// <param name="weight">[out, in, ...].</param>
    /// <param name="mode">Which fan.</param>
    /// <param name="nonlinearity">What follows the layer.</param>
    /// <param name="negativeSlope">Of a leaky rectifier.</param>
    public static double KaimingDeviation(Shape weight, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyRelu,
        double negativeSlope = 0)
    {
        Fans fans = Fans.Of(weight);
        return Gain(nonlinearity, negativeSlope) / Math.Sqrt(mode == FanMode.FanIn ? fans.In : fans.Out);
    }

    /// <summary>The standard deviation of Xavier's recipe: gain · sqrt(2 / (fan_in + fan_out)).</summary>
    /// <param name="weight">[out, in, ...].</param>
    /// <param name="gain">See <see cref="Gain"/>.</param>
    public static double XavierDeviation(Shape weight, double gain = 1)
    {
        Fans fans = Fans.Of(weight);
        return gain * Math.Sqrt(2.0 / (fans.In + fans.Out));
    }

    /// <summary>Normal with mean 0 and <see cref="KaimingDeviation"/>.</summary>
    public static void KaimingNormal<T>(Tensor<T> weight, RandomGenerator random, FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyRelu, double negativeSlope = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Normal(weight, KaimingDeviation(weight.Shape, mode, nonlinearity, negativeSlope), random);

    /// <summary>Uniform with mean 0 and <see cref="KaimingDeviation"/>, which is a bound of sqrt(3) times that.</summary>
    public static void KaimingUniform<T>(Tensor<T> weight, RandomGenerator random, FanMode mode = FanMode.FanIn,
        Nonlinearity nonlinearity = Nonlinearity.LeakyRelu, double negativeSlope = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Uniform(weight, Math.Sqrt(3) * KaimingDeviation(weight.Shape, mode, nonlinearity, negativeSlope), random);

    /// <summary>Normal with mean 0 and <see cref="XavierDeviation"/>.</summary>
    public static void XavierNormal<T>(Tensor<T> weight, RandomGenerator random, double gain = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Normal(weight, XavierDeviation(weight.Shape, gain), random);

    /// <summary>Uniform with mean 0 and <see cref="XavierDeviation"/>, which is a bound of sqrt(3) times that.</summary>
    public static void XavierUniform<T>(Tensor<T> weight, RandomGenerator random, double gain = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Uniform(weight, Math.Sqrt(3) * XavierDeviation(weight.Shape, gain), random);
}
