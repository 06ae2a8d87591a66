using NUnit.Framework;
using Scratch.Checking;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Checking;

/// <summary>The check is itself checked: it must find every wrong gradient, and nothing in a right one.</summary>
public sealed class GradientCheckTests
{
    private static readonly Tensor<double> Input = RandomTensors.Tensor<double>(new(2, 3, 4), 1);

    private static readonly TestCaseData[] Mistakes =
    [
        new TestCaseData((Tensor<double> g) => { g[1, 2, 0] *= 1.001; }) { TestName = "Run_OneElementSlightlyOff_Fails" },
        new TestCaseData((Tensor<double> g) => { (g[0, 1, 2], g[0, 2, 1]) = (g[0, 2, 1], g[0, 1, 2]); }) { TestName = "Run_SwappedIndices_Fails" },
        new TestCaseData((Tensor<double> g) => { g.Scale(0.5); }) { TestName = "Run_MissingFactor_Fails" },
        new TestCaseData((Tensor<double> g) => { g.Scale(-1); }) { TestName = "Run_WrongSign_Fails" },
        new TestCaseData((Tensor<double> g) => { g.Fill(0); }) { TestName = "Run_ZeroGradient_Fails" },
        new TestCaseData((Tensor<double> g) => { g[0, 0, 0] = double.NaN; }) { TestName = "Run_NaN_Fails" },
        new TestCaseData((Tensor<double> g) => { g[1, 0, 3] = double.PositiveInfinity; }) { TestName = "Run_Infinity_Fails" },
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void Run_Mistake_Fails(Action<Tensor<double>> spoil)
    {
        Assert.That(new WrongTanh(_ => { }), HasCorrectGradient.For(Input));
        Assert.That(GradientCheck.Run(new WrongTanh(spoil), Input).Passed, Is.False);
        Assert.That(new WrongTanh(spoil), !HasCorrectGradient.For(Input));
    }

    [Test]
    public void Run_Mistake_NamesArgumentIndexGotAndExpected()
    {
        GradientCheckResult result = GradientCheck.Run(new WrongTanh(g => g[1, 2, 0] = 7.25), Input);
        GradientDeviation worst = result.Arguments.Single().Worst;
        Assert.That((worst.Argument, worst.Position, worst.Got), Is.EqualTo(("input", 20, 7.25)));
        Assert.That(result.ToString(), Does.StartWith("wrong gradients: input[1, 2, 0]: got 7.25, expected ").And.Contain(", relative error "));
    }

    [Test]
    public void Constraint_Mistake_FailsWithTheResultsText()
    {
        var constraint = HasCorrectGradient.For(Input);
        var result = constraint.ApplyTo(new WrongTanh(g => g[1, 2, 0] = 7.25));
        using var writer = new NUnit.Framework.Internal.TextMessageWriter();
        result.WriteMessageTo(writer);
        Assert.That(writer.ToString(), Does.Contain("wrong gradients: input[1, 2, 0]: got 7.25, expected "));
    }

    [Test]
    public void Constraint_NotALayer_SaysSo() =>
        Assert.That(() => HasCorrectGradient.For(Input).ApplyTo("conv"),
            Throws.ArgumentException.With.Message.StartsWith("HasCorrectGradient: String is neither"));

    [Test]
    public void Run_MistakesInSeveralArguments_NamesTheWorstOfEach()
    {
        GradientArgument Argument(string name, double claim) => new(name, new(new(2), [0.5, -0.25]), new(new(2), [1, claim]));
        GradientArgument right = Argument("right", -0.5), a = Argument("a", 3), b = Argument("b", 4);
        double Squares(GradientArgument x) => x.Value.Dot(x.Value);
        string text = GradientCheck.Run(() => Squares(right) + Squares(a) + Squares(b), [right, a, b]).ToString();
        Assert.That(text, Does.Match(@"^wrong gradients: a\[1\]: got 3, expected -0\.\d+, relative error 3\.5E\+000; "
            + @"b\[1\]: got 4, expected -0\.\d+, relative error 4\.5E\+000$"));
    }

    [Test]
    public void Run_RightFunction_PassesAndCounts()
    {
        Tensor<double> x = RandomTensors.Tensor<double>(new(3, 2), 2), gradient = x.Clone().Scale(2);
        GradientCheckResult result = GradientCheck.Run(() => x.Dot(x), [new("x", x, gradient)]);
        Assert.That((result.Passed, result.Arguments[0].Checked, result.Arguments[0].Kinks), Is.EqualTo((true, 6, 0)));
        Assert.That(result.WorstRelativeError, Is.LessThan(1e-8));
        Assert.That(result.ToString(), Does.StartWith("6 gradients are right: worst relative error "));
    }

    [Test]
    public void Run_GradientOfAnotherShape_Throws()
    {
        var argument = new GradientArgument("w", new(new(2, 3)), new(new(3, 2)));
        ShapeMismatchException? exception = Assert.Throws<ShapeMismatchException>(() => GradientCheck.Run(() => 0, [argument]));
        Assert.That((exception!.Expected, exception.Actual), Is.EqualTo((new Shape(2, 3), new Shape(3, 2))));
        Assert.That(exception.Message, Does.StartWith("GradientCheck 'w': "));
    }

    [Test]
    public void Run_ElementThatShouldBeZero_IsNotComparedWithRoundingNoise()
    {
        Tensor<double> x = new(new(2), [1e6, 0.3]), y = new(new(1), [0.7]);
        GradientCheckResult result = GradientCheck.Run(() => x.Span[0] * 1e3, [new("x", x, new(new(2), [1e3, 0])), new("y", y, new(new(1)))]);
        Assert.That(result.Passed, result.ToString());
    }

    [TestCase(0.0)]
    [TestCase(1e-9)]
    [TestCase(-1e-9)]
    [TestCase(3e-6)]
    [TestCase(-3e-6)]
    public void Run_ReluAtOrNearItsKink_IsCountedNotFailed(double kink)
    {
        Tensor<double> input = Input.Clone();
        input[0, 1, 1] = kink;
        GradientCheckResult result = GradientCheck.Run(new Relu<double>(), input);
        Assert.That(result.Passed, result.ToString());
        Assert.That(result.Arguments.Single().Kinks, Is.EqualTo(1));
    }

    [TestCase(0.0)]
    [TestCase(3e-6)]
    public void Run_MistakeBesideAKink_Fails(double kink)
    {
        Tensor<double> input = Input.Clone();
        (input[0, 1, 1], input[0, 1, 2]) = (kink, 0.5);
        GradientCheckResult result = GradientCheck.Run(new Sequential<double>(new Relu<double>(), new WrongTanh(g => g[0, 1, 2] *= 1.01)), input);
        Assert.That(result.ToString(), Does.StartWith("wrong gradients: input[0, 1, 2]: "));
    }

    [TestCase(3e-6, TestName = "Run_WrongSlopeNearAKink_Fails")]
    [TestCase(0.0, TestName = "Run_SlopeOutsideBothSidesAtAKink_Fails")]
    public void Run_WrongSlope_Fails(double x)
    {
        var argument = new GradientArgument("x", new(new(2), [x, 0.8]), new(new(2), [1.2, 1]));
        Assert.That(GradientCheck.Run(() => Math.Max(0, argument.Value.Span[0]) + argument.Value.Span[1], [argument]).Passed, Is.False);
    }

    [Test]
    public void Run_Sample_ChecksSoManyOfEachArgumentAndAlwaysTheSame()
    {
        var visited = new HashSet<int>();
        GradientCheckResult Check(long seed)
        {
            Tensor<double> x = RandomTensors.Tensor<double>(new(50), 3), old = x.Clone();
            double Function()
            {
                for (int i = 0; i < 50; i++)
                    if (x.Span[i] != old.Span[i]) visited.Add(i);
                return x.Dot(x);
            }
            return GradientCheck.Run(Function, [new("x", x, old.Clone().Scale(2))], new() { Sample = 7, Seed = seed });
        }
        Assert.That(Check(1).Arguments[0].Checked, Is.EqualTo(7));
        Check(1);
        Assert.That(visited, Has.Count.EqualTo(7));
        Check(2);
        Assert.That(visited, Has.Count.GreaterThan(7));
    }

    [Test]
    public void Run_NothingToCheck_DoesNotPass() => Assert.That(GradientCheck.Run(() => 1, []).Passed, Is.False);

    [Test]
    public void Run_ExactlyRight_StillNamesItsArgument()
    {
        var argument = new GradientArgument("x", new(new(2), [0.5, 0.25]), new(new(2)));
        Assert.That(GradientCheck.Run(() => 3, [argument]).Arguments[0].Worst.Argument, Is.EqualTo("x"));
    }

    [Test]
    public void Run_Model_LeavesGradientsStatisticsAndInputAsTheyWere()
    {
        Model<double> model = RandomModel.Of<double>(4, [new Conv2d<double>(3, 2, 2), new BatchNorm2d<double>(2)]);
        Tensor<double> input = RandomTensors.Tensor<double>(new(3, 3, 4, 3), 5), before = input.Clone();
        RandomTensors.Values<double>(model.ParameterVector.Gradients.Length, 6).CopyTo(model.ParameterVector.Gradients.Span);
        double[] gradients = model.ParameterVector.Gradients.Span.ToArray();
        string hash = model.Hash();
        Assert.That(model, HasCorrectGradient.For(input));
        Assert.That(model.ParameterVector.Gradients.Span.ToArray(), Is.EqualTo(gradients));
        Assert.That((model.Hash(), input.Span.SequenceEqual(before.Span)), Is.EqualTo((hash, true)));
    }

    [Test]
    public void Run_ModelThatThrowsOnTheWay_IsLeftAsItWas()
    {
        int calls = 0;
        var failing = new Lambda<double>("Failing", x => ++calls == 9 ? throw new NotFiniteNumberException() : x.Clone(), (_, dy) =>
            dy.Clone(), shape => shape);
        Model<double> model = RandomModel.Of<double>(7, [new BatchNorm2d<double>(3), failing]);
        Tensor<double> input = RandomTensors.Tensor<double>(new(3, 3, 1, 2), 8), before = input.Clone();
        string hash = model.Hash();
        Assert.That(() => GradientCheck.Run(model, input), Throws.TypeOf<NotFiniteNumberException>());
        Assert.That((model.Hash(), input.Span.SequenceEqual(before.Span)), Is.EqualTo((hash, true)));
    }
}
