using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Pooling in lanes and of a single image against <see cref="Pool2dNaive"/>.</summary>
internal static class Pool2dTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Compare(PoolShape shape, Comparisons<T> to)
    {
        var (rows, columns, channels) = (shape.Rows, shape.Columns, shape.Channels);
        int images = Math.Min(shape.Images, Lanes.Count), plane = rows.Input * columns.Input, outPlane = rows.Output * columns.Output;
        var (input, input2) = to.Values(images * shape.InputLength);
        var (gradOutput, gradOutput2) = to.Values(images * shape.OutputLength);
        double[] most2 = new double[gradOutput.Length], mean2 = new double[gradOutput.Length], gradMost2 = new double[input.Length],
            gradMean2 = new double[input.Length];
        int[] indices = new int[most2.Length];
        Pool2dNaive.Max<double>(rows, columns, input2, most2, indices);
        Pool2dNaive.MaxBackward<double>(plane, outPlane, indices, gradOutput2, gradMost2);
        Pool2dNaive.Average<double>(rows, columns, shape.CountIncludePad, input2, mean2);
        Pool2dNaive.AverageBackward<double>(rows, columns, shape.CountIncludePad, gradOutput2, gradMean2);

        AveragePlan<T> plan = AveragePlan<T>.Of(rows, columns, shape.CountIncludePad);
        T[] x = Block(input, shape.InputLength), dy = Block(gradOutput, shape.OutputLength), y = new T[dy.Length], dx = new T[x.Length];
        Pool2d.Max<V, T>(plan.Table, new(channels, plane, Lanes.Count), x, y);
        to.Add("pooling, maximum, forward", $"{shape}", Images(y, shape.OutputLength, images), most2);
        Pool2d.MaxBackward<V, T>(plan.Table, new(channels, plane, Lanes.Count), x, y, dy, [], dx);
        to.Add("pooling, maximum, backward", $"{shape}", Images(dx, shape.InputLength, images), gradMost2);
        Pool2d.Average<V, T>(plan.Table, plan.Shares, new(channels, plane, Lanes.Count), x, y);
        to.Add("pooling, average, forward", $"{shape}", Images(y, shape.OutputLength, images), mean2);
        Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, new(channels, plane, Lanes.Count), dy, [], dx);
        to.Add("pooling, average, backward", $"{shape}", Images(dx, shape.InputLength, images), gradMean2);

        int pitch = (channels + V.Count - 1) / V.Count * V.Count;
        T[] image = new T[plane * pitch], output = new T[outPlane * pitch];
        for (int i = 0; i < shape.InputLength; i++) image[i % plane * pitch + i / plane] = input[i];
        Pool2dImage.Max<V, T>(plan.Table, pitch, image, output, columns.Output, columns.Output * pitch);
        to.Add("pooling, single image, maximum", $"{shape}", Planes(output, outPlane, pitch, channels), most2.AsSpan(0, shape.OutputLength));
        Pool2dImage.Average<V, T>(plan.Table, plan.Shares, pitch, image, output, columns.Output, columns.Output * pitch);
        to.Add("pooling, single image, average", $"{shape}", Planes(output, outPlane, pitch, channels), mean2.AsSpan(0, shape.OutputLength));
    }

    private static T[] Block(T[] images, int size) =>
        RandomValues.Blocks(new Tensor<T>(new Shape(images.Length / size, size), images)).Span.ToArray();

    private static T[] Images(T[] block, int size, int count)
    {
        T[] images = new T[count * size];
        Lanes.Deinterleave<T>(block, size, images);
        return images;
    }

    private static T[] Planes(T[] sideBySide, int plane, int pitch, int channels) =>
        [.. Enumerable.Range(0, channels * plane).Select(i => sideBySide[i % plane * pitch + i / plane])];
}
