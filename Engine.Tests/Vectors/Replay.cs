using System.Numerics;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>One file replayed in one precision: its tensors in that precision, and how far every result is from what the file expects.</summary>
/// <param name="file">What is replayed.</param>
public sealed class Replay<T>(VectorFile file) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<string> _failures = [];

    /// <summary>The file.</summary>
    public VectorFile File => file;

    /// <summary>What is too far away.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>The largest share of a tolerance that a result used.</summary>
    public double WorstShare { get; private set; }

    /// <summary>How many results were compared.</summary>
    public int Compared { get; private set; }

    /// <summary>A tensor of the file.</summary>
    public Tensor<T> Get(string tensor) => file.Get<T>(tensor);

    /// <summary>A tensor of the file, or none.</summary>
    public Tensor<T>? GetIfThere(string tensor) => file.Has(tensor) ? Get(tensor) : null;

    /// <summary>Compares a result with what the file expects, by the operation's tolerance forward.</summary>
    public void Forward(string tensor, Tensor<T> actual, string by = "") => Compare(tensor, actual, Tolerances.Forward(file.Op), by);

    /// <summary>Compares a gradient with what the file expects, by the operation's tolerance backward.</summary>
    public void Backward(string tensor, Tensor<T> actual, string by = "") => Compare(tensor, actual, Tolerances.Backward(file.Op), by);

    /// <summary>Compares one number.</summary>
    public void Forward(string tensor, double actual, string by = "") => Forward(tensor, Scalar(actual), by);

    /// <summary>Compares whole numbers, such as indices.</summary>
    public void Integers(string tensor, ReadOnlySpan<int> actual, string by = "")
    {
        Compared++;
        int[] expected = file.GetIntegers(tensor);
        if (!actual.SequenceEqual(expected)) _failures.Add($"{tensor}{by}: [{string.Join(", ", actual.ToArray())}], expected "
            + $"[{string.Join(", ", expected)}].");
    }

    /// <summary>Compares with a tensor of the file, by a rule of its own.</summary>
    /// <param name="tensor">The expected tensor's name.</param>
    /// <param name="actual">Of the same shape.</param>
    /// <param name="tolerance">As for float; double's follows from it.</param>
    /// <param name="by">Which way it was computed, if there are several.</param>
    public void Compare(string tensor, Tensor<T> actual, Tolerance tolerance, string by = "") =>
        Compare(tensor + by, actual, Get(tensor), file.IsExact ? Tolerance.Exact : tolerance);

    /// <summary>Compares two tensors.</summary>
    public void Compare(string what, Tensor<T> actual, Tensor<T> expected, Tolerance tolerance)
    {
        Compared++;
        if (actual.Shape != expected.Shape)
        {
            _failures.Add($"{what}: shape {actual.Shape}, expected {expected.Shape}.");
            return;
        }
        var comparison = TensorComparison.Of<T>(actual.Span, expected.Span, expected.Shape, typeof(T) == typeof(double) ? tolerance.InDouble()
            : tolerance);
        WorstShare = Math.Max(WorstShare, comparison.Share);
        if (!comparison.IsClose) _failures.Add($"{what}: {comparison.Report}");
    }

    /// <summary>A tensor of one number, [].</summary>
    public static Tensor<T> Scalar(double value) => new(new Shape(), [T.CreateTruncating(value)]);
}
