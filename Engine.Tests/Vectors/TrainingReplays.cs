using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>What surrounds the layers: first values and statistics.</summary>
internal static class TrainingReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long Seed = 11;
    private const double UnitOfFloat = 1.0 / (1 << 23);

    /// <summary>Mean, standard deviation and both histograms, as the telemetry takes them of a layer that changes nothing.</summary>
    public static void ActivationStatistics(Replay<T> replay)
    {
        replay.File.Expect("std", "unbiased");
        Tensor<T> x = replay.Get("x");
        int bins = (int)replay.File.Number("bins");
        var model = new Sequential<T>(new Flatten<T>());
        ActivationStatistics<T> zeroToTen = new(new() { Bins = bins }), around = new(new() { Bins = bins, Low = -7, High = 7 });
        List<BlockObserver<T>> observers = model.RunnerFor(x.Shape.Tail()).Observers;
        observers.Add(zeroToTen);
        model.Forward(x);
        observers[0] = around;
        model.Forward(WithoutTiny(x));
        ActivationRecord record = zeroToTen.Layers[0][0];
        replay.Forward("mean", record.Mean);
        replay.Forward("std", record.StandardDeviation);
        replay.Compare("histc_0_10", Counts(zeroToTen), Tolerance.Exact);
        replay.Compare("histc_m7_7", Counts(around), Tolerance.Exact);
    }

    // torch.histc adds 7 before it looks for the bin, in which -1e-45 is lost; numpy.histogram, and the engine, leave that number below the edge at
    // 0.
    private static Tensor<T> WithoutTiny(Tensor<T> x) => new(x.Shape, [.. x.Span.ToArray().Select(value => T.Abs(value) < T.CreateTruncating(1e-30)
        ? T.Zero : value)]);

    private static Tensor<T> Counts(ActivationStatistics<T> statistics) =>
        new(new Shape(statistics.Options.Bins), [.. statistics.Histogram(0, 0).ToArray().Select(T.CreateChecked)]);

    /// <summary>
    /// Fans, gains, deviations and bounds of every recipe; and the first values of layers, which are compared with values drawn from the same
    /// generator with what the file says, number by number.
    /// </summary>
    public static void Init(Replay<T> replay)
    {
        VectorFile file = replay.File;
        string[] nonlinearities = file.Text("nonlinearity").Split(',');
        int[] shapes = file.GetIntegers("shape"), axes = file.GetIntegers("ndim"), fanIn = file.GetIntegers("fan_in"), fanOut =
            file.GetIntegers("fan_out");
        Tensor<T> slopes = replay.Get("a"), gain = replay.Get("gain"), xavierNormal = replay.Get("xavier_normal_std"), xavierUniform =
            replay.Get("xavier_uniform_bound");
        for (int row = 0; row < nonlinearities.Length; row++)
        {
            var weight = new Shape(shapes.AsSpan(4 * row, axes[row]));
            Nonlinearity nonlinearity = Read(nonlinearities[row]);
            double slope = double.CreateTruncating(slopes.Span[row]), gainOf = Initializers.Gain(nonlinearity, slope);
            if (Fans.Of(weight) != new Fans(fanIn[row],
                fanOut[row])) throw new InvalidDataException($"{file.Name}: {weight} has fans {Fans.Of(weight)}, expected {fanIn[row]}, "
                + $"{fanOut[row]}.");
            Compare(replay, $"gain of row {row}", gainOf, gain.Span[row]);
            foreach (FanMode mode in Enum.GetValues<FanMode>())
            {
                string fan = mode == FanMode.FanIn ? "fan_in" : "fan_out";
                T normal = replay.Get($"kaiming_normal_std_{fan}").Span[row], uniform = replay.Get($"kaiming_uniform_bound_{fan}").Span[row];
                Compare(replay, $"kaiming {fan} of row {row}", Initializers.KaimingDeviation(weight, mode, nonlinearity, slope), normal);
                Drawn(replay, $"kaiming normal, {fan}, row {row}", weight, (to, random) => Initializers.KaimingNormal(to, random, mode, nonlinearity,
                    slope),
                    (to, random) => Initializers.Normal(to, double.CreateTruncating(normal), random));
                Drawn(replay, $"kaiming uniform, {fan}, row {row}", weight, (to, random) => Initializers.KaimingUniform(to, random, mode,
                    nonlinearity, slope),
                    (to, random) => Initializers.Uniform(to, double.CreateTruncating(uniform), random));
            }
            Compare(replay, $"xavier of row {row}", Initializers.XavierDeviation(weight, gainOf), xavierNormal.Span[row]);
            Drawn(replay, $"xavier normal, row {row}", weight, (to, random) => Initializers.XavierNormal(to, random, gainOf),
                (to, random) => Initializers.Normal(to, double.CreateTruncating(xavierNormal.Span[row]), random));
            Drawn(replay, $"xavier uniform, row {row}", weight, (to, random) => Initializers.XavierUniform(to, random, gainOf),
                (to, random) => Initializers.Uniform(to, double.CreateTruncating(xavierUniform.Span[row]), random));
        }
        LayerDefaults(replay);
    }

    private static void LayerDefaults(Replay<T> replay)
    {
        int[] layerShapes = replay.File.GetIntegers("layer_shape");
        Tensor<T> weightBound = replay.Get("layer_default_weight_bound"), biasBound = replay.Get("layer_default_bias_bound");
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

    private static Nonlinearity Read(string word) => word switch
    {
        "linear" or "conv2d" => Nonlinearity.Linear,
        "sigmoid" => Nonlinearity.Sigmoid,
        "tanh" => Nonlinearity.Tanh,
        "relu" => Nonlinearity.Relu,
        "leaky_relu" => Nonlinearity.LeakyRelu,
        "selu" => Nonlinearity.Selu,
        _ => throw new InvalidDataException($"'{word}' is no nonlinearity that the replay knows."),
    };

    private static void Drawn(Replay<T> replay, string what, Shape shape, Action<Tensor<T>, RandomGenerator> actual,
        Action<Tensor<T>, RandomGenerator> expected)
    {
        Tensor<T> got = new(shape), want = new(shape);
        actual(got, new(Seed));
        expected(want, new(Seed));
        replay.Compare(what, got, want, Tolerance.S(Tolerances.Forward(replay.File.Op).Relative));
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

    // Always computed in double, from a slope that the file has rounded to float32: that moves the result by up to float32's unit in the last place.
    private static void Compare(Replay<T> replay, string what, double actual, T expected) =>
        replay.Compare(what, Replay<T>.Scalar(actual), Replay<T>.Scalar(double.CreateTruncating(expected)),
            typeof(T) == typeof(double) ? Tolerance.E(UnitOfFloat / Tolerance.DoubleOverFloat, 0) : Tolerances.Forward(replay.File.Op));

    private static void Size(int[] shapes, int row, out int outputs, out int inputs, out Size2 kernelSize) =>
        (outputs, inputs, kernelSize) = (shapes[4 * row], shapes[4 * row + 1], (shapes[4 * row + 2], shapes[4 * row + 3]));
}
