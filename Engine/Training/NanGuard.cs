using System.Numerics;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Training;

/// <summary>Ends training at the first loss, output or gradient that is not finite, before it gets into the weights, or at the first step that makes
/// a weight so, and says where it came from: step, learning rate and the first layer whose output is not finite.</summary>
/// <remarks>The state is then that before the bad batch: weights, of which it keeps a copy, running statistics, and the model's step. Only what the
/// optimiser remembers has seen a bad step. To find the layer that batch goes through the model once more from there, with the same chances, and
/// leaves no trace.</remarks>
public sealed class NanGuard<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private (Tensor<T> Live, Tensor<T> Before)[] _buffers = [];              // as they were before the batch at hand
    private Tensor<T>? _weights;                                             // as they were before the step at hand
    private long _step;

    /// <summary>Before all others, so that none sees such a batch unwarned.</summary>
    public override int Order => -20;

    /// <summary>The layer whose output was the first that was not finite; none so far, or if all were.</summary>
    public Layer<T>? Layer { get; private set; }

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        Layer = null;
        Tensor<T> values = learner.Model.ParameterVector.Values;
        if (_weights?.Length != values.Length) _weights = new(values.Shape);
        _buffers = [.. learner.Model.Layers.SelectMany(layer => layer.Buffers).Select(buffer => (buffer.Value, buffer.Value.Clone()))];
    }

    /// <inheritdoc/>
    public override void BeginBatch(Learner<T> learner)
    {
        _step = learner.Model.Step;
        foreach (var (live, before) in _buffers) live.Span.CopyTo(before.Span);
    }

    /// <inheritdoc/>
    public override void AfterLoss(Learner<T> learner)
    {
        int outputs = learner.Output.Length / learner.Output.Shape[0] * learner.Batch.Count;
        if (!double.IsFinite(learner.BatchLoss)) Stop(learner, string.Create(null, $"the loss is {learner.BatchLoss}"));
        else if (!TensorPrimitives.IsFiniteAll<T>(learner.Output.Span[..outputs])) Stop(learner, "an output of the model is not finite");
    }

    /// <inheritdoc/>
    public override void AfterBackward(Learner<T> learner)
    {
        ParameterVector<T> vector = learner.Model.ParameterVector;
        if (TensorPrimitives.IsFiniteAll<T>(vector.Gradients.Span)) vector.Values.Span.CopyTo(_weights!.Span);
        else Stop(learner, $"the gradient of {FirstNotFinite(learner, parameter => parameter.Gradient)} is not finite");
    }

    /// <inheritdoc/>
    public override void AfterStep(Learner<T> learner)
    {
        Span<T> weights = learner.Model.ParameterVector.Values.Span;
        if (TensorPrimitives.IsFiniteAll<T>(weights)) return;
        string name = FirstNotFinite(learner, parameter => parameter.Value);
        _weights!.Span.CopyTo(weights);
        PutBack(learner.Model);
        string step = string.Create(null, $"step {learner.Optimizer.StepCount - 1}, learning rate {learner.Optimizer.LearningRate},");
        learner.Cancel(CancelScope.Fit, $"{step} makes {name} not finite; the weights are those before it");
    }

    private static string FirstNotFinite(Learner<T> learner, Func<Parameter<T>, Tensor<T>> numbers) =>
        learner.Model.NamedParameters().First(entry => !TensorPrimitives.IsFiniteAll<T>(numbers(entry.Parameter).Span)).Name;

    private void Stop(Learner<T> learner, string what)
    {
        PutBack(learner.Model);
        Layer = FirstNotFinite(learner);
        string where = Layer is null ? "the output of every layer is finite" : $"the first layer whose output is not finite is {Layer.Who}";
        string when = learner.IsTraining ? $"step {learner.Optimizer.StepCount}" : $"validation batch {learner.BatchIndex} of epoch {learner.Epoch}";
        learner.Cancel(CancelScope.Fit, string.Create(null, $"{what} at {when}, learning rate {learner.Optimizer.LearningRate}; {where}"));
    }

    private Layer<T>? FirstNotFinite(Learner<T> learner)
    {
        Model<T> model = learner.Model;
        var (finder, others) = (new NonFiniteFinder<T>(), model.Observers.ToArray());
        model.Observers.Clear();
        model.Observers.Add(finder);
        try
        {
            model.RunnerOf(learner.Batch).Forward(learner.Batch, learner.IsTraining, backwardFollows: false, model.OutputsOf(learner.Batch));
        }
        finally
        {
            model.Observers.Clear();
            model.Observers.AddRange(others);
            PutBack(model);
        }
        return finder.Layer is { } layer ? model.Layers[layer] : null;
    }

    private void PutBack(Model<T> model)
    {
        model.Step = _step;
        foreach (var (live, before) in _buffers) before.Span.CopyTo(live.Span);
    }
}
