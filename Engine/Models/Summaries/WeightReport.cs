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
    private Func<Initialization, Initialization> Recipe { get; init; } = initialization => initialization;

    /// <summary>The standard deviation that the layer draws it with if it is asked for a recipe.</summary>
    public double ExpectedDeviation(Initialization initialization) => Recipe(initialization) switch
    {
        Initialization.KaimingNormal or Initialization.KaimingUniform => Initializers.KaimingDeviation(Shape, nonlinearity: Nonlinearity.Relu),
        Initialization.KaimingNormalFanOut => Initializers.KaimingDeviation(Shape, FanMode.FanOut, Nonlinearity.Relu),
        Initialization.XavierNormal or Initialization.XavierUniform => Initializers.XavierDeviation(Shape),
        _ => 1 / Math.Sqrt(3.0 * Fans.In),                                   // uniform in ±1/sqrt(fan_in)
    };

    /// <summary>Every weight of a model that has fans: those of convolutions, linear layers and others that are <see cref="Layer{T}.Affine"/>, not
    /// those of normalisations.</summary>
    public static IReadOnlyList<WeightReport> Of<T>(Model<T> model) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. model.Layers.Distinct().Where(layer => layer.Affine is { Weight.Shape.Rank: >= 2 }).Select(layer =>
            Of(layer, layer.Affine!.Value.Weight))];

    private static WeightReport Of<T>(Layer<T> layer, Parameter<T> weight) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new($"{layer.Path}.{weight.Name}", layer.TypeName, weight.Shape, Fans.Of(weight.Shape), DeviationOf(weight.Value)) { Recipe = layer.Recipe };

    private static double DeviationOf<T>(Tensor<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double mean = 0, squares = 0;
        foreach (T value in values.Span) mean += double.CreateTruncating(value) / values.Length;
        foreach (T value in values.Span) squares += (double.CreateTruncating(value) - mean) * (double.CreateTruncating(value) - mean);
        return Math.Sqrt(squares / values.Length);
    }
}
