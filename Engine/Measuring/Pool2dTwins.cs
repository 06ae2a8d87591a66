using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Pooling in both layouts against <see cref="Pool2dNaive"/>.</summary>
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
        InLayout("pooling", new(channels, plane, Lanes.Count), Block(input, shape.InputLength), Block(gradOutput, shape.OutputLength), Images);
        InLayout("pooling channels-last", new(images, plane, channels), Turned(input, plane, channels), Turned(gradOutput, outPlane, channels),
            (values, size) => Turned(values, channels, size / channels));

        void InLayout(string name, PixelExtent extent, T[] x, T[] dy, Func<T[], int, T[]> images)
        {
            T[] y = new T[dy.Length], dx = new T[x.Length];
            Pool2d.Max<V, T>(plan.Table, extent, x, y);
            to.Add($"{name}, maximum, forward", $"{shape}", images(y, shape.OutputLength), most2);
            Pool2d.MaxBackward<V, T>(plan.Table, extent, x, y, dy, [], dx);
            to.Add($"{name}, maximum, backward", $"{shape}", images(dx, shape.InputLength), gradMost2);
            Pool2d.Average<V, T>(plan.Table, plan.Shares, extent, x, y);
            to.Add($"{name}, average, forward", $"{shape}", images(y, shape.OutputLength), mean2);
            Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, extent, dy, [], dx);
            to.Add($"{name}, average, backward", $"{shape}", images(dx, shape.InputLength), gradMean2);
        }

        T[] Images(T[] block, int size)
        {
            T[] all = new T[images * size];
            Lanes.Deinterleave<T>(block, size, all);
            return all;
        }
    }

    private static T[] Block(T[] images, int size) =>
        RandomValues.Blocks(new Tensor<T>(new Shape(images.Length / size, size), images)).Span.ToArray();

    // [N, columns, rows] from [N, rows, columns].
    private static T[] Turned(T[] images, int columns, int rows)
    {
        int size = rows * columns;
        return [.. Enumerable.Range(0, images.Length).Select(i => images[i / size * size + i % rows * columns + i % size / rows])];
    }
}
