using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>How far one kernel was off for one shape.</summary>
internal readonly record struct Discrepancy(string Kernel, string Precision, string Shape, double Error);

/// <summary>Random numbers for kernels and their twins, and what comparing them gave.</summary>
internal sealed class Comparisons<T>(RandomGenerator random, double twinError) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Discrepancy> _found = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<Discrepancy> Found => _found;

    /// <summary>Random numbers in (-1, 1), also as a twin takes them.</summary>
    public (T[] Single, double[] Twice) Values(int length)
    {
        T[] values = RandomValues.Of<T>(new Shape(length), random).Span.ToArray();
        return (values, ToDouble(values));
    }

    /// <summary>Labels below <paramref name="classes"/>.</summary>
    public int[] Labels(int count, int classes) => RandomValues.Labels(count, classes, random);

    /// <summary>Notes the largest distance between a kernel's numbers and its twin's.</summary>
    /// <param name="kernel">Which kernel.</param>
    /// <param name="shape">For what.</param>
    /// <param name="actual">Its numbers.</param>
    /// <param name="expected">The twin's.</param>
    /// <param name="largest">What to hold the distance against; the twin's largest value by default.</param>
    public void Add(string kernel, string shape, ReadOnlySpan<T> actual, ReadOnlySpan<double> expected, double largest = 1)
    {
        double gap = actual.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(actual.Length, expected.Length); i++)
        {
            double twin = expected[i] * (1 + twinError), distance = Math.Abs(double.CreateTruncating(actual[i]) - twin);
            largest = Math.Max(largest, Math.Abs(twin));
            gap = Math.Max(gap, double.IsNaN(distance) ? double.PositiveInfinity : distance);
        }
        T at = T.CreateTruncating(largest);
        _found.Add(new(kernel, typeof(T) == typeof(float) ? "float" : "double", shape, gap / double.CreateTruncating(T.BitIncrement(at) - at)));
    }

    /// <summary>The same numbers in double.</summary>
    public static double[] ToDouble(ReadOnlySpan<T> values)
    {
        double[] copy = new double[values.Length];
        for (int i = 0; i < copy.Length; i++) copy[i] = double.CreateTruncating(values[i]);
        return copy;
    }
}
