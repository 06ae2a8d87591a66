using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>tanh as a tensor layer whose backward pass reads its own output, so that nobody may overwrite that.</summary>
public sealed class OutputReader<T> : TensorLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override BackwardReads BackwardReads => BackwardReads.Output;

    public override Shape OutputShape(Shape input) => input;

    public override Tensor<T> Forward(Tensor<T> input)
    {
        Tensor<T> output = input.Clone();
        foreach (ref T y in output.Span) y = T.Tanh(y);
        return output;
    }

    public override Tensor<T> Backward(Tensor<T> input, Tensor<T> output, Tensor<T> gradOutput)
    {
        Tensor<T> gradInput = gradOutput.Clone();
        for (int i = 0; i < gradInput.Length; i++) gradInput.Span[i] *= T.One - output.Span[i] * output.Span[i];
        return gradInput;
    }
}
