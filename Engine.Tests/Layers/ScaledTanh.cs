using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Layers;

/// <summary>A user's own layer, against the public API only: y = scale · tanh(x), with one learned scale. A sample to copy.</summary>
/// <remarks>
/// Any shape. tanh(x) = 1 - 2 / (exp(2x) + 1), which is right at both ends: exp gives 0 or infinity there. dx = scale · (1 - tanh²) · dy,
/// dscale = the sum of tanh · dy. Written once for every vector and precision; empty lanes hold zeros, and tanh keeps them zero.
/// </remarks>
public sealed class ScaledTanh<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _scale = new("scale", new Tensor<T>(new Shape(1)).Fill(T.One));

    /// <summary>[1].</summary>
    public Parameter<T> Scale => _scale;

    public override IReadOnlyList<Parameter<T>> Parameters => [_scale];

    public override BackwardReads BackwardReads => BackwardReads.Input;

    public override Shape OutputShape(Shape input) => input;

    public override void Forward<V>(in Pass<T> pass)
    {
        V scale = V.Splat(pass.Values(_scale)[0]);
        for (int i = 0; i < pass.Input.Length; i += V.Count) V.Store(scale * Tanh(V.Load(pass.Input[i..])), pass.Output[i..]);
    }

    public override void Backward<V>(in Pass<T> pass)
    {
        V scale = V.Splat(pass.Values(_scale)[0]), one = V.Splat(T.One), sum = default;
        for (int i = 0; i < pass.Input.Length; i += V.Count)
        {
            V tanh = Tanh(V.Load(pass.Input[i..])), gradOutput = V.Load(pass.GradOutput[i..]);
            sum = V.MultiplyAdd(tanh, gradOutput, sum);
            if (!pass.GradInput.IsEmpty) V.Store(scale * (one - tanh * tanh) * gradOutput, pass.GradInput[i..]);
        }
        if (pass.Wants(_scale)) pass.Gradient(_scale)[0] += V.Sum(sum);
    }

    private static V Tanh<V>(V x) where V : unmanaged, IVector<V, T>
    {
        V one = V.Splat(T.One), two = one + one;
        return one - two / (V.Exp(two * x) + one);
    }
}
