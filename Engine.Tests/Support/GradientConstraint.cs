using NUnit.Framework.Constraints;
using Scratch.Checking;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Passes where the engine's gradient check does; the failure message is the check's own. See <see cref="HasCorrectGradient"/>.</summary>
public sealed class GradientConstraint(Tensor<double> input, GradientCheckOptions? options) : Constraint
{
    public override string Description => "a layer or model in double whose gradients agree with differences of its forward pass";

    public override ConstraintResult ApplyTo<TActual>(TActual actual)
    {
        GradientCheckResult result = actual switch
        {
            Model<double> model => GradientCheck.Run(model, input, options),
            Layer<double> layer => GradientCheck.Run(layer, input, options),
            _ => throw new ArgumentException($"HasCorrectGradient: {actual?.GetType().Name ?? "null"} is neither a Layer<double> nor a "
                + "Sequential<double>.", nameof(actual)),
        };
        return new ConstraintResult(this, result, result.Passed);
    }
}
