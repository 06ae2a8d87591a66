using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Training;

/// <summary>Stochastic weight averaging (SWA): the mean of the weights after each of the last epochs, put into the model at the end of the
/// training, and normalisations by batch given the statistics that go with it (<see cref="BatchNormStatistics"/>).</summary>
/// <remarks>For a rate that does not fall to nothing in these epochs. A training that ends before its time is left as it is. Validation during
/// training sees the weights of the epoch: evaluate again afterwards. Source: Izmailov et al., "Averaging weights leads to wider optima and better
/// generalization", 2018.</remarks>
/// <param name="epochs">How many of the last epochs.</param>
/// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
public sealed class StochasticWeightAveraging<T>(int epochs) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _mean;
    private int _averaged;

    /// <summary>How many of the last epochs.</summary>
    public int Epochs { get; } = Checked(epochs);

    /// <summary>Before whatever takes the weights at the end.</summary>
    public override int Order => -18;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        if (Epochs > learner.Epochs)
            ShapeGuard.WrongOrder(nameof(StochasticWeightAveraging<>),
                $"it is to average {Epochs} epochs, and the training has {learner.Epochs}. Average fewer.");
        _averaged = 0;
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        if (learner.Epoch < learner.Epochs - Epochs) return;
        Tensor<T> weights = learner.Model.ParameterVector.Values;
        if (_averaged++ == 0) _mean = weights.Clone();
        else TensorPrimitives.Lerp(_mean!.Span, weights.Span, T.One / T.CreateTruncating(_averaged), _mean.Span);
    }

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner)
    {
        if (_averaged < Epochs || learner.StopReason is not null) return;
        _mean!.Span.CopyTo(learner.Model.ParameterVector.Values.Span);
        BatchNormStatistics.Renew(learner.Model, learner.Train);
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        _averaged = state.Exchange("averaged", _averaged);
        if (_averaged == 0) return;
        if (state.IsRestoring) _mean = new(learner.Model.ParameterVector.Values.Shape);
        state.Exchange("mean", _mean!);
    }

    private static int Checked(int epochs)
    {
        ShapeGuard.Positive(nameof(StochasticWeightAveraging<>), epochs);
        return epochs;
    }
}
