using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.OwnLayers;

/// <summary>A layer of several values: the sum of all of them, each times a number that is learned. Feature pyramids join their levels so.</summary>
/// <remarks>
/// y = the sum of weight[i] · x[i]; all x of one shape, weight [n]. dx[i] = weight[i] · dy, dweight[i] = the sum of x[i] · dy.
/// Source: Tan, Pang and Le, "EfficientDet: scalable and efficient object detection", 2019, section 3.3.
/// It knows both layouts: what happens is the same for every number, however they lie.
/// </remarks>
public sealed class WeightedSum<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _weight;

    /// <summary>For so many values.</summary>
    public WeightedSum(int values) => _weight = new("weight", new Tensor<T>(new Shape(values)).Fill(T.One));

    /// <summary>[n].</summary>
    public Parameter<T> Weight => _weight;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [_weight];

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => OutputShapeFor([input]);

    /// <inheritdoc/>
    public override Shape OutputShapeFor(ReadOnlySpan<Shape> inputs)
    {
        int values = _weight.Value.Length;
        if (inputs.Length != values)
            throw new ShapeMismatchException($"{Who}: {inputs.Length} values are connected, weight takes {values}.", new Shape(values),
                new Shape(inputs.Length));
        foreach (Shape input in inputs)
            if (input != inputs[0]) throw new ShapeMismatchException($"{Who}: the values are {inputs[0]} and {input}. They must be alike.", inputs[0],
                input);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) => _weight.Value.Fill(T.One);

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = pass.Values(_weight);
        for (int at = 0; at < pass.Output.Length; at += V.Count)             // whole vectors: blocks end in filling, which may become anything
        {
            V sum = default;
            for (int i = 0; i < pass.InputCount; i++) sum = V.MultiplyAdd(V.Splat(weight[i]), V.Load(pass.InputAt(i)[at..]), sum);
            V.Store(sum, pass.Output[at..]);
        }
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = pass.Values(_weight);
        for (int i = 0; i < pass.InputCount; i++)
        {
            ReadOnlySpan<T> input = pass.InputAt(i);
            Span<T> gradInput = pass.GradInputAt(i);
            for (int at = 0; at < gradInput.Length; at += V.Count) V.Store(V.Splat(weight[i]) * V.Load(pass.GradOutput[at..]), gradInput[at..]);
            if (pass.Wants(_weight)) pass.Gradient(_weight)[i] += Dot<V>(input, pass.GradOutput, pass.OutputExtent.Numbers);
        }
    }

    // Filling must not count: what is left of the numbers is taken one by one.
    private static T Dot<V>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int length) where V : unmanaged, IVector<V, T>
    {
        V sum = default;
        int at = 0;
        for (; at + V.Count <= length; at += V.Count) sum = V.MultiplyAdd(V.Load(a[at..]), V.Load(b[at..]), sum);
        T total = V.Sum(sum);
        for (; at < length; at++) total += a[at] * b[at];
        return total;
    }
}
