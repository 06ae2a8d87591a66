using System.Numerics;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Training;

/// <summary>Makes one step of the gradients of several batches: as a batch of as many images would, in the memory of a small one.</summary>
/// <remarks>The step goes along the mean over all their images; the last batches of an epoch make a step even if they are fewer. Only normalisation
/// by batch sees the small batches. Schedules go on with every batch.</remarks>
/// <param name="batches">How many batches make a step.</param>
/// <exception cref="ArgumentOutOfRangeException">There is no batch.</exception>
public sealed class GradientAccumulation<T>(int batches) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _sum;                                                 // of gradients times images
    private int _gathered, _images;

    /// <summary>How many batches make a step.</summary>
    public int Batches { get; } = Checked(batches);

    /// <summary>After the guard against NaN, before others that change gradients.</summary>
    public override int Order => -15;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        Shape shape = learner.Model.ParameterVector.Gradients.Shape;
        if (_sum?.Shape != shape) _sum = new(shape);
    }

    /// <inheritdoc/>
    public override void BeginEpoch(Learner<T> learner) => Begin();

    /// <inheritdoc/>
    public override void AfterBackward(Learner<T> learner)
    {
        Span<T> gradients = learner.Model.ParameterVector.Gradients.Span, sum = _sum!.Span;
        TensorPrimitives.MultiplyAdd(gradients, T.CreateTruncating(learner.Batch.Count), sum, sum);
        (_gathered, _images) = (_gathered + 1, _images + learner.Batch.Count);
        if (_gathered < Batches && learner.BatchIndex + 1 < learner.Train.Count)
        {
            learner.Cancel(CancelScope.Batch, "its gradient waits for others");
            return;
        }
        TensorPrimitives.Divide(sum, T.CreateTruncating(_images), gradients);
        Begin();
    }

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        (_gathered, _images) = (state.Exchange("gathered", _gathered), state.Exchange("images", _images));
        if (_gathered > 0) state.Exchange("sum", _sum!);
    }

    private void Begin()
    {
        _sum!.Span.Clear();
        (_gathered, _images) = (0, 0);
    }

    private static int Checked(int batches)
    {
        ShapeGuard.Positive(nameof(GradientAccumulation<>), batches);
        return batches;
    }
}
