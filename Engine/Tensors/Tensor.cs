using System.Numerics;
using System.Numerics.Tensors;
using Platform = System.Numerics.Tensors;

namespace Scratch.Tensors;

/// <summary>Numbers in a block of memory, and a <see cref="Tensors.Shape"/> that says how to read them.</summary>
/// <remarks>
/// Dense, contiguous, row-major: the last axis is adjacent in memory. Images are [N, C, H, W], convolution weights [outC, inC, kH, kW].
/// <see cref="Reshape"/> and <see cref="Slice"/> share memory. The memory starts on a cache line and is never moved; nothing needs disposing.
/// The bridges to the platform's own types copy nothing.
/// </remarks>
public sealed class Tensor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Strip = 256;                                           // numbers that are turned into double at a time
    private readonly T[] _storage;
    private readonly int _offset;

    /// <summary>A tensor of zeros.</summary>
    public Tensor(Shape shape)
    {
        Shape = shape;
        (_storage, _offset) = AlignedMemory.Allocate<T>(shape.Length);
    }

    /// <summary>A tensor with a copy of <paramref name="values"/>, row by row.</summary>
    /// <exception cref="ShapeMismatchException">There are more or fewer values than the shape has elements.</exception>
    public Tensor(Shape shape, ReadOnlySpan<T> values) : this(shape)
    {
        if (values.Length != shape.Length)
            ShapeGuard.Mismatch("Tensor", $"{values.Length} values do not fill shape {shape} of {shape.Length} elements.", shape,
                new Shape(values.Length));
        values.CopyTo(Span);
    }

    private Tensor(T[] storage, int offset, Shape shape) => (_storage, _offset, Shape) = (storage, offset, shape);

    /// <summary>The sizes.</summary>
    public Shape Shape { get; }

    /// <summary>How many elements.</summary>
    public int Length => Shape.Length;

    /// <summary>All elements in row-major order, to read and to write.</summary>
    public Span<T> Span => new(_storage, _offset, Length);

    /// <summary>One element, an index per axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its axis, or there is not one per axis.</exception>
    public ref T this[params ReadOnlySpan<int> indices] => ref _storage[_offset + Position(indices)];

    /// <summary>The same numbers read with another shape. One size may be -1: it is worked out from the others.</summary>
    /// <remarks>Shares memory with this tensor.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes hold different numbers of elements.</exception>
    public Tensor<T> Reshape(params ReadOnlySpan<int> sizes)
    {
        int[] wanted = sizes.ToArray();
        int free = Array.IndexOf(wanted, -1);
        if (free >= 0)
        {
            wanted[free] = 1;
            int others = new Shape(wanted).Length;
            wanted[free] = others == 0 ? 0 : Length / others;
        }
        var shape = new Shape(wanted);
        if (shape.Length != Length)
            ShapeGuard.Mismatch("Reshape", $"{Shape} has {Length} elements, [{string.Join(", ", sizes.ToArray())}] cannot hold them.", shape, Shape);
        return new(_storage, _offset, shape);
    }

    /// <summary>Some entries of the first axis, for example images 8 to 15 of a batch. Shares memory with this tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the axis.</exception>
    public Tensor<T> Slice(int start, int count)
    {
        int size = Shape[0];
        if ((uint)start > (uint)size || (uint)count > (uint)(size - start))
            throw new ArgumentOutOfRangeException(nameof(start), start,
                $"Tensor {Shape}: entries {start} to {start + count} leave the first axis of {size}.");
        Shape entry = Shape.Tail();
        return new(_storage, _offset + start * entry.Length, entry.Prepend(count));
    }

    /// <summary>A copy with memory of its own.</summary>
    public Tensor<T> Clone() => new(Shape, Span);

    /// <summary>A copy in another precision, for example a float model's weights for a gradient check in double.</summary>
    public Tensor<TOther> Cast<TOther>() where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var other = new Tensor<TOther>(Shape);
        TensorPrimitives.ConvertTruncating<T, TOther>(Span, other.Span);
        return other;
    }

    /// <summary>Sets every element to <paramref name="value"/> and returns this tensor.</summary>
    public Tensor<T> Fill(T value)
    {
        Span.Fill(value);
        return this;
    }

    /// <summary>Adds <paramref name="other"/> element by element, in place, and returns this tensor.</summary>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public Tensor<T> Add(Tensor<T> other)
    {
        ShapeGuard.Same("Add", "the other tensor", Shape, other.Shape);
        TensorPrimitives.Add(Span, other.Span, Span);
        return this;
    }

    /// <summary>Multiplies every element by <paramref name="factor"/>, in place, and returns this tensor.</summary>
    public Tensor<T> Scale(T factor)
    {
        TensorPrimitives.Multiply(Span, factor, Span);
        return this;
    }

    /// <summary>The sum of all elements.</summary>
    /// <remarks>Added up in double: in T, a long sum would drift.</remarks>
    public T Sum() => T.CreateTruncating(SumOf(Span));

    /// <summary>The arithmetic mean of all elements; NaN for none.</summary>
    public T Mean() => T.CreateTruncating(SumOf(Span) / Length);

    /// <summary>The largest magnitude of an element; zero for none.</summary>
    public T MaxMagnitude() => Length == 0 ? T.Zero : T.Abs(TensorPrimitives.MaxMagnitude<T>(Span));

    /// <summary>The sum of products with another tensor, the scalar product of both read as vectors.</summary>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public T Dot(Tensor<T> other)
    {
        ShapeGuard.Same("Dot", "the other tensor", Shape, other.Shape);
        Span<double> some = stackalloc double[Strip], others = stackalloc double[Strip];
        double sum = 0;
        for (int start = 0, count; start < Length; start += count)
        {
            count = Math.Min(Strip, Length - start);
            TensorPrimitives.ConvertTruncating<T, double>(Span.Slice(start, count), some);
            TensorPrimitives.ConvertTruncating<T, double>(other.Span.Slice(start, count), others);
            sum += TensorPrimitives.Dot<double>(some[..count], others[..count]);
        }
        return T.CreateTruncating(sum);
    }

    /// <summary>The same memory as the platform's span of a tensor.</summary>
    public TensorSpan<T> AsTensorSpan() => new(_storage, _offset, Lengths(), []);

    /// <summary>The same memory as the platform's read-only span of a tensor.</summary>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan() => new(_storage, _offset, Lengths(), []);

    /// <summary>The same memory as the platform's own tensor.</summary>
    public Platform.Tensor<T> AsPlatformTensor() => Platform.Tensor.Create(_storage, _offset, Lengths(), []);

    /// <summary>A tensor with a copy of a platform tensor's elements.</summary>
    public static Tensor<T> CopyOf(scoped in ReadOnlyTensorSpan<T> source)
    {
        int[] sizes = new int[source.Rank];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = checked((int)source.Lengths[i]);
        var tensor = new Tensor<T>(new Shape(sizes));
        source.FlattenTo(tensor.Span);
        return tensor;
    }

    /// <summary>The numbers, as NumPy prints them: <c>[[1.  0.5] [2.  3. ]]</c> on a line for each row. Of more than 1000 the first and last three
    /// along each axis.</summary>
    public override string ToString() => TensorText.Of(this);

    private static double SumOf(ReadOnlySpan<T> values)
    {
        Span<double> some = stackalloc double[Strip];
        double sum = 0;
        for (int start = 0; start < values.Length; start += Strip)
        {
            ReadOnlySpan<T> next = values.Slice(start, Math.Min(Strip, values.Length - start));
            TensorPrimitives.ConvertTruncating(next, some);
            sum += TensorPrimitives.Sum<double>(some[..next.Length]);
        }
        return sum;
    }

    // The platform knows no tensor without axes: there it is one of one element.
    private nint[] Lengths() => Shape.Rank == 0 ? [1] : Array.ConvertAll(Shape.Sizes.ToArray(), size => (nint)size);

    private int Position(ReadOnlySpan<int> indices)
    {
        if (indices.Length != Shape.Rank)
            throw new ArgumentOutOfRangeException(nameof(indices), $"Tensor {Shape}: {indices.Length} indices for {Shape.Rank} axes.");
        int position = 0;
        for (int axis = 0; axis < indices.Length; axis++)
        {
            if ((uint)indices[axis] >= (uint)Shape[axis])
                throw new ArgumentOutOfRangeException(nameof(indices), indices[axis],
                    $"Tensor {Shape}: index {indices[axis]} leaves axis {axis} of {Shape[axis]}.");
            position = position * Shape[axis] + indices[axis];
        }
        return position;
    }
}
