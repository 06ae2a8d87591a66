using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Optimizers;

/// <summary>Some parameters that an optimiser steps in a way of their own.</summary>
/// <param name="parameters">Which; of the optimiser's model.</param>
public sealed class ParameterGroup<T>(IEnumerable<Parameter<T>> parameters) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Which parameters.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; } = [.. parameters];

    /// <summary>What the optimiser's learning rate is multiplied by here; so schedules reach every group.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRateFactor
    {
        get;
        set
        {
            ShapeGuard.Finite<T>(nameof(ParameterGroup<>), value, 0, nameof(LearningRateFactor));
            field = value;
        }
    } = 1;

    /// <summary>The pull to zero here; the optimiser's own if null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double? WeightDecay
    {
        get;
        set
        {
            if (value is { } decay) ShapeGuard.Finite<T>(nameof(ParameterGroup<>), decay, 0, nameof(WeightDecay));
            field = value;
        }
    }

    /// <summary>
    /// The parameters that are usually not pulled to zero, without decay: biases, and the scales of normalisations, which have one axis. Weights that
    /// mix inputs have two or more.
    /// </summary>
    public static ParameterGroup<T> NormsAndBiases(ParameterVector<T> parameters) =>
        new(parameters.Parameters.Where(parameter => parameter.Shape.Rank < 2 || parameter.Name == "bias")) { WeightDecay = 0 };
}
