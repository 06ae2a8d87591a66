using System.Globalization;
using Scratch.Tensors;

namespace Scratch.Checking;

/// <summary>One element's gradient, claimed and found.</summary>
/// <param name="Argument">Whose.</param>
/// <param name="Shape">Of the argument.</param>
/// <param name="Position">The element's place, row-major.</param>
/// <param name="Got">The claim.</param>
/// <param name="Expected">The difference of the function.</param>
/// <param name="RelativeError">Their distance, relative to the argument's largest gradient.</param>
public sealed record GradientDeviation(string Argument, Shape Shape, int Position, double Got, double Expected, double RelativeError)
{
    /// <summary>For example <c>0.weight[3, 0, 1, 2]: got 0.25, expected 0.5, relative error 0.5</c>.</summary>
    public override string ToString()
    {
        int[] index = new int[Shape.Rank];
        for (int axis = index.Length - 1, rest = Position; axis >= 0; axis--) (rest, index[axis]) = Math.DivRem(rest, Shape[axis]);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Argument}[{string.Join(", ", index)}]: got {Got:G9}, expected {Expected:G9}, relative error {RelativeError:E1}");
    }
}

/// <summary>What a check found of one argument.</summary>
/// <param name="Argument">Its name.</param>
/// <param name="Checked">How many elements were checked.</param>
/// <param name="Kinks">How many of them had a kink within the step, and were right for a smaller one, or between the slopes of the two sides.</param>
/// <param name="WorstRelativeError">The largest relative error of an element.</param>
/// <param name="Worst">That element.</param>
public sealed record ArgumentCheck(string Argument, int Checked, int Kinks, double WorstRelativeError, GradientDeviation Worst);

/// <summary>What a gradient check found.</summary>
/// <param name="Tolerance">The largest relative error that passes.</param>
/// <param name="Arguments">Argument by argument.</param>
public sealed record GradientCheckResult(double Tolerance, IReadOnlyList<ArgumentCheck> Arguments)
{
    /// <summary>Whether every element passes. A check of nothing does not.</summary>
    public bool Passed => Arguments.Sum(argument => argument.Checked) > 0 && WorstRelativeError <= Tolerance;

    /// <summary>The largest relative error of all.</summary>
    public double WorstRelativeError => Arguments.Select(argument => argument.WorstRelativeError).DefaultIfEmpty(0).Max();

    /// <summary>One line; where the check failed, with the worst element of every argument that did.</summary>
    public override string ToString() => Passed
        ? string.Create(CultureInfo.InvariantCulture,
            $"{Arguments.Sum(a => a.Checked)} gradients are right: worst relative error {WorstRelativeError:E1}, {Arguments.Sum(a => a.Kinks)} kinks")
        : "wrong gradients: " + string.Join("; ", Arguments.Where(a => !(a.WorstRelativeError <= Tolerance) || a.Checked == 0).Select(a => a.Worst));
}
