using System.Numerics;
using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>Units of one number against their formulas in plain C#, ends and corners included, and against numbers that PyTorch gives.</summary>
public sealed class UnitTests
{
    private static readonly double[] _points =
        [-1000, -100, -30, -20.5, -7, -3, -2.999, -1, -0.5, -0.4, -1e-3, -1e-6, 0, 1e-6, 1e-3, 0.3, 0.5, 0.6, 1, 2.999, 3, 7, 20.5, 30, 100, 1000];

    private static IEnumerable<TestCaseData> Units()
    {
        yield return Unit("Elu", new Elu<double>(0.7), new Elu<float>(0.7), x => x > 0 ? x : 0.7 * ExpM1(x), x => x > 0 ? 1 : 0.7 * Math.Exp(x));
        yield return Unit("Selu", new Selu<double>(), new Selu<float>(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * ExpM1(x)),
            x => 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.Exp(x)));
        yield return Unit("Softplus", new Softplus<double>(), new Softplus<float>(), x => x > 20 ? x : LogP1(Math.Exp(x)), x =>
            x > 20 ? 1 : 1 / (1 + Math.Exp(-x)));
        yield return Unit("SoftplusSharp", new Softplus<double>(2, 5), new Softplus<float>(2, 5), x => 2 * x > 5 ? x : LogP1(Math.Exp(2 * x)) / 2,
            x => 2 * x > 5 ? 1 : 1 / (1 + Math.Exp(-2 * x)));
        yield return Unit("Hardsigmoid", new Hardsigmoid<double>(), new Hardsigmoid<float>(), x => Math.Clamp(x + 3, 0, 6) / 6, x => x is > -3 and < 3
            ? 1.0 / 6 : 0);
        yield return Unit("Mish", new Mish<double>(), new Mish<float>(), x => x * Math.Tanh(SoftplusOf(x)),
            x => Math.Tanh(SoftplusOf(x)) + x / Math.Pow(Math.Cosh(Math.Min(SoftplusOf(x), 300)), 2) / (1 + Math.Exp(-x)));
        yield return Unit("Hardtanh", new Hardtanh<double>(), new Hardtanh<float>(), x => Math.Clamp(x, -1, 1), x => x is > -1 and < 1 ? 1 : 0);
        yield return Unit("HardtanhUneven", new Hardtanh<double>(0.5, 7), new Hardtanh<float>(0.5, 7), x => Math.Clamp(x, 0.5, 7), x =>
            x is > 0.5 and < 7 ? 1 : 0);
        yield return Unit("Clamp", new Clamp<double>(-0.5, 7), new Clamp<float>(-0.5, 7), x => Math.Clamp(x, -0.5, 7), x => x is >= -0.5 and <= 7 ? 1
            : 0);
        yield return Unit("ClampBelow", new Clamp<double>(min: 1), new Clamp<float>(min: 1), x => Math.Max(x, 1), x => x >= 1 ? 1 : 0);
        yield return Unit("ClampAbove", new Clamp<double>(max: -0.5), new Clamp<float>(max: -0.5), x => Math.Min(x, -0.5), x => x <= -0.5 ? 1 : 0);
        yield return Unit("Prelu", new Prelu<double>(1, -0.25), new Prelu<float>(1, -0.25), x => x > 0 ? x : -0.25 * x, x => x > 0 ? 1 : -0.25);
    }

    [TestCaseSource(nameof(Units))]
    public void Run_AtEveryPoint_IsTheFormula(Layer<double> twice, Layer<float> once, Func<double, double> value, Func<double, double> slope)
    {
        Check(twice, value, slope, 1e-13);
        Check(once, value, slope, 2e-6);
    }

    // torch 2, float64, torch.nn.functional: the value, and the gradient by x of the sum.
    [TestCase("elu", -1, -0.6321205588285577, 0.36787944117144233)]
    [TestCase("selu", -1, -1.1113307378125625, 0.6467686030348148)]
    [TestCase("selu", 2, 2.101401974710961, 1.0507009873554805)]
    [TestCase("softplus", 1, 1.3132616875182228, 0.7310585786300049)]
    [TestCase("hardsigmoid", 1, 0.6666666666666666, 0.16666666666666666)]
    [TestCase("mish", 1, 0.8650983882673103, 1.0490362200997922)]
    [TestCase("mish", -1, -0.30340146137410895, 0.059216755877395)]
    public void Run_KnownPoint_IsPyTorchs(string name, double x, double value, double slope)
    {
        Module<double> unit = LayerCases.Of<double>(name).Modules[^1];
        var model = new Sequential<double>(unit);
        double got = model.Forward(new(new(1, 1), [x])).Span[0], back = model.Backward(new(new(1, 1), [1.0])).Span[0];
        Assert.That((got, back), Is.EqualTo((value, slope)).Within(1e-12));
    }

    [Test]
    public void Run_NotANumber_StaysOne([Values("elu", "selu", "softplus", "hardsigmoid", "mish", "hardtanh", "clamp", "prelu")] string name) =>
        Assert.That(new Sequential<float>(LayerCases.Of<float>(name).Modules[^1]).Infer(new(new(1, 1), [float.NaN])).Span[0], Is.NaN);

    [Test]
    public void Backward_PreluPerChannel_AddsUpWhatIsNotPositive()
    {
        var prelu = new Prelu<double>(2);
        var model = new Sequential<double>(prelu);
        prelu.Weight.Value.Span[0] = 0.5;
        prelu.Weight.Value.Span[1] = -2;
        Tensor<double> output = model.Forward(new(new(2, 2, 1, 2), [-1, 2, -3, -4, 5, -6, 7, 8.0]));
        Assert.That(output.Span.ToArray(), Is.EqualTo(new[] { -0.5, 2, 6, 8, 5, -3, 7, 8 }));
        Tensor<double> gradInput = model.Backward(new(new(2, 2, 1, 2), [1, 2, 3, 4, 5, 6, 7, 8.0]));
        Assert.That(gradInput.Span.ToArray(), Is.EqualTo(new[] { 0.5, 2, -6, -8, 5, 3, 7, 8 }));
        Assert.That(prelu.Weight.Gradient.Span.ToArray(), Is.EqualTo(new double[] { -1 - 36, -9 - 16 }));
    }

    [Test]
    public void Initialize_Prelu_StartsAsItWasMade()
    {
        var prelu = new Prelu<float>(3, 0.1);
        var model = new Sequential<float>(prelu);
        prelu.Weight.Value.Fill(5);
        model.Initialize(Initialization.Default, 1);
        Assert.That(prelu.Weight.Value.Span.ToArray(), Has.All.EqualTo(0.1f));
        Assert.That(model.NamedParameters().Single().Name, Is.EqualTo("0.weight"));
    }

    [Test]
    public void OutputShape_PreluOfOtherChannels_SaysBothNumbers() => Assert.That(() => new Prelu<float>(3).OutputShape(new(4, 2, 2)),
        Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Prelu: input of one image [4, 2, 2] has 4 channels, weight takes 3. Give it as "
            + "many, or one for all."));

    // As torch's local_response_norm: pad by size/2 and (size-1)/2, mean of squares times alpha plus k, to the power of beta.
    [Test]
    public void Run_LocalResponseNorm_IsTheDefinition([Values(1, 2, 3, 4, 9)] int size)
    {
        const double Alpha = 0.9, Beta = 0.6, K = 0.5;
        const int Channels = 7;
        double[] x = RandomTensors.Values<double>(Channels, size);
        var model = new Sequential<double>(new LocalResponseNorm<double>(size, Alpha, Beta, K));
        double[] expected = [.. x.Select((v, c) => v / Math.Pow(K + Alpha / size * Enumerable.Range(c - size / 2, size).Where(i =>
            i is >= 0 and < Channels).Sum(i => x[i] * x[i]), Beta))];
        TensorAssert.Close(model.Infer(new(new(1, Channels), x)), new(new(1, Channels), expected), 1e-13, 1e-15);
    }

    [Test]
    public void Constructor_WrongOption_Throws()
    {
        Assert.That(() => new Elu<float>(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(-1.0));
        Assert.That(() => new Softplus<float>(beta: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Softplus<float>(threshold: double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Hardtanh<float>(1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Clamp<float>(1, 0.5),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Clamp: max is 0.5, must be at least 1, which min is."));
        Assert.That(() => new Clamp<float>(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Prelu<float>(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LocalResponseNorm<float>(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LocalResponseNorm<float>(2, k: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static void Check<T>(Layer<T> layer, Func<double, double> value, Func<double, double> slope, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = [.. _points.Select(T.CreateChecked)];
        double[] points = [.. x.Select(double.CreateChecked)];                 // as the precision sees them
        var model = new Sequential<T>(layer);
        Tensor<T> output = model.Forward(new(new(1, x.Length), x)), gradInput =
            model.Backward(new Tensor<T>(new(1, x.Length)).Fill(T.CreateChecked(-3)));
        for (int i = 0; i < x.Length; i++)
        {
            Assert.That(double.CreateChecked(output.Span[i]), Is.EqualTo(value(points[i])).Within(tolerance * Math.Max(Math.Abs(value(points[i])),
                1e-7)), $"value at {points[i]}");
            Assert.That(double.CreateChecked(gradInput.Span[i]), Is.EqualTo(-3 * slope(points[i])).Within(10 * tolerance), $"slope at {points[i]}");
        }
    }

    private static double ExpM1(double x) => Math.Abs(x) < 1e-2 ? x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6)))))
        : Math.Exp(x) - 1;

    // What 1 + x is rounded to, put right.
    private static double LogP1(double x) => 1 + x == 1 ? x : double.IsInfinity(x) ? x : Math.Log(1 + x) * (x / (1 + x - 1));

    private static double SoftplusOf(double x) => Math.Max(x, 0) + LogP1(Math.Exp(-Math.Abs(x)));

    private static TestCaseData Unit(string name, Layer<double> twice, Layer<float> once, Func<double, double> value, Func<double, double> slope) =>
        new(twice, once, value, slope) { TestName = $"Run_{name}AtEveryPoint_IsTheFormula" };
}
