using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Optimizers;

/// <summary>What all optimisers share, and the formulas of those that divide by the gradients' size.</summary>
public sealed class OptimizerTests
{
    private const double Rate = 0.03, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, Decay = 0.2;

    private static readonly Dictionary<string, Func<ParameterVector<double>, Optimizer<double>>> Makers = new()
    {
        ["Sgd"] = vector => new Sgd<double>(vector, Rate, 0.9, 0.4, Decay),
        ["Adam"] = vector => new Adam<double>(vector, Rate, Beta1, Beta2, Epsilon, Decay),
        ["AdamW"] = vector => new AdamW<double>(vector, Rate, Beta1, Beta2, Epsilon, Decay),
        ["RmsProp"] = vector => new RmsProp<double>(vector, Rate, 0.9, Epsilon, Decay, 0.7),
        ["RmsProp centred"] = vector => new RmsProp<double>(vector, Rate, 0.9, Epsilon, Decay, 0.7, centered: true),
    };

    private static IEnumerable<string> Names => Makers.Keys;

    /// <summary>The step of one number, by the book; the state is what it remembers.</summary>
    private static double ByHand(string name, int step, double w, double gradient, double[] state)
    {
        double g = gradient + (name == "AdamW" ? 0 : Decay * w);
        switch (name)
        {
            case "Sgd":
                state[0] = step == 1 ? g : 0.9 * state[0] + 0.6 * g;
                return w - Rate * state[0];
            case "Adam" or "AdamW":
                state[0] = Beta1 * state[0] + (1 - Beta1) * g;
                state[1] = Beta2 * state[1] + (1 - Beta2) * g * g;
                double mean = state[0] / (1 - Math.Pow(Beta1, step)), square = state[1] / (1 - Math.Pow(Beta2, step));
                return (name == "AdamW" ? w - Rate * Decay * w : w) - Rate * mean / (Math.Sqrt(square) + Epsilon);
            default:
                state[0] = 0.9 * state[0] + 0.1 * g * g;
                state[1] = 0.9 * state[1] + 0.1 * g;
                state[2] = 0.7 * state[2] + g / (Math.Sqrt(state[0] - (name == "RmsProp" ? 0 : state[1] * state[1])) + Epsilon);
                return w - Rate * state[2];
        }
    }

    private static Model<double> Model() => RandomModel.Of<double>(1, [new Linear<double>(23, 19), new Linear<double>(19, 3)]);

    private static void Gradients(Model<double> model, int seed)
    {
        foreach (Parameter<double> parameter in model.ParameterVector.Parameters) RandomTensors.Values<double>(parameter.Gradient.Length, 100
            + seed++).CopyTo(parameter.Gradient.Span);
    }

    [Test]
    public void Step_FiveTimes_EqualsTheFormula([ValueSource(nameof(Names))] string name)
    {
        Model<double> model = Model();
        Optimizer<double> optimizer = Makers[name](model.ParameterVector);
        Parameter<double>[] parameters = [.. model.ParameterVector.Parameters];
        double[][] expected = [.. parameters.Select(parameter => parameter.Value.Span.ToArray())];
        double[][][] states = [.. expected.Select(values => values.Select(_ => new double[3]).ToArray())];
        for (int step = 1; step <= 5; step++)
        {
            Gradients(model, step);
            optimizer.Step();
            for (int p = 0; p < parameters.Length; p++)
            {
                for (int i = 0; i < expected[p].Length; i++) expected[p][i] = ByHand(name, step, expected[p][i], parameters[p].Gradient.Span[i],
                    states[p][i]);
                TensorAssert.Close(parameters[p].Value.Span, expected[p], new(expected[p].Length), 1e-12, 1e-13, $"step {step}, parameter {p}");
            }
        }
        for (int state = 0; state < optimizer.States.Count && !(name == "RmsProp" && state > 0); state++)
            for (int p = 0; p < parameters.Length; p++)
                TensorAssert.Close(optimizer.States[state].Value.Slice(parameters[p].Offset, expected[p].Length).Span, [.. states[p].Select(values =>
                    values[state])],
                    new(expected[p].Length), 1e-12, 1e-13, optimizer.States[state].Name);
    }

    [Test]
    public void Step_ParametersLargerThanAPiece_SameBitsForAnyThreads([ValueSource(nameof(Names))] string name, [Values(2, 3, 8)] int threads)
    {
        string Hash(int count)
        {
            Model<double> model = RandomModel.Of<double>(2, [new Linear<double>(401, 211)]);
            Optimizer<double> optimizer = name switch
            {
                "Sgd" => new Sgd<double>(model.ParameterVector, Rate, 0.9, 0.4, Decay) { Threads = count },
                "Adam" => new Adam<double>(model.ParameterVector, Rate, weightDecay: Decay) { Threads = count },
                "AdamW" => new AdamW<double>(model.ParameterVector, Rate, weightDecay: Decay) { Threads = count },
                _ => new RmsProp<double>(model.ParameterVector, Rate, momentum: 0.7, centered: name != "RmsProp") { Threads = count },
            };
            for (int step = 0; step < 3; step++)
            {
                Gradients(model, step);
                optimizer.Step();
            }
            return model.Hash();
        }
        Assert.That(Hash(threads), Is.EqualTo(Hash(1)));
    }

    [Test]
    public void Step_FrozenThenThawed_StartsAsANewParameterDoes([ValueSource(nameof(Names))] string name)
    {
        Model<double> late = Model(), fresh = Model();
        Optimizer<double> thawing = Makers[name](late.ParameterVector), other = Makers[name](fresh.ParameterVector);
        Parameter<double> parameter = late.ParameterVector.Parameters[1], twin = fresh.ParameterVector.Parameters[1];
        parameter.Frozen = true;
        double[] before = parameter.Value.Span.ToArray();
        for (int step = 0; step < 3; step++)
        {
            Gradients(late, step);
            thawing.Step();
        }
        Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(before), "frozen, yet it moved");
        parameter.Frozen = false;
        for (int step = 0; step < 2; step++)
        {
            Gradients(late, 50 + step);
            Gradients(fresh, 50 + step);
            thawing.Step();
            other.Step();
        }
        Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(twin.Value.Span.ToArray()));
    }

    [Test]
    public void Groups_RateAndDecay_AreTheirOwn([ValueSource(nameof(Names))] string name)
    {
        Model<double> model = Model(), slow = Model(), plain = Model();
        Parameter<double>[] of = [.. model.ParameterVector.Parameters];
        Optimizer<double> WithGroups() => name switch
        {
            "AdamW" => new AdamW<double>(model.ParameterVector, Rate, Beta1, Beta2, Epsilon, Decay) { Groups = Groups() },
            "Adam" => new Adam<double>(model.ParameterVector, Rate, Beta1, Beta2, Epsilon, Decay) { Groups = Groups() },
            "Sgd" => new Sgd<double>(model.ParameterVector, Rate, 0.9, 0.4, Decay) { Groups = Groups() },
            _ => new RmsProp<double>(model.ParameterVector, Rate, 0.9, Epsilon, Decay, 0.7, name != "RmsProp") { Groups = Groups() },
        };
        IReadOnlyList<ParameterGroup<double>> Groups() => [new([of[0]]) { LearningRateFactor = 0.1 }, new([of[1], of[3]]) { WeightDecay = 0 }];
        Optimizer<double> grouped = WithGroups(), tenth = Makers[name](slow.ParameterVector), undecayed = Makers[name](plain.ParameterVector);
        tenth.LearningRate = Rate * 0.1;
        undecayed.WeightDecay = 0;
        Model<double> whole = Model();
        Optimizer<double> rest = Makers[name](whole.ParameterVector);
        for (int step = 0; step < 3; step++)
            foreach (var (each, optimizer) in new[] { (model, grouped), (slow, tenth), (plain, undecayed), (whole, rest) })
            {
                Gradients(each, step);
                optimizer.Step();
            }
        Assert.That(of[0].Value.Span.ToArray(), Is.EqualTo(slow.ParameterVector.Parameters[0].Value.Span.ToArray()));
        Assert.That(of[1].Value.Span.ToArray(), Is.EqualTo(plain.ParameterVector.Parameters[1].Value.Span.ToArray()));
        Assert.That(of[2].Value.Span.ToArray(), Is.EqualTo(whole.ParameterVector.Parameters[2].Value.Span.ToArray()), "in no group");
        Assert.That(of[3].Value.Span.ToArray(), Is.EqualTo(plain.ParameterVector.Parameters[3].Value.Span.ToArray()));
    }

    [Test]
    public void NormsAndBiases_OfAModel_AreWhatHasOneAxis()
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 4, 3), new BatchNorm2d<float>(4), new Flatten<float>(), new Linear<float>(4, 3));
        ParameterGroup<float> group = ParameterGroup<float>.NormsAndBiases(model.ParameterVector);
        Assert.That(model.NamedParameters().Where(named => group.Parameters.Contains(named.Parameter)).Select(named => named.Name),
            Is.EqualTo(["0.bias", "1.weight", "1.bias", "3.bias"]));
        Assert.That((group.WeightDecay, group.LearningRateFactor), Is.EqualTo((0.0, 1.0)));
    }

    [Test]
    public void Groups_ParameterTwiceOrOfAnotherModel_Throws()
    {
        Model<double> model = Model();
        Parameter<double> weight = model.ParameterVector.Parameters[0];
        Assert.That(() => new Sgd<double>(model.ParameterVector, 0.1) { Groups = [new([weight]), new([weight])] },
            Throws.ArgumentException.With.Message.StartsWith("Sgd: parameter 0, 'weight' [19, 23], is in two groups."));
        Assert.That(() => new Sgd<double>(model.ParameterVector, 0.1) { Groups = [new(Model().ParameterVector.Parameters)] },
            Throws.ArgumentException.With.Message.StartsWith("Sgd: parameter 'weight' [19, 23] of a group is not one of the 4 to be stepped."));
    }

    [Test]
    public void Group_WrongNumber_Throws()
    {
        var group = new ParameterGroup<float>([]);
        Assert.That(() => group.LearningRateFactor = -1,
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("ParameterGroup: LearningRateFactor is -1"));
        Assert.That(() => group.WeightDecay = double.NaN,
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("ParameterGroup: WeightDecay is NaN"));
    }

    [TestCase(1.0, 0.9, 1e-8, "beta1")]
    [TestCase(-0.1, 0.9, 1e-8, "beta1")]
    [TestCase(0.9, 1.0, 1e-8, "beta2")]
    [TestCase(0.9, double.NaN, 1e-8, "beta2")]
    [TestCase(0.9, 0.9, 0.0, "epsilon")]
    public void Adam_WrongNumber_Throws(double beta1, double beta2, double epsilon, string name) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(() => { _ = new AdamW<double>(Model().ParameterVector, 0.1, beta1, beta2,
            epsilon); })!.ParamName, Is.EqualTo(name));

    [TestCase(1.0, 1e-8, 0, 0, "alpha")]
    [TestCase(0.9, 0, 0, 0, "epsilon")]
    [TestCase(0.9, 1e-8, -1, 0, "weightDecay")]
    [TestCase(0.9, 1e-8, 0, -1, "momentum")]
    public void RmsProp_WrongNumber_Throws(double alpha, double epsilon, double decay, double momentum, string name) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(() => { _ = new RmsProp<double>(Model().ParameterVector, 0.1, alpha, epsilon, decay,
            momentum); })!.ParamName, Is.EqualTo(name));

    [Test]
    public void Momentum_OfAdam_IsBeta1AndChecked()
    {
        var adam = new Adam<double>(Model().ParameterVector);
        adam.Momentum = 0.7;
        Assert.That(() => adam.Momentum = 1,
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Adam: Momentum is 1, must be at least 0 and below 1."));
        Assert.That(adam.Momentum, Is.EqualTo(0.7));
    }

    [Test]
    public void Centred_ConstantGradient_IsNoNumberNever()
    {
        var parameter = new Parameter<float>("weight", new(new(3)));
        var optimizer = new RmsProp<float>(new ParameterVector<float>([parameter]), 1e-3, alpha: 0.5, centered: true);
        for (int step = 0; step < 200; step++)
        {
            parameter.Gradient.Fill(0.1f);                                   // the variance is zero but for rounding, which may make it negative
            optimizer.Step();
        }
        Assert.That(parameter.Value.Span.ToArray(), Has.None.NaN);
    }

    [Test]
    public void Step_NumbersBesideTheParameters_StayZero([ValueSource(nameof(Names))] string name)
    {
        Model<double> model = Model();
        Optimizer<double> optimizer = Makers[name](model.ParameterVector);
        Gradients(model, 1);
        optimizer.Step();
        bool[] own = new bool[model.ParameterVector.Values.Length];
        foreach (Parameter<double> parameter in model.ParameterVector.Parameters) own.AsSpan(parameter.Offset, parameter.Value.Length).Fill(true);
        foreach (Tensor<double> vector in optimizer.States.Select(state => state.Value).Append(model.ParameterVector.Values))
            Assert.That(vector.Span.ToArray().Where((_, i) => !own[i]), Is.Not.Empty.And.All.Zero);
    }

    private readonly struct Sums<V> : IStepRule<V> where V : unmanaged, IVector<V, float>
    {
        public static int States => 3;

        public void Step(ref V w, V gradient, ref V a, ref V b, ref V c) => (w, a, b, c) = (w + gradient, a + w, b - w, c * w);
    }

    [Test]
    public void Run_EveryLength_StepsEveryNumberAndNoOther([Range(0, 67)] int length)
    {
        Run<SimdPortable<float>>(length);
        Run<Simd256<float>>(length);
        Run<Simd512<float>>(length);
    }

    private static void Run<V>(int length) where V : unmanaged, IVector<V, float>
    {
        float[][] before = [.. Enumerable.Range(0, 5).Select(i => RandomTensors.Values<float>(length + 2, i))], after =
            [.. before.Select(values => values.ToArray())];
        ParameterStep.Run<V, float, Sums<V>>(default, after[0].AsSpan(1, length), after[1].AsSpan(1, length), after[2].AsSpan(1, length),
            after[3].AsSpan(1, length),
            after[4].AsSpan(1, length));
        for (int i = 0; i < length + 2; i++)
        {
            bool inside = i > 0 && i <= length;
            var (w, g, a, b, c) = (before[0][i], before[1][i], before[2][i], before[3][i], before[4][i]);
            Assert.That((after[0][i], after[1][i], after[2][i], after[3][i], after[4][i]), Is.EqualTo(inside ? (w + g, g, a + w, b - w, c * w)
                : (w, g, a, b, c)), $"number {i}");
        }
    }
}
