using Scratch.Checking;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>What the check found of the input, or of one layer's parameters.</summary>
/// <param name="Of">The input, or the layer's path and type.</param>
/// <param name="Numbers">How many numbers there are.</param>
/// <param name="Checked">How many of them were checked.</param>
/// <param name="Kinks">How many lay at a kink, such as a ReLU's, and were right beside it.</param>
/// <param name="WorstRelativeError">The largest error.</param>
/// <param name="Worst">Where it is.</param>
internal sealed record GradcheckLine(string Of, long Numbers, int Checked, int Kinks, double WorstRelativeError, string Worst);

/// <summary>What <c>gradcheck</c> prints, as a table or as JSON.</summary>
internal sealed record GradcheckReport(string Model, double Tolerance, bool Passed, double WorstRelativeError, IReadOnlyList<GradcheckLine> Lines)
{
    /// <summary>Gathers a result layer by layer.</summary>
    public static GradcheckReport Of(string name, Model<double> model, int inputLength, GradientCheckResult result)
    {
        List<GradcheckLine> lines = [Line("input", inputLength, [result.Arguments.Single(argument => argument.Argument == "input")])];
        foreach (Layer<double> layer in model.Layers.Where(layer => layer.Parameters.Count > 0))
        {
            ArgumentCheck[] own = [.. result.Arguments.Where(argument => layer.Parameters.Any(parameter =>
                argument.Argument == $"{layer.Path}.{parameter.Name}"))];
            lines.Add(Line($"{layer.Path} {layer.TypeName}", layer.Parameters.Sum(parameter => (long)parameter.Shape.Length), own));
        }
        return new(name, result.Tolerance, result.Passed, result.WorstRelativeError, lines);
    }

    private static GradcheckLine Line(string of, long numbers, IReadOnlyList<ArgumentCheck> checks)
    {
        ArgumentCheck worst = checks.MaxBy(check => check.WorstRelativeError)!;
        return new(of, numbers, checks.Sum(check => check.Checked), checks.Sum(check => check.Kinks), worst.WorstRelativeError, $"{worst.Worst}");
    }
}
