using System.Numerics;
using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Strict comparison of tensors: fails on unequal shapes and on a NaN that is not expected, and reports the worst element.</summary>
public static class TensorAssert
{
    /// <summary>|actual - expected| ≤ rtol · |expected| + atol, element by element.</summary>
    public static void Close<T>(Tensor<T> actual, Tensor<T> expected, double rtol, double atol, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Within(actual, expected, Tolerance.E(rtol, atol), what);

    /// <summary>The same for spans of one shape.</summary>
    public static void Close<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, Shape shape, double rtol, double atol, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Within(actual, expected, shape, Tolerance.E(rtol, atol), what);

    /// <summary>|actual - expected| ≤ tolerance · the largest |expected|: for sums whose terms cancel.</summary>
    public static void CloseToLargest<T>(Tensor<T> actual, Tensor<T> expected, double tolerance, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Within(actual, expected, Tolerance.S(tolerance), what);

    /// <summary>The same for spans of one shape.</summary>
    public static void CloseToLargest<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, Shape shape, double tolerance, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Within(actual, expected, shape, Tolerance.S(tolerance), what);

    /// <summary>The very same values; 0 and -0 are equal, and so are NaN and NaN.</summary>
    public static void Equal<T>(Tensor<T> actual, Tensor<T> expected, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Within(actual, expected, Tolerance.Exact, what);

    /// <summary>Within any tolerance.</summary>
    public static void Within<T>(Tensor<T> actual, Tensor<T> expected, Tolerance tolerance, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (actual.Shape != expected.Shape) Assert.Fail($"{what}: shape {actual.Shape}, expected {expected.Shape}.");
        Within(actual.Span, expected.Span, expected.Shape, tolerance, what);
    }

    /// <summary>The same for spans of one shape.</summary>
    public static void Within<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, Shape shape, Tolerance tolerance, string what = "tensor")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var comparison = TensorComparison.Of(actual, expected, shape, tolerance);
        if (!comparison.IsClose) Assert.Fail($"{what}: {comparison.Report}");
    }
}
