using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Layers;

/// <summary>The same as <see cref="ScaledTanh{T}"/> by the simple face, functions of whole tensors; the scale is fixed.</summary>
public sealed class ScaledTanhOfTensors<T>(double scale) : TensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _scale = T.CreateTruncating(scale);

    public override BackwardReads BackwardReads => BackwardReads.Input;

    public override Shape OutputShape(Shape input) => input;

    public override Tensor<T> Forward(Tensor<T> input)
    {
        var output = new Tensor<T>(input.Shape);
        for (int i = 0; i < input.Length; i++) output.Span[i] = _scale * T.Tanh(input.Span[i]);
        return output;
    }

    public override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput)
    {
        var gradInput = new Tensor<T>(input.Shape);
        for (int i = 0; i < input.Length; i++)
        {
            T tanh = T.Tanh(input.Span[i]);
            gradInput.Span[i] = _scale * (T.One - tanh * tanh) * gradOutput.Span[i];
        }
        return gradInput;
    }
}
