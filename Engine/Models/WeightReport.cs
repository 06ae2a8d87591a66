using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>How large one weight of a model is, beside how large each recipe would make it.</summary>
/// <param name="Name">Its full name, such as <c>0.weight</c>.</param>
/// <param name="Type">The layer's.</param>
/// <param name="Shape">[out, in, ...].</param>
/// <param name="Fans">Its fans.</param>
/// <param name="Deviation">The standard deviation of its numbers as they are, around their mean.</param>
public sealed record WeightReport(string Name, string Type, Shape Shape, Fans Fans, double Deviation)
{
    /// <summary>What <see cref="Initialization.Default"/> means for it.</summary>
    public Initialization DefaultInitialization { get; init; }

    /// <summary>The standard deviation that a recipe draws it with; a linear layer's is PyTorch's in every recipe.</summary>
    public double ExpectedDeviation(Initialization initialization) => (initialization == Initialization.Default ? DefaultInitialization : initialization) switch
    {
        _ when Type == nameof(Linear<>) => 1 / Math.Sqrt(3.0 * Fans.In),
        Initialization.KaimingNormal or Initialization.KaimingUniform => Initializers.KaimingDeviation(Shape, nonlinearity: Nonlinearity.Relu),
        Initialization.KaimingNormalFanOut => Initializers.KaimingDeviation(Shape, FanMode.FanOut, Nonlinearity.Relu),
        Initialization.XavierNormal or Initialization.XavierUniform => Initializers.XavierDeviation(Shape),
        _ => 1 / Math.Sqrt(3.0 * Fans.In),                                   // uniform in ±1/sqrt(fan_in)
    };

    /// <summary>Every weight of a model that has fans: those of convolutions and linear layers, not those of normalisations.</summary>
    public static IReadOnlyList<WeightReport> Of<T>(Model<T> model) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
    [
        .. model.Layers.Where(layer => layer is Conv2d<T> or ConvTranspose2d<T> or Linear<T>).SelectMany(layer => layer.Parameters
            .Where(parameter => parameter.Value.Shape.Rank >= 2)
            .Select(parameter => new WeightReport($"{layer.Path}.{parameter.Name}", layer.TypeName, parameter.Value.Shape, Fans.Of(parameter.Value.Shape),
                DeviationOf(parameter.Value)) { DefaultInitialization = layer is Conv2d<T> convolution ? convolution.DefaultInitialization : default })),
    ];

    private static double DeviationOf<T>(Tensor<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double mean = 0, squares = 0;
        foreach (T value in values.Span) mean += double.CreateTruncating(value) / values.Length;
        foreach (T value in values.Span) squares += (double.CreateTruncating(value) - mean) * (double.CreateTruncating(value) - mean);
        return Math.Sqrt(squares / values.Length);
    }
}
