using Scratch.Checking;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Lets a test read <c>Assert.That(layer, HasCorrectGradient.For(input))</c>.</summary>
public static class HasCorrectGradient
{
    /// <summary>Every element of the input and of every parameter, as in training unless the options say otherwise.</summary>
    /// <param name="input">[N, ...] random numbers; a layer that has no values yet gets PyTorch's.</param>
    /// <param name="options">How to check.</param>
    public static GradientConstraint For(Tensor<double> input, GradientCheckOptions? options = null) => new(input, options);
}
