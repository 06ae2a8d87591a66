using System.Numerics;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>A model, a loss, an optimiser and data: the loop that makes the model learn. Everything else is a <see cref="Callback{T}"/>.</summary>
/// <remarks>
/// An epoch goes once through the training batches, with a step after each, then
/// through the validation batches, without. Once warm, a step allocates nothing.
/// </remarks>
public sealed partial class Learner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Callback<T>[] _callbacks;
    private readonly Tensor<T>[] _outputs;
    private CancelScope _cancel;
    private bool _isFitting;

    /// <summary>Puts the parts together.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="loss">How wrong it is.</param>
    /// <param name="optimizer">How it steps; over the model's own parameters.</param>
    /// <param name="train">Training batches.</param>
    /// <param name="valid">Validation batches, or none.</param>
    /// <param name="callbacks">Who looks on.</param>
    /// <exception cref="ArgumentException">The optimiser steps the parameters of another model, or there are no training or validation
    /// images.</exception>
    public Learner(Model<T> model, Loss<T> loss, Optimizer<T> optimizer, BatchSampler<T> train, BatchSampler<T>? valid = null,
        params IEnumerable<Callback<T>> callbacks) : this(model, new Losses<T>((loss, 1)), optimizer, train, valid, callbacks)
    {
    }

    /// <summary>Puts the parts together, for a model of several outputs: each has a loss, over the same labels or targets.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="losses">How wrong each output is, and what that counts.</param>
    /// <param name="optimizer">How it steps; over the model's own parameters.</param>
    /// <param name="train">Training batches.</param>
    /// <param name="valid">Validation batches, or none.</param>
    /// <param name="callbacks">Who looks on; metrics see the first output.</param>
    /// <exception cref="ArgumentException">The optimiser steps the parameters of another model.</exception>
    /// <exception cref="ShapeMismatchException">There is not one loss for each output.</exception>
    public Learner(Model<T> model, Losses<T> losses, Optimizer<T> optimizer, BatchSampler<T> train, BatchSampler<T>? valid = null,
        params IEnumerable<Callback<T>> callbacks)
    {
        if (optimizer.Parameters != model.ParameterVector)
            throw new ArgumentException("Learner: the optimiser was made for another model. Make it from this model's ParameterVector.",
                nameof(optimizer));
        CheckHasImages(train, "training images", nameof(train));
        if (valid is not null) CheckHasImages(valid, "validation images; give none to train without", nameof(valid));
        IReadOnlyList<Shape> outputs = model.OutputShapes(train.Current.ImageShape);
        if (outputs.Count != losses.Count)
            ShapeGuard.Mismatch(nameof(Learner<>), $"the model has {outputs.Count} outputs, there are {losses.Count} losses. Give one for each.",
                new Shape(outputs.Count), new Shape(losses.Count));
        (Model, Losses, Optimizer, Train, Valid) = (model, losses, optimizer, train, valid);
        _callbacks = [.. callbacks.OrderBy(callback => callback.Order)];
        Batch = train.Current;
        if (valid is not null)
            ShapeGuard.Same(nameof(Learner<>), "the output for a validation image", outputs[0], model.OutputShape(valid.Current.ImageShape));
        _outputs = [.. outputs.Select(output => new Tensor<T>(output.Prepend(Math.Max(train.LargestBatch, valid?.LargestBatch ?? 0))))];
    }

    /// <summary>What learns.</summary>
    public Model<T> Model { get; }

    /// <summary>How wrong it is: the first output's loss.</summary>
    public Loss<T> Loss => Losses[0].Loss;

    /// <summary>How wrong each output is, and what that counts.</summary>
    public Losses<T> Losses { get; }

    /// <summary>How it steps.</summary>
    public Optimizer<T> Optimizer { get; }

    /// <summary>Training batches.</summary>
    public BatchSampler<T> Train { get; }

    /// <summary>Validation batches, or none.</summary>
    public BatchSampler<T>? Valid { get; }

    /// <summary>How many epochs this training is to have.</summary>
    public int Epochs { get; private set; }

    /// <summary>The epoch at hand, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>The batch at hand within its epoch's training or validation, from 0.</summary>
    public int BatchIndex { get; private set; }

    /// <summary>Whether the batch at hand is one to learn from.</summary>
    public bool IsTraining { get; private set; }

    /// <summary>The batch at hand.</summary>
    public Batch<T> Batch { get; private set; }

    /// <summary>The outputs of the batch at hand, [at least its images, ...]; the rows beyond are old.</summary>
    public Tensor<T> Output => _outputs[0];

    /// <summary>The same of every output of a model of several.</summary>
    public IReadOnlyList<Tensor<T>> Outputs => _outputs;

    /// <summary>The mean loss of the batch at hand.</summary>
    public double BatchLoss { get; private set; }

    /// <summary>Why training stopped before its time; none if it did not.</summary>
    public string? StopReason { get; private set; }

    /// <summary>One step up to the optimiser's, for the learning rate finder.</summary>
    internal double TrainBatch(Batch<T> batch, Tensor<T>[] outputs) => Model.RunnerOf(batch).Train(batch, Losses, outputs);

    /// <summary>Trains for some epochs. May be called again to go on.</summary>
    /// <param name="epochs">How many.</param>
    /// <param name="cancellation">Stops after the batch at hand; the epoch at hand is
    /// then not finished. Nothing is thrown: see <see cref="StopReason"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is negative.</exception>
    public void Fit(int epochs, CancellationToken cancellation = default)
    {
        ShapeGuard.NotNegative(nameof(Learner<>), epochs);
        Run(new Position(epochs, 0, Stage.BetweenEpochs, 0, false), null, cancellation);
    }

    private void Run(Position start, SavedState? state, CancellationToken cancellation)
    {
        (Epochs, Epoch, _stage, BatchIndex, StopReason, _isFitting) = (start.Epochs, start.Epoch, start.Stage, start.Batch, null, true);
        _cancel = CancelScope.Nothing;
        try
        {
            foreach (Callback<T> callback in _callbacks) callback.BeginFit(this);
            if (state is not null) Restore(start, state);
            for (; Epoch < Epochs && _cancel < CancelScope.Fit; Epoch++) OneEpoch(cancellation);
        }
        finally
        {
            _isFitting = false;
            foreach (Callback<T> callback in _callbacks) callback.AfterFit(this);
        }
    }

    /// <summary>The mean loss over some batches, and each metric, with the model as in use. It leaves no trace but in the metrics.</summary>
    /// <remarks>
    /// The batches stand afterwards where they stood, and what callbacks gather goes on as if nothing had been, even from within a callback and over
    /// the training batches themselves: callbacks do not see it, and amid a <see cref="Fit"/> observers of the model do not either.
    /// </remarks>
    /// <param name="batches">Of which images.</param>
    /// <param name="metrics">What to gather; one that a callback is gathering is lent by it for the time, see
    /// <see cref="Metric{T}.Remember"/>.</param>
    /// <exception cref="ArgumentException">There are no images.</exception>
    /// <exception cref="InvalidOperationException">A callback is gathering a metric that cannot be laid aside.</exception>
    public double Evaluate(BatchSampler<T> batches, params ReadOnlySpan<Metric<T>> metrics)
    {
        CheckHasImages(batches, "images to evaluate", nameof(batches));
        foreach (Metric<T> metric in metrics)
        {
            foreach (Callback<T> callback in _isFitting ? _callbacks : []) callback.Lend(metric);
            metric.Reset();
        }
        Tensor<T>[] outputs = [.. Model.OutputShapes(batches.Current.ImageShape).Select(output =>
            new Tensor<T>(output.Prepend(batches.LargestBatch)))];
        Action restoreBatches = batches.Remember();
        BlockObserver<T>[] observers = [.. Model.Observers];
        if (_isFitting) Model.Observers.Clear();
        double sum = 0;
        int count = 0;
        try
        {
            for (batches.Reset(); batches.MoveNext(); count += batches.Current.Count)
            {
                sum += Model.RunnerOf(batches.Current).Evaluate(batches.Current, Losses, outputs) * batches.Current.Count;
                foreach (Metric<T> metric in metrics) metric.Add(outputs[0], batches.Current);
            }
        }
        finally
        {
            if (_isFitting) Model.Observers.AddRange(observers);
            restoreBatches();
        }
        return sum / count;
    }

    /// <summary>What it trains, with what and on what, a line each.</summary>
    public override string ToString() => $"loss {Loss}\noptimizer {Optimizer}\ntrain {Train}\nvalid {Valid?.ToString() ?? "none"}\n{Model}";

    /// <summary>For callbacks: leaves out the rest of the batch, the epoch or the training.</summary>
    /// <param name="scope">How much.</param>
    /// <param name="reason">What <see cref="StopReason"/> says, if it is the training.</param>
    public void Cancel(CancelScope scope, string reason)
    {
        if (scope > _cancel) _cancel = scope;
        if (scope == CancelScope.Fit) StopReason ??= reason;
    }

    /// <summary>Who looks on, in the order in which they are called.</summary>
    internal IReadOnlyList<Callback<T>> Callbacks => _callbacks;

    private static void CheckHasImages(BatchSampler<T> batches, string what, string name)
    {
        if (batches.Count == 0) throw new ArgumentException($"Learner: there are no {what}.", name);
    }

    private void OneEpoch(CancellationToken cancellation)
    {
        // a training that goes on may be amid all this
        if (_stage == Stage.BetweenEpochs)
        {
            foreach (Callback<T> callback in _callbacks) callback.BeginEpoch(this);
            Begin(Stage.Training, Train);
        }
        if (_stage == Stage.Training)
        {
            AllBatches(Train, training: true, cancellation);
            if (_cancel < CancelScope.Fit && Valid is not null)
            {
                foreach (Callback<T> callback in _callbacks) callback.BeginValidate(this);
                Begin(Stage.Validation, Valid);
            }
        }
        if (_stage == Stage.Validation) AllBatches(Valid!, training: false, cancellation);
        if (_cancel == CancelScope.Fit) return;
        foreach (Callback<T> callback in _callbacks) callback.AfterEpoch(this);
        _stage = Stage.BetweenEpochs;
        if (_cancel == CancelScope.Fit) return;
        _cancel = CancelScope.Nothing;                                       // nothing is left of this epoch, and the next is another
        Rest(interrupted: false);
    }

    private void Begin(Stage stage, BatchSampler<T> batches)
    {
        (_stage, BatchIndex) = (stage, 0);
        batches.Reset();
    }

    private void AllBatches(BatchSampler<T> batches, bool training, CancellationToken cancellation)
    {
        IsTraining = training;
        for (; _cancel < CancelScope.Epoch && batches.MoveNext(); BatchIndex++)
        {
            Batch = batches.Current;
            OneBatch();
            if (_cancel == CancelScope.Batch) _cancel = CancelScope.Nothing;
            bool interrupted = cancellation.IsCancellationRequested;
            if (_cancel < CancelScope.Fit) Rest(interrupted);
            if (interrupted) Cancel(CancelScope.Fit, "interrupted");
        }
        if (_cancel == CancelScope.Epoch) _cancel = CancelScope.Nothing;
    }

    private void OneBatch()
    {
        PlanRunner<T> runner = Model.RunnerOf(Batch);
        foreach (Callback<T> callback in _callbacks) callback.BeginBatch(this);
        if (_cancel == CancelScope.Nothing)
        {
            BatchLoss = IsTraining ? runner.Train(Batch, Losses, _outputs) : runner.Evaluate(Batch, Losses, _outputs);
            foreach (Callback<T> callback in _callbacks) callback.AfterLoss(this);
        }
        if (IsTraining && _cancel == CancelScope.Nothing)
        {
            foreach (Callback<T> callback in _callbacks) callback.AfterBackward(this);
            if (_cancel == CancelScope.Nothing)
            {
                Optimizer.Step();
                foreach (Callback<T> callback in _callbacks) callback.AfterStep(this);
            }
        }
        foreach (Callback<T> callback in _callbacks) callback.AfterBatch(this);
    }
}
