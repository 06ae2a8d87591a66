using Scratch.Data;
using Scratch.Losses;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

// Forward, back, and in use; for models of one input and one output, and of several.
public partial class Model<T>
{
    /// <summary>The outputs of some images, with everything kept that <see cref="Backward"/> needs.</summary>
    /// <param name="input">[N, C, H, W], or [N, ...] as the first layer takes it.</param>
    /// <param name="training">Whether batch normalisation uses the batch's own statistics, and updates its running ones.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it, or the model has several inputs or outputs.</exception>
    public Tensor<T> Forward(Tensor<T> input, bool training = true)
    {
        CheckHasOne(nameof(ForwardAll));
        return ForwardAll([input], training)[0];
    }

    /// <summary>The same for a model of several inputs or outputs: <c>Tensor&lt;float&gt;[] outputs = model.ForwardAll([left, right])</c>.</summary>
    /// <param name="inputs">[N, ...] for each input.</param>
    /// <param name="training">Whether batch normalisation uses the batch's own statistics, and updates its running ones.</param>
    /// <returns>[N, ...] of each output.</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it, or there is not one tensor for each input.</exception>
    /// <exception cref="ArgumentException">The inputs have different numbers of images.</exception>
    public Tensor<T>[] ForwardAll(IReadOnlyList<Tensor<T>> inputs, bool training = true)
    {
        Batch<T> batch = BatchOf(inputs);
        PlanRunner<T> runner = RunnerOf(batch);
        Tensor<T>[] outputs = OutputsOf(batch);
        runner.Forward(batch, training, backwardFollows: true, outputs);
        _forwardInputs = [.. inputs.Select(input => input.Shape)];
        return outputs;
    }

    /// <summary>After <see cref="Forward"/>: carries a gradient from the outputs
    /// back to the inputs, and adds the parameters' gradients to theirs.</summary>
    /// <param name="gradOutput">[N, ...], like Forward's result.</param>
    /// <returns>[N, ...], like Forward's input.</returns>
    /// <exception cref="InvalidOperationException">There was no Forward before, or another Backward since.</exception>
    /// <exception cref="ShapeMismatchException">The gradient has another shape than the output, or the model has several inputs or
    /// outputs.</exception>
    public Tensor<T> Backward(Tensor<T> gradOutput)
    {
        CheckHasOne(nameof(BackwardAll));
        return BackwardAll([gradOutput])[0];
    }

    /// <summary>After <see cref="ForwardAll"/>: the same for a model of several inputs or outputs.</summary>
    /// <param name="gradOutputs">[N, ...] of each output; zeros for one that does not count.</param>
    /// <returns>[N, ...] of each input; zeros for one that no output depends on.</returns>
    /// <exception cref="InvalidOperationException">There was no Forward before, or another Backward since.</exception>
    /// <exception cref="ShapeMismatchException">There is not one gradient for each output, or one has another shape than its output.</exception>
    public Tensor<T>[] BackwardAll(IReadOnlyList<Tensor<T>> gradOutputs)
    {
        if (_runner is not { } runner || _forwardInputs.Length == 0)
        {
            ShapeGuard.WrongOrder(Who, "Backward was called before Forward.");
            throw null!;
        }
        IReadOnlyList<Shape> outputs = OutputShapes([.. _forwardInputs.Select(input => input.Tail())]);
        if (gradOutputs.Count != outputs.Count)
            ShapeGuard.Mismatch(Who, $"it has {outputs.Count} outputs, there are {gradOutputs.Count} gradients. Give one for each.",
                new Shape(outputs.Count),
                new Shape(gradOutputs.Count));
        for (int i = 0; i < outputs.Count; i++)
            ShapeGuard.Same(Who, outputs.Count == 1 ? "the gradient by the output" : $"the gradient by output {i}",
                outputs[i].Prepend(_forwardInputs[0][0]),
                gradOutputs[i].Shape);
        Tensor<T>[] gradInputs = [.. _forwardInputs.Select(input => new Tensor<T>(input))];
        runner.Runner.Backward([.. gradOutputs], gradInputs);
        Step++;
        return gradInputs;
    }

    /// <summary>For a training loop of one's own: forward, loss and backward of a batch in one; overwrites the parameters' gradients. A step of an
    /// optimiser is to follow.</summary>
    /// <param name="batch">The images; for several inputs a <see cref="JoinedBatch{T}"/>.</param>
    /// <param name="losses">One for each output.</param>
    /// <param name="outputs">[N, ...] of each output, overwritten.</param>
    /// <returns>The mean loss; of several, the sum, each times its weight.</returns>
    /// <exception cref="ShapeMismatchException">The images do not fit the model, or there is not one loss and one place for each output.</exception>
    public double Train(Batch<T> batch, Losses<T> losses, params ReadOnlySpan<Tensor<T>> outputs)
    {
        if (outputs.Length != Graph.Outputs.Length)
            ShapeGuard.Mismatch(Who, $"it has {Graph.Outputs.Length} outputs, there are places for {outputs.Length}. Give one for each.",
                new Shape(Graph.Outputs.Length), new Shape(outputs.Length));
        return RunnerOf(batch).Train(batch, losses, outputs);
    }

    /// <summary>The outputs of some images, as in use: nothing is learned or kept. May be called from many threads at once.</summary>
    /// <param name="input">[N, C, H, W], or [N, ...] as the first layer takes it.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it, or the model has several inputs or outputs.</exception>
    public Tensor<T> Infer(Tensor<T> input)
    {
        CheckHasOne(nameof(InferAll));
        return InferAll([input])[0];
    }

    /// <summary>The same for a model of several inputs or outputs: <c>Tensor&lt;float&gt;[] outputs = model.InferAll([left, right])</c>.</summary>
    /// <param name="inputs">[N, ...] for each input.</param>
    /// <returns>[N, ...] of each output.</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it, or there is not one tensor for each input.</exception>
    /// <exception cref="ArgumentException">The inputs have different numbers of images.</exception>
    public Tensor<T>[] InferAll(IReadOnlyList<Tensor<T>> inputs)
    {
        Batch<T> batch = BatchOf(inputs);
        CheckOwnsItsParameters();
        Tensor<T>[] outputs = OutputsOf(batch);
        if (!_idle.TryTake(out var idle) || !Fits(idle.Inputs, batch))
        {
            Shape[] images = ImagesOf(batch);
            idle = (images, NewRunner(images, Threads));
        }
        idle.Runner.Forward(batch, training: false, backwardFollows: false, outputs);
        _idle.Add(idle);
        return outputs;
    }

    /// <summary>The runner of this model's own thread of control, for images of one shape.</summary>
    internal PlanRunner<T> RunnerFor(Shape image)
    {
        CheckOwnsItsParameters();
        return _runner is var (inputs, known) && inputs.Length == 1 && inputs[0] == image ? known : Kept([image]);
    }

    /// <summary>The same for a batch, whose inputs may be several.</summary>
    internal PlanRunner<T> RunnerOf(Batch<T> batch)
    {
        CheckOwnsItsParameters();
        return _runner is var (inputs, known) && Fits(inputs, batch) ? known : Kept(ImagesOf(batch));
    }

    /// <summary>A runner of its own for images of some shapes, one for each input.</summary>
    internal PlanRunner<T> NewRunner(Shape[] images, int threads)
    {
        CheckOwnsItsParameters();
        return PlanRunner<T>.Create(Graph, ParameterVector, _chance, images, threads, Width);
    }

    private PlanRunner<T> Kept(Shape[] images)
    {
        PlanRunner<T> runner = NewRunner(images, Threads);
        runner.Observers = Observers;
        _runner = (images, runner);
        return runner;
    }

    private Batch<T> BatchOf(IReadOnlyList<Tensor<T>> inputs)
    {
        if (inputs.Count != Graph.InputCount)
            ShapeGuard.Mismatch(Who, $"it has {Graph.InputCount} inputs, {inputs.Count} were given.", new Shape(Graph.InputCount),
                new Shape(inputs.Count));
        foreach (Tensor<T> input in inputs)
            if (input.Shape.Rank < 2)
                ShapeGuard.Mismatch(Who, $"input {input.Shape} is not a batch. Give it as [N, ...], for one image [1, ...].", new Shape(1, 0),
                    input.Shape);
        return inputs.Count == 1 ? new TensorBatch<T>(inputs[0]) : new JoinedBatch<T>([.. inputs.Select(input => new TensorBatch<T>(input))]);
    }

    /// <summary>Places for what it gives for a batch.</summary>
    internal Tensor<T>[] OutputsOf(Batch<T> batch) => [.. OutputShapes(ImagesOf(batch)).Select(shape => new Tensor<T>(shape.Prepend(batch.Count)))];

    /// <summary>The shape of one image of a batch, for each input.</summary>
    internal Shape[] ImagesOf(Batch<T> batch)
    {
        var images = new Shape[Graph.InputCount];
        for (int i = 0; i < images.Length; i++) images[i] = batch.InputAt(i).ImageShape;
        return images;
    }

    private static bool Fits(Shape[] images, Batch<T> batch)
    {
        for (int i = 0; i < images.Length; i++)                              // every batch comes by: nothing is allocated
            if (images[i] != batch.InputAt(i).ImageShape) return false;
        return true;
    }

    // One tensor is not what such a model takes or gives.
    private void CheckHasOne(string all)
    {
        if (Graph.InputCount != 1 || Graph.Outputs.Length != 1)
            ShapeGuard.Mismatch(Who, $"it has {Count(Graph.InputCount, "input")} and {Count(Graph.Outputs.Length, "output")}. Call {all}, which "
                + "takes and gives all of them.", new Shape(Graph.InputCount, Graph.Outputs.Length), new Shape(1, 1));

        static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
    }
}
