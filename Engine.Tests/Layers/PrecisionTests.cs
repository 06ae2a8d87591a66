using System.Numerics;
using NUnit.Framework;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>The float run against the double run of the same source, with the same numbers: what is right in double is right in what ships.</summary>
public sealed class PrecisionTests
{
    // Of each tensor's largest number, about 50 roundings of float; and what is left of sums that cancel, as of a bias before a batch normalisation.
    private static readonly Tolerance Rounding = new(4e-6, 2e-6, OfLargest: true);

    // Roundings add up over many normalisations in a row, and Winograd's are larger.
    private static readonly Tolerance RoundingOfModels = Rounding with { Relative = 1e-5 };

    [Test]
    public void Run_InFloat_AgreesWithDouble([ValueSource(typeof(LayerCases), nameof(LayerCases.Names))] string name, [Values] bool training)
    {
        LayerCase<float> single = LayerCases.Of<float>(name);
        Compare(RandomModel.Of(1, single.Modules), RandomModel.Of(1, LayerCases.Of<double>(name).Modules), single.Batch, training, Rounding);
    }

    [Test]
    public void Run_NamedModelInFloat_AgreesWithDouble([ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name)
    {
        Shape image = NamedModels.Image(name);
        Model<float> single = ModelCatalog.Build<float>(name, image, 10);
        Model<double> twice = ModelCatalog.Build<double>(name, image, 10);
        RandomModel.Fill(single, 5);
        RandomModel.Fill(twice, 5);
        Compare(single, twice, image.Prepend(37), training: true, RoundingOfModels);
    }

    private static void Compare(Model<float> single, Model<double> twice, Shape batch, bool training, Tolerance rounding)
    {
        (Tensor<float> Output, Tensor<float> GradInput) got = Run(single, batch, training);
        (Tensor<double> Output, Tensor<double> GradInput) expected = Run(twice, batch, training);
        TensorAssert.Within(got.Output.Cast<double>(), expected.Output, rounding, "output");
        TensorAssert.Within(got.GradInput.Cast<double>(), expected.GradInput, rounding, "gradInput");
        foreach (var (own, other) in single.NamedParameters().Zip(twice.NamedParameters()))
            TensorAssert.Within(own.Parameter.Gradient.Cast<double>(), other.Parameter.Gradient, rounding, own.Name);
        foreach (var (own, other) in single.State().Zip(twice.State())) TensorAssert.Within(own.Value.Cast<double>(), other.Value, rounding,
            own.Name);
    }

    private static (Tensor<T> Output, Tensor<T> GradInput) Run<T>(Model<T> model, Shape batch, bool training)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> output = model.Forward(RandomTensors.Tensor<T>(batch, 3), training);
        return (output, model.Backward(RandomTensors.Tensor<T>(output.Shape, 4)));
    }
}
