using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Models;

/// <content>Parameters by their names, to freeze them or to step them differently.</content>
public partial class Model<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The parameters whose full names are of some patterns, in the order of the model; each once.</summary>
    /// <remarks><c>new ParameterGroup&lt;float&gt;(model.ParametersNamed("layer1.*", "conv1.*")) { LearningRateFactor = 0.1 }</c></remarks>
    /// <param name="patterns">Names in which <c>*</c> is any letters or none and <c>?</c> any one.</param>
    /// <exception cref="ArgumentException">No parameter has such a name.</exception>
    public IReadOnlyList<Parameter<T>> ParametersNamed(params IReadOnlyList<string> patterns)
    {
        (string Name, Parameter<T> Parameter)[] all = [.. NamedParameters()];
        foreach (string pattern in patterns)
        {
            if (!all.Any(entry => NamePattern.Matches(pattern, entry.Name)))
            {
                throw new ArgumentException(
                    $"{Who}: no parameter is called '{pattern}'. There are: {string.Join(", ", all.Select(entry => entry.Name))}.", nameof(patterns));
            }
        }
        return [.. all.Where(entry => patterns.Any(pattern => NamePattern.Matches(pattern, entry.Name))).Select(entry => entry.Parameter)];
    }

    /// <summary>Freezes the parameters of such names: no step changes them. Statistics of normalisations go on.</summary>
    /// <param name="patterns">As for <see cref="ParametersNamed"/>.</param>
    /// <exception cref="ArgumentException">No parameter has such a name.</exception>
    public void Freeze(params IReadOnlyList<string> patterns)
    {
        foreach (Parameter<T> parameter in ParametersNamed(patterns)) parameter.Frozen = true;
    }

    /// <summary>Undoes <see cref="Freeze"/>.</summary>
    /// <param name="patterns">As for <see cref="ParametersNamed"/>.</param>
    /// <exception cref="ArgumentException">No parameter has such a name.</exception>
    public void Unfreeze(params IReadOnlyList<string> patterns)
    {
        foreach (Parameter<T> parameter in ParametersNamed(patterns)) parameter.Frozen = false;
    }
}
