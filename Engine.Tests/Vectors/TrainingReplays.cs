using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>What surrounds the layers: first values and statistics.</summary>
internal static class TrainingReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long Seed = 11;

    /// <summary>Mean, standard deviation and both histograms, as the telemetry takes them of a layer that changes nothing.</summary>
    public static void ActivationStatistics(Replay<T> replay)
    {
        replay.File.Expect("std", "unbiased");
        Tensor<T> x = replay.Get("x");
        int bins = (int)replay.File.Number("bins");
        var model = new Sequential<T>(new Flatten<T>());
        ActivationStatistics<T> zeroToTen = new(new() { Bins = bins }), around = new(new() { Bins = bins, Low = -7, High = 7 });
        model.RunnerFor(x.Shape.Tail()).Observers.AddRange([zeroToTen, around]);
        model.Forward(x);
        ActivationRecord record = zeroToTen.Layers[0][0];
        replay.Forward("mean", record.Mean);
        replay.Forward("std", record.StandardDeviation);
        replay.Compare("histc_0_10", Counts(zeroToTen), Tolerance.Exact);
        replay.Compare("histc_m7_7", Counts(around), Tolerance.Exact);
    }

    private static Tensor<T> Counts(ActivationStatistics<T> statistics) =>
        new(new Shape(statistics.Options.Bins), [.. statistics.Histogram(0, 0).ToArray().Select(T.CreateChecked)]);

    /// <summary>
    /// Gains, and the bounds and deviations of first values. Those show in the values: they are compared with values drawn from the same generator
    /// with what the file says, number by number.
    /// </summary>
    public static void Init(Replay<T> replay)
    {
        VectorFile file = replay.File;
        file.LeaveOut("fan_in", "fan_out", "ndim", "kaiming_normal_std_fan_out", "kaiming_uniform_bound_fan_out", "xavier_normal_std", "xavier_uniform_bound");
        string[] nonlinearities = file.Text("nonlinearity").Split(',');
        int[] shapes = file.GetIntegers("shape"), layerShapes = file.GetIntegers("layer_shape");
        Tensor<T> gain = replay.Get("gain"), a = replay.Get("a"), normal = replay.Get("kaiming_normal_std_fan_in"), uniform = replay.Get("kaiming_uniform_bound_fan_in");
        Tensor<T> weightBound = replay.Get("layer_default_weight_bound"), biasBound = replay.Get("layer_default_bias_bound");
        for (int row = 0; row < nonlinearities.Length; row++)
        {
            if (nonlinearities[row] is not ("relu" or "leaky_relu")) continue;
            double slope = double.CreateTruncating(a.Span[row]);
            // In double as in float: the slope was rounded to float32 too, and the gain is always computed in double.
            Compare(replay, $"gain of row {row}", Replay<float>.Scalar(Initializers.LeakyReluGain(slope)), Replay<float>.Scalar(double.CreateTruncating(gain.Span[row])));
            if (nonlinearities[row] != "relu") continue;
            Size(shapes, row, out int outputs, out int inputs, out Size2 kernelSize);
            FirstValues(replay, $"kaiming normal of row {row}", new Conv2d<T>(inputs, outputs, kernelSize), Initialization.KaimingNormal,
                (weight, random) => Initializers.Normal(weight, double.CreateTruncating(normal.Span[row]), random), (bias, _) => bias.Fill(T.Zero));
            FirstValues(replay, $"kaiming uniform of row {row}", new Conv2d<T>(inputs, outputs, kernelSize), Initialization.KaimingUniform,
                (weight, random) => Initializers.Uniform(weight, double.CreateTruncating(uniform.Span[row]), random), (bias, _) => bias.Fill(T.Zero));
        }
        for (int row = 0; row < layerShapes.Length / 4; row++)
        {
            Size(layerShapes, row, out int outputs, out int inputs, out Size2 kernelSize);
            List<Layer<T>> layers = [new Conv2d<T>(inputs, outputs, kernelSize)];
            if (kernelSize == 1) layers.Add(new Linear<T>(inputs, outputs));
            foreach (Layer<T> layer in layers)
                FirstValues(replay, $"default of {layer.TypeName}, row {row}", layer, Initialization.Default,
                    (weight, random) => Initializers.Uniform(weight, double.CreateTruncating(weightBound.Span[row]), random),
                    (bias, random) => Initializers.Uniform(bias, double.CreateTruncating(biasBound.Span[row]), random));
        }
    }

    private static void FirstValues(Replay<T> replay, string what, Layer<T> layer, Initialization initialization,
        Action<Tensor<T>, RandomGenerator> weight, Action<Tensor<T>, RandomGenerator> bias)
    {
        new Sequential<T>(layer).Initialize(initialization, Seed);
        var random = new RandomGenerator(Seed);
        foreach (Parameter<T> parameter in layer.Parameters)
        {
            var expected = new Tensor<T>(parameter.Value.Shape);
            (parameter.Name == "bias" ? bias : weight)(expected, random);
            replay.Compare($"{what}, {parameter.Name}", parameter.Value, expected, Tolerance.S(Tolerances.Forward(replay.File.Op).Relative));
        }
    }

    private static void Compare(Replay<T> replay, string what, Tensor<float> actual, Tensor<float> expected) =>
        replay.Compare(what, actual.Cast<T>(), expected.Cast<T>(), Tolerances.Forward(replay.File.Op));

    private static void Size(int[] shapes, int row, out int outputs, out int inputs, out Size2 kernelSize) =>
        (outputs, inputs, kernelSize) = (shapes[4 * row], shapes[4 * row + 1], (shapes[4 * row + 2], shapes[4 * row + 3]));
}
