using Scratch.Kernels;
using Scratch.Tensors;
using static TorchSharp.torch;

namespace Scratch.Bench.Peers;

/// <summary>libtorch, through TorchSharp: the same values in its tensors, and what it computes with them.</summary>
internal static class Torch
{
    /// <summary>A copy of a tensor's numbers.</summary>
    public static Tensor Of(Tensor<float> values) => tensor(values.Span.ToArray(), [.. values.Shape.Sizes.ToArray().Select(size => (long)size)]);

    /// <summary>A copy of a tensor's numbers, shaped like <paramref name="shape"/>.</summary>
    public static Tensor<float> ToScratch(Tensor values, Shape shape) => new(shape, values.contiguous().data<float>().ToArray());

    /// <summary>C = A · B, a new tensor, as its users get it.</summary>
    public static Variant Multiply(Tensor<float> a, Tensor<float> b, int threads)
    {
        set_num_threads(threads);
        Tensor left = Of(a), right = Of(b);
        return new(() => mm(left, right).Dispose(), () => ToScratch(mm(left, right), new(a.Shape[0], b.Shape[1])));
    }

    /// <summary>One direction of a convolution, from NCHW to NCHW; results are new tensors, as its users get them.</summary>
    public static Variant Convolution(Conv2dWorkload work, Conv2dDirection direction)
    {
        set_num_threads(work.Threads);
        Tensor input = Of(work.Input), weight = Of(work.Weight), bias = Of(work.Bias), gradOutput = Of(work.GradOutput);
        var (rows, columns) = (work.Geometry.Rows, work.Geometry.Columns);
        long[] stride = [rows.Stride, columns.Stride], padding = [rows.Padding, columns.Padding], dilation = [rows.Dilation, columns.Dilation];
        Tensor Forward() => nn.functional.conv2d(input, weight, bias, stride, padding, dilation, work.Geometry.Groups);
        if (direction == Conv2dDirection.Forward)
        {
            return new(() =>
            {
                using var _ = no_grad();
                Forward().Dispose();
            }, () => ToScratch(Forward(), work.GradOutput.Shape));
        }
        Tensor[] wanted = direction == Conv2dDirection.BackwardInput ? [input] : [weight, bias];
        foreach (Tensor variable in wanted) variable.requires_grad = true;
        Tensor output = Forward();
        IList<Tensor> Gradients() => autograd.grad([output], wanted, [gradOutput], retain_graph: true);
        return new(() =>
        {
            using var scope = NewDisposeScope();
            Gradients();
        }, () => direction == Conv2dDirection.BackwardInput
            ? ToScratch(Gradients()[0], work.Input.Shape)
            : ToScratch(cat([.. Gradients().Select(gradient => gradient.flatten())]), new(work.Weight.Length + work.Bias.Length)));
    }
}
