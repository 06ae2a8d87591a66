using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model as it is now, made ready to be used: weights packed once, normalisations folded into them, for one image in microseconds.</summary>
/// <remarks>
/// What the model learns afterwards does not show: make another. Any number of threads may use one predictor at once; each call borrows memory that a call
/// before has left. A warm call allocates nothing. A normalisation whose mean is about a thousand times the deviation is not folded, for that would lose
/// digits.
/// </remarks>
public sealed class Predictor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Session?[] _idle = new Session?[4 * Environment.ProcessorCount];
    private readonly PlanRunner<T> _frozen;
    private readonly Shape _image;
    private readonly int _images;

    /// <summary>Makes a model ready for images of one shape.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">[C, H, W] of one image.</param>
    /// <param name="batchSize">How many images a call mostly brings: for so many the fastest way is chosen. Others are welcome.</param>
    /// <param name="threads">How many threads may share one call; those of the model by default.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size or the number of threads is below 1.</exception>
    public Predictor(Model<T> model, Shape image, int batchSize = 1, int? threads = null)
    {
        ShapeGuard.Positive(nameof(Predictor<>), batchSize);
        ShapeGuard.Positive(nameof(Predictor<>), threads ?? 1, nameof(threads));
        (_image, _images, OutputShape) = (image, Math.Min(batchSize, Lanes.Count), model.OutputShape(image));
        _frozen = model.NewRunner(image, threads ?? model.Threads);
        _frozen.Freeze(_images);
        _idle[0] = new(_frozen, image, OutputShape, _images);
    }

    /// <summary>The shape of one image's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>The outputs of some images.</summary>
    /// <param name="images">[C, H, W] of one, or [N, C, H, W]; row-major.</param>
    /// <param name="outputs">[N, outputs], overwritten.</param>
    /// <exception cref="ShapeMismatchException">One of them has another length.</exception>
    public void Infer(ReadOnlySpan<T> images, Span<T> outputs)
    {
        int size = _image.Length, count = size == 0 ? 1 : images.Length / size;
        if (count == 0 || images.Length != count * size)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"the image has {images.Length} numbers, {_image} takes {size}.", _image, new Shape(images.Length));
        if (outputs.Length != count * OutputShape.Length)
            ShapeGuard.Mismatch(nameof(Predictor<>), $"there is room for {outputs.Length} outputs, {count} of {OutputShape} take {count * OutputShape.Length}.",
                OutputShape, new Shape(outputs.Length));
        Session session = Borrow();
        for (int first = 0; first < count; first += _images)
        {
            int some = Math.Min(_images, count - first);
            session.Infer(images.Slice(first * size, some * size), outputs.Slice(first * OutputShape.Length, some * OutputShape.Length));
        }
        Return(session);
    }

    private Session Borrow()
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } session) return session;
        return new(_frozen.Share(), _image, OutputShape, _images);
    }

    private void Return(Session session)
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], session, null) is null) return;
    }

    /// <summary>The memory of one call.</summary>
    private sealed class Session(PlanRunner<T> runner, Shape image, Shape output, int most)
    {
        private readonly Tensor<T> _images = new(image.Prepend(most)), _outputs = new(output.Prepend(most));
        private readonly TensorBatch<T>?[] _batches = new TensorBatch<T>?[most];          // one for each number of images

        public void Infer(ReadOnlySpan<T> images, Span<T> outputs)
        {
            int count = outputs.Length / output.Length;
            images.CopyTo(_images.Span);
            runner.Infer(_batches[count - 1] ??= new(_images.Slice(0, count)), _outputs);
            _outputs.Span[..outputs.Length].CopyTo(outputs);
        }
    }
}
