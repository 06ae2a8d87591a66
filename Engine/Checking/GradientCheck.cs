using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Checking;

/// <summary>Numbers that a function depends on, and the gradient that is claimed for them.</summary>
/// <param name="Name">What reports call them: <c>input</c>, <c>0.weight</c>.</param>
/// <param name="Value">The numbers; the check moves each a little and puts it back.</param>
/// <param name="Gradient">The claim, of the same shape.</param>
public sealed record GradientArgument(string Name, Tensor<double> Value, Tensor<double> Gradient);

/// <summary>How to check.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>How far each number is moved; 1e-5 balances the error of the difference against that of rounding in double.</summary>
    public double Step { get; init; } = 1e-5;

    /// <summary>The largest relative error that passes.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>How many elements of each argument to check, chosen by the seed; all by default.</summary>
    public int Sample { get; init; } = int.MaxValue;

    /// <summary>Of the sample and of the random gradient by the output.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Whether the model runs as in training.</summary>
    public bool Training { get; init; } = true;
}

/// <summary>Compares hand-written gradients with differences of the function itself, in double.</summary>
/// <remarks>
/// The central difference (f(x + h) - f(x - h)) / 2h is right to about 1e-10 where f is smooth. The error is relative to the largest
/// gradient of the same argument (or a thousandth of the largest of all arguments, if that is more), so that an element that should be
/// zero is not compared with rounding noise. Where f has a kink within h (a ReLU that switches, a maximum that changes hands), the step
/// is made smaller; where it has one at x itself, every slope between the two sides' is right: such elements are counted as kinks.
/// </remarks>
public static class GradientCheck
{
    private static readonly double[] Refinements = [1, 1.0 / 8, 1.0 / 64];

    /// <summary>Checks a model: the gradients of its input and of every parameter.
    /// The loss is the sum of its output times fixed random numbers.</summary>
    /// <param name="model">In double; its gradients and running statistics are put back afterwards.</param>
    /// <param name="input">[N, ...] random numbers, away from the kinks of the first layer.</param>
    /// <param name="options">How to check.</param>
    public static GradientCheckResult Run(Model<double> model, Tensor<double> input, GradientCheckOptions? options = null)
    {
        options ??= new();
        Tensor<double> oldGradients = model.ParameterVector.Gradients.Clone();
        List<(Tensor<double> Value, Tensor<double> Old)> oldBuffers = [.. model.Layers.SelectMany(layer => layer.Buffers).Select(buffer =>
            (buffer.Value, buffer.Value.Clone()))];
        try
        {
            model.ZeroGrad();
            Tensor<double> weights = model.Forward(input, options.Training);           // of the output's shape; its values go
            Initializers.Uniform(weights, 1, new RandomGenerator(options.Seed));
            Tensor<double> gradInput = model.Backward(weights);
            model.Step--;                                                    // what chance decides must stay the same
            List<GradientArgument> arguments =
            [
                new("input", input, gradInput),
                .. model.NamedParameters().Select(named => new GradientArgument(named.Name, named.Parameter.Value, named.Parameter.Gradient.Clone())),
            ];
            return Run(Value, arguments, options);

            double Value()
            {
                PutBuffersBack();                                            // a layer may normalise by what earlier passes left
                return model.Forward(input, options.Training).Dot(weights);
            }
        }
        finally
        {
            oldGradients.Span.CopyTo(model.ParameterVector.Gradients.Span);
            PutBuffersBack();
        }

        void PutBuffersBack()
        {
            foreach (var (value, old) in oldBuffers) old.Span.CopyTo(value.Span);
        }
    }

    /// <summary>Checks one layer by itself.</summary>
    /// <param name="layer">In double; its parameters leave the model they were in, so check a layer before it joins one.</param>
    /// <param name="input">[N, ...].</param>
    /// <param name="options">How to check.</param>
    public static GradientCheckResult Run(Layer<double> layer, Tensor<double> input, GradientCheckOptions? options = null) =>
        Run(new Sequential<double>(layer), input, options);

    /// <summary>Checks any function of some arguments.</summary>
    /// <param name="function">Computed anew from the arguments' values at each call.</param>
    /// <param name="arguments">The values it depends on, with the gradients that are claimed.</param>
    /// <param name="options">How to check.</param>
    /// <exception cref="ShapeMismatchException">A gradient has another shape than its argument.</exception>
    public static GradientCheckResult Run(Func<double> function, IReadOnlyList<GradientArgument> arguments, GradientCheckOptions? options = null)
    {
        options ??= new();
        var random = new RandomGenerator(options.Seed);
        var differences = new List<(GradientArgument Argument, int[] Positions, double[] Expected)>();
        foreach (GradientArgument argument in arguments)
        {
            ShapeGuard.Same($"GradientCheck '{argument.Name}'", "the gradient", argument.Value.Shape, argument.Gradient.Shape);
            int[] positions = Choose(argument.Value.Length, options.Sample, random);
            differences.Add((argument, positions, Array.ConvertAll(positions, position => Difference(function, argument, position, options.Step))));
        }
        double largest = differences.SelectMany(d => d.Expected).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return new(options.Tolerance, [.. differences.Select(d => Compare(function, d.Argument, d.Positions, d.Expected, largest, options))]);
    }

    private static ArgumentCheck Compare(Func<double> function, GradientArgument argument, int[] positions, double[] expected, double largest,
        GradientCheckOptions options)
    {
        double scale = Math.Max(expected.Select(Math.Abs).DefaultIfEmpty(0).Max(), Math.Max(1e-3 * largest, 1e-300));
        GradientDeviation worst = new(argument.Name, argument.Value.Shape, 0, 0, 0, 0);
        int kinks = 0;
        for (int i = 0; i < positions.Length; i++)
        {
            double got = argument.Gradient.Span[positions[i]], want = expected[i], error = Error(got, want, scale);
            if (error > options.Tolerance)
            {
                foreach (double refinement in Refinements)
                {
                    double closer = Difference(function, argument, positions[i], options.Step * refinement);
                    if (Error(got, closer, scale) < error) (want, error) = (closer, Error(got, closer, scale));
                }
                if (error > options.Tolerance && IsBetweenSlopes(function, argument, positions[i], got, scale, options)) error = 0;
                if (error <= options.Tolerance) kinks++;
            }
            if (i == 0 || !(error <= worst.RelativeError)) worst = new(argument.Name, argument.Value.Shape, positions[i], got, want, error);
        }
        return new(argument.Name, positions.Length, kinks, worst.RelativeError, worst);
    }

    // NaN must not pass: every comparison with it is false.
    private static double Error(double got, double expected, double scale)
    {
        double error = Math.Abs(got - expected) / scale;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static double Difference(Func<double> function, GradientArgument argument, int position, double step) =>
        (At(function, argument, position, step) - At(function, argument, position, -step)) / (2 * step);

    /// <summary>Whether the function has a kink at this very point and the claim lies between the slopes of its two sides.</summary>
    private static bool IsBetweenSlopes(Func<double> function, GradientArgument argument, int position, double got, double scale,
        GradientCheckOptions options)
    {
        double step = options.Step * Refinements[^1], here = function(), allowed = options.Tolerance * scale;
        double right = (At(function, argument, position, step) - here) / step, left = (here - At(function, argument, position, -step)) / step;
        bool isKink = Math.Abs(right - left) > 100 * allowed;
        return isKink && got >= Math.Min(left, right) - allowed && got <= Math.Max(left, right) + allowed;
    }

    private static double At(Func<double> function, GradientArgument argument, int position, double step)
    {
        ref double value = ref argument.Value.Span[position];
        double old = value;
        value = old + step;
        try
        {
            return function();
        }
        finally
        {
            value = old;
        }
    }

    private static int[] Choose(int length, int sample, RandomGenerator random)
    {
        int[] positions = [.. Enumerable.Range(0, length)];
        if (sample >= length) return positions;
        random.Shuffle<int>(positions);
        Array.Resize(ref positions, sample);
        Array.Sort(positions);
        return positions;
    }
}
