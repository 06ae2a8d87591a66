using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Keeps gradients from growing too large before every step; see <see cref="ParameterVector{T}.ClipGradientNorm"/>.</summary>
/// <param name="norm">The largest length of the whole gradient; any if null.</param>
/// <param name="value">The largest magnitude of each number, cut before the length is taken; any if null.</param>
public sealed class GradientClipping<T>(double? norm = null, double? value = null) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The length that the last gradient had; NaN before the first, or if lengths are not limited.</summary>
    public double LastNorm { get; private set; } = double.NaN;

    /// <summary>After others that change gradients.</summary>
    public override int Order => 10;

    /// <inheritdoc/>
    public override void AfterBackward(Learner<T> learner)
    {
        if (value is { } largest) learner.Model.ParameterVector.ClipGradientValue(largest);
        if (norm is { } longest) LastNorm = learner.Model.ParameterVector.ClipGradientNorm(longest);
    }
}
