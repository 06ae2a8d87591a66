using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model as it is now, made ready to be used: weights packed once, normalisations folded into them, for one image in
/// microseconds.</summary>
/// <remarks>
/// What the model learns afterwards does not show: make another. Any number of threads may use one predictor at once; each call borrows memory that a
/// call before has left. A warm call allocates nothing. A normalisation whose mean is about a thousand times the deviation is not folded, for that
/// would lose digits.
/// </remarks>
public sealed class Predictor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Session?[] _idle = new Session?[4 * Environment.ProcessorCount];
    private readonly PlanRunner<T> _frozen;
    private readonly Shape[] _inputs, _outputs;
    private readonly int _images;

    /// <summary>Makes a model of one input ready for images of one shape.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">[C, H, W] of one image.</param>
    /// <param name="batchSize">How many images a call mostly brings: for so many the fastest way is chosen. Others are welcome.</param>
    /// <param name="threads">How many threads may share one call; those of the model by default.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size or the number of threads is below 1.</exception>
    public Predictor(Model<T> model, Shape image, int batchSize = 1, int? threads = null) : this(model, batchSize, threads, image)
    {
    }

    /// <summary>The same for a model of several inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batchSize">How many images a call mostly brings: for so many the fastest way is chosen. Others are welcome.</param>
    /// <param name="threads">How many threads may share one call; those of the model, if none is said.</param>
    /// <param name="images">[C, H, W] of one image of each input.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size or the number of threads is below 1.</exception>
    public Predictor(Model<T> model, int batchSize, int? threads, params ReadOnlySpan<Shape> images)
    {
        ShapeGuard.Positive(nameof(Predictor<>), batchSize);
        ShapeGuard.Positive(nameof(Predictor<>), threads ?? 1, nameof(threads));
        (_inputs, _outputs, _images) = (images.ToArray(), [.. model.OutputShapes(images)], Math.Min(batchSize, Lanes.Count));
        _frozen = model.NewRunner(_inputs, threads ?? model.Threads);
        _frozen.Freeze(_images, model.FirstValues);
        _idle[0] = new(_frozen, _inputs, _outputs, _images);
    }

    /// <summary>The shape of one image's output; of several, the first.</summary>
    public Shape OutputShape => _outputs[0];

    /// <summary>The shape of one image's every output.</summary>
    public IReadOnlyList<Shape> OutputShapes => _outputs;

    /// <summary>The outputs of some images.</summary>
    /// <param name="images">[C, H, W] of one, or [N, C, H, W]; row-major.</param>
    /// <param name="outputs">[N, outputs], overwritten.</param>
    /// <exception cref="ShapeMismatchException">One of them has another length, or the model has several inputs or outputs.</exception>
    public void Infer(ReadOnlySpan<T> images, Span<T> outputs)
    {
        CheckCounts(1, 1);
        Shape image = _inputs[0], output = _outputs[0];
        int size = image.Length, count = size == 0 ? 1 : images.Length / size;
        if (count == 0 || images.Length != count * size)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"the image has {images.Length} numbers, {image} takes {size}.", image,
                new Shape(images.Length));
        if (outputs.Length != count * output.Length)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"there is room for {outputs.Length} outputs, {count} of {output} take {count * output.Length}.",
                output, new Shape(outputs.Length));
        Session session = Borrow();
        for (int first = 0; first < count; first += _images)
        {
            int some = Math.Min(_images, count - first);
            session.Bring(0, images.Slice(first * size, some * size));
            session.Run(some);
            session.Fetch(0, outputs.Slice(first * output.Length, some * output.Length));
        }
        Return(session);
    }

    /// <summary>The same for a model of several inputs or outputs: <c>predictor.InferAll([left, right], [digit, ink])</c>.</summary>
    /// <param name="inputs">[N, ...] for each input.</param>
    /// <param name="outputs">[N, ...] of each output, overwritten.</param>
    /// <exception cref="ShapeMismatchException">There is not one tensor for each input and output, or one has another shape.</exception>
    public void InferAll(ReadOnlySpan<Tensor<T>> inputs, ReadOnlySpan<Tensor<T>> outputs)
    {
        CheckCounts(inputs.Length, outputs.Length);
        int count = inputs[0].Shape.Rank == 0 ? 0 : inputs[0].Shape[0];
        for (int i = 0; i < inputs.Length; i++) Check(inputs[i].Shape, _inputs[i], count, "input", i);
        for (int i = 0; i < outputs.Length; i++) Check(outputs[i].Shape, _outputs[i], count, "output", i);
        Session session = Borrow();
        for (int first = 0; first < count; first += _images)
        {
            int some = Math.Min(_images, count - first);
            for (int i = 0; i < inputs.Length; i++) session.Bring(i, inputs[i].Span.Slice(first * _inputs[i].Length, some * _inputs[i].Length));
            session.Run(some);
            for (int i = 0; i < outputs.Length; i++) session.Fetch(i, outputs[i].Span.Slice(first * _outputs[i].Length, some * _outputs[i].Length));
        }
        Return(session);
    }

    private void CheckCounts(int inputs, int outputs)
    {
        if (inputs != _inputs.Length || outputs != _outputs.Length)
            ShapeGuard.Mismatch(nameof(Predictor<>),
                $"the model has {_inputs.Length} inputs and {_outputs.Length} outputs, {inputs} and {outputs} were given. Give "
                + $"{nameof(InferAll)} a tensor for each.", new Shape(_inputs.Length, _outputs.Length), new Shape(inputs, outputs));
    }

    // A message costs memory: only who needs one pays.
    private static void Check(Shape given, Shape image, int count, string what, int i)
    {
        if (given.Rank != image.Rank + 1 || given[0] != count || !given.Sizes[1..].SequenceEqual(image.Sizes))
            ShapeGuard.Same(nameof(Predictor<>), $"{what} {i}", image.Prepend(count), given);
    }

    private Session Borrow()
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } session) return session;
        return new(_frozen.Share(), _inputs, _outputs, _images);
    }

    private void Return(Session session)
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], session, null) is null) return;
    }

    /// <summary>The memory of one call.</summary>
    private sealed class Session(PlanRunner<T> runner, Shape[] inputs, Shape[] outputs, int most)
    {
        private readonly Tensor<T>[] _inputs = Array.ConvertAll(inputs, shape => new Tensor<T>(shape.Prepend(most)));
        private readonly Tensor<T>[] _outputs = Array.ConvertAll(outputs, shape => new Tensor<T>(shape.Prepend(most)));
        private readonly Batch<T>?[] _batches = new Batch<T>?[most];         // one for each number of images

        public void Bring(int input, ReadOnlySpan<T> images) => images.CopyTo(_inputs[input].Span);

        public void Run(int count) => runner.Infer(_batches[count - 1] ??= BatchOf(count), _outputs);

        public void Fetch(int output, Span<T> numbers) => _outputs[output].Span[..numbers.Length].CopyTo(numbers);

        private Batch<T> BatchOf(int count) => _inputs.Length == 1 ? new TensorBatch<T>(_inputs[0].Slice(0, count))
            : new JoinedBatch<T>(Array.ConvertAll(_inputs, input => new TensorBatch<T>(input.Slice(0, count))));
    }
}
