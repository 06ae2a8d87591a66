using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Additions and activations go into the normalisation before them, in training too, and gradients that meet into the convolution that
/// writes one: what comes out is the same, but for the order in which gradients are added, and no bit depends on threads.</summary>
public sealed class FusionTests
{
    private static readonly Shape Image = new(3, 9, 7);
    private static readonly string[] _whatIsLeft = ["Conv2d", "BatchNorm2d"];

    private static IEnumerable<TestCaseData> Models()
    {
        foreach (ConvolutionAlgorithm algorithm in new[] { ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels })
        {
            TestCaseData Case(string name, params Func<ConvolutionAlgorithm, Module<double>>[] modules) =>
                new TestCaseData((Func<Module<double>[]>)(() =>
                    [.. modules.Select(module => module(algorithm))])).SetArgDisplayNames($"{name}, {algorithm}");

            yield return Case("identity and projected shortcuts", a => Conv(a, 3, 18), _ => Norm(18), _ => new Relu<double>(),
                a => Block(a, 18, 18), _ => new Relu<double>(), a => Block(a, 18, 20, Shortcut(a, 18, 20)), _ => new LeakyRelu<double>(0.1), a =>
                    Block(a, 20, 20), _ => new Relu6<double>(), a => Conv(a, 20, 2));
            yield return Case("no activation, pre-activation, sigmoid", a => Conv(a, 3, 18), a => Block(a, 18, 18), _ => Norm(18), _ =>
                new Sigmoid<double>(),
                a => Block(a, 18, 18), _ => new Tanh<double>());
            yield return Case("the shortcut activates", a => Conv(a, 3, 18),
                a => Block(a, 18, 20, new Sequential<double>(Conv(a, 18, 20), new Relu<double>())), _ => new Relu<double>(),
                a => Block(a, 20, 20, new Sequential<double>(Conv(a, 20, 20), Norm(20), new Relu<double>())), _ => new Relu<double>());
            yield return Case("a shortcut within a shortcut", a => Conv(a, 3, 18), _ => Norm(18), a => new Residual<double>(Block(a, 18, 18),
                new Sequential<double>(Block(a, 18, 18), new Relu<double>())), _ => new Relu<double>(), a => Conv(a, 18, 2));
            yield return Case("one value, two shortcuts", a => Conv(a, 3, 18), _ => Norm(18),
                a => new TwoSums(Conv(a, 18, 18), Conv(a, 18, 18), () => Norm(18)));
        }
    }

    [TestCaseSource(nameof(Models))]
    public void ForwardAndBackward_FusedOrNot_GiveTheSame(Func<Module<double>[]> modules)
    {
        foreach (int images in new[] { 5, 33 })
            foreach (bool training in new[] { true, false })
                foreach (int threads in new[] { 1, 3 })
                {
                    double[] fused = Run(modules(), images, training, threads, apart: false), apart = Run(modules(), images, training, threads,
                        apart: true);
                    var shape = new Shape(fused.Length);
                    TensorAssert.CloseToLargest(new Tensor<double>(shape, fused), new Tensor<double>(shape, apart), 1e-12,
                        $"{images} images, training {training}, {threads} threads");
                    Assert.That(fused, Is.EqualTo(Run(modules(), images, training, threads: 1, apart: false)), "threads");
                }
    }

    [Test]
    public void Run_ResidualBlocks_HaveNoPassForAdditionsAndActivations()
    {
        const ConvolutionAlgorithm A = ConvolutionAlgorithm.Channels;
        Model<double> model = RandomModel.Of<double>(1, [Conv(A, 3, 18), Norm(18), new Relu<double>(), Block(A, 18, 18), new Relu<double>(),
            Block(A, 18, 20, Shortcut(A, 18, 20)), new Relu<double>(), Conv(A, 20, 2)]);
        Plan<double> plan = model.RunnerFor(Image).PlanFor(PlanGoal.Train(32));
        Assert.That(plan.Steps.Where(step => step.Kind is StepKind.Copy or StepKind.Add), Is.Empty);
        Assert.That(plan.Nodes.Select(node => node.Layer.TypeName).Distinct(), Is.EquivalentTo(_whatIsLeft));
        Assert.That(plan.Nodes.Count(node => node.Addend is not null), Is.EqualTo(2));
        Assert.That(plan.Steps.Count(step => step.GradAddend is not null), Is.EqualTo(2));
        // What goes back through a normalisation that is alone with its activation lies where it came.
        Assert.That(plan.Steps.Where(step => step.Kind == StepKind.Backward && step.Node.IsWholeBatch && step.Node.Addend is null
            && step.Node.Activation.IsSome)
            .All(step => step.GradInputs[0]!.Owner == step.GradOutput!.Owner), Is.True);
    }

    private static double[] Run(Module<double>[] modules, int images, bool training, int threads, bool apart)
    {
        Model<double> model = RandomModel.Of(1, modules, threads);
        if (apart) model.Observers.Add(new Looker<double>());
        Tensor<double> output = model.Forward(RandomTensors.Tensor<double>(Image.Prepend(images), 2), training);
        Tensor<double> gradInput = model.Backward(RandomTensors.Tensor<double>(output.Shape, 3));
        return [.. output.Span, .. gradInput.Span, .. model.ParameterVector.Gradients.Span];
    }

    private static Conv2d<double> Conv(ConvolutionAlgorithm algorithm, int from, int to) => new(from, to, 3, padding: 1) { Algorithm = algorithm };

    private static BatchNorm2d<double> Norm(int channels) => new(channels);

    private static Sequential<double> Shortcut(ConvolutionAlgorithm algorithm, int from, int to) =>
        new(new Conv2d<double>(from, to, 1) { Algorithm = algorithm }, Norm(to));

    private static Residual<double> Block(ConvolutionAlgorithm algorithm, int from, int to, Module<double>? shortcut = null) =>
        new(new Sequential<double>(Conv(algorithm, from, to), Norm(to), new Relu<double>(), Conv(algorithm, to, to), Norm(to)), shortcut);

    /// <summary>relu(norm(a(x)) + x) + relu(norm(b(x)) + x): at one barrier, two normalisations add one value, which a third reads.</summary>
    private sealed class TwoSums(Module<double> a, Module<double> b, Func<BatchNorm2d<double>> norm) : Module<double>
    {
        private readonly BatchNorm2d<double>[] _norms = [norm(), norm(), norm()];
        private readonly Add<double>[] _adds = [new(), new(), new(), new()];

        public override IReadOnlyList<Module<double>> Children => [a, b, .. _norms];

        public override Shape OutputShape(Shape input) => input;

        protected override Value<double> Wire(Value<double> input)
        {
            Value<double> first = new Relu<double>().Connect(_adds[0].Connect(_norms[0].Connect(a.Connect(input)), input));
            Value<double> second = new Relu<double>().Connect(_adds[1].Connect(_norms[1].Connect(b.Connect(input)), input));
            return _adds[3].Connect(_adds[2].Connect(first, second), _norms[2].Connect(input));
        }
    }
}
