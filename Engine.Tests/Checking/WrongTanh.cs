using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Tests.Checking;

/// <summary>tanh whose right backward pass is spoiled on purpose.</summary>
/// <param name="spoil">Changes the gradient by the input, [N, ...].</param>
internal sealed class WrongTanh(Action<Tensor<double>> spoil) : TensorLayer<double>
{
    public override Shape OutputShape(Shape input) => input;

    public override Tensor<double> Forward(Tensor<double> input)
    {
        Tensor<double> output = input.Clone();
        foreach (ref double y in output.Span) y = Math.Tanh(y);
        return output;
    }

    public override Tensor<double> Backward(Tensor<double> input, Tensor<double> output, Tensor<double> gradOutput)
    {
        Tensor<double> gradInput = gradOutput.Clone();
        for (int i = 0; i < gradInput.Length; i++) gradInput.Span[i] *= 1 - output.Span[i] * output.Span[i];
        spoil(gradInput);
        return gradInput;
    }
}
