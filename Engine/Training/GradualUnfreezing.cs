using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>Freezes parameters at the start of a training, and unfreezes them as it goes on: first new last layers learn alone, then more and more of
/// what was there before.</summary>
/// <remarks>Source: Howard and Ruder, "Universal language model fine-tuning for text classification", 2018.</remarks>
/// <param name="stages">From which epoch on, counted from 0, which parameters learn; until then they are frozen.</param>
/// <exception cref="ArgumentOutOfRangeException">An epoch is below 1.</exception>
public sealed class GradualUnfreezing<T>(params IReadOnlyList<(int Epoch, IReadOnlyList<Parameter<T>> Parameters)> stages) : Callback<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<(int Epoch, IReadOnlyList<Parameter<T>> Parameters)> _stages = Checked(stages);

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        foreach (var (_, parameters) in _stages)
            foreach (Parameter<T> parameter in parameters) parameter.Frozen = true;
    }

    /// <inheritdoc/>
    public override void BeginEpoch(Learner<T> learner)
    {
        foreach (var (epoch, parameters) in _stages)
        {
            if (epoch != learner.Epoch) continue;
            foreach (Parameter<T> parameter in parameters) parameter.Frozen = false;
        }
    }

    private static IReadOnlyList<(int Epoch, IReadOnlyList<Parameter<T>> Parameters)> Checked(
        IReadOnlyList<(int Epoch, IReadOnlyList<Parameter<T>> Parameters)> stages)
    {
        foreach (var (epoch, _) in stages) ShapeGuard.Positive(nameof(GradualUnfreezing<>), epoch);
        return stages;
    }
}
