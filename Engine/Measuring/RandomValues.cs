using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>Random numbers to compute with, evenly spread over (-1, 1), and their layouts.</summary>
internal static class RandomValues
{
    /// <summary>As many numbers as the shape has places.</summary>
    public static Tensor<T> Of<T>(Shape shape, RandomGenerator random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = new Tensor<T>(shape);
        foreach (ref T value in tensor.Span) value = T.CreateTruncating(random.NextUniform(-1, 1));
        return tensor;
    }

    /// <summary>Images in lanes: [N, ...] becomes [blocks, size·lanes], empty lanes zero.</summary>
    public static Tensor<T> Blocks<T>(Tensor<T> images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = images.Shape[0], size = images.Length / count;
        var blocks = new Tensor<T>(new Shape(Lanes.Blocks(count), size * Lanes.Count));
        for (int block = 0; block < blocks.Shape[0]; block++)
            Lanes.Interleave<T>(images.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, count) * size), size, blocks.Slice(block, 1).Span);
        return blocks;
    }

    /// <summary>Labels from 0 up to, not including, <paramref name="classes"/>.</summary>
    public static int[] Labels(int count, int classes, RandomGenerator random)
    {
        int[] labels = new int[count];
        foreach (ref int label in labels.AsSpan()) label = random.NextInt(classes);
        return labels;
    }
}
