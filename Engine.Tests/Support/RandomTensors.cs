using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Seeded values and shapes. Every value is a float, so a float run and a double run compute with the same numbers.</summary>
public static class RandomTensors
{
    /// <summary>Uniform in [-1, 1).</summary>
    public static T[] Values<T>(int length, long seed) where T : unmanaged, IFloatingPointIeee754<T> => Values<T>(length, seed, -1, 1);

    /// <summary>Uniform in [low, high).</summary>
    public static T[] Values<T>(int length, long seed, double low, double high) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new RandomGenerator(seed);
        var values = new T[length];
        for (int i = 0; i < length; i++) values[i] = T.CreateChecked((float)random.NextUniform(low, high));
        return values;
    }

    /// <summary>Whole numbers from 0 to limit - 1: for ties, and for sums without rounding.</summary>
    public static T[] Integers<T>(int length, int limit, long seed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new RandomGenerator(seed);
        var values = new T[length];
        for (int i = 0; i < length; i++) values[i] = T.CreateChecked(random.NextInt(limit));
        return values;
    }

    /// <summary>A tensor of uniform values in [-1, 1).</summary>
    public static Tensor<T> Tensor<T>(Shape shape, long seed) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(shape, Values<T>(shape.Length, seed));

    /// <summary>A shape of <paramref name="rank"/> axes, each from 1 to <paramref name="most"/>.</summary>
    public static Shape Shape(int rank, int most, RandomGenerator random)
    {
        int[] sizes = new int[rank];
        for (int axis = 0; axis < rank; axis++) sizes[axis] = 1 + random.NextInt(most);
        return new(sizes);
    }

    /// <summary>The same numbers in double.</summary>
    public static double[] ToDouble<T>(ReadOnlySpan<T> values) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++) result[i] = double.CreateChecked(values[i]);
        return result;
    }
}
