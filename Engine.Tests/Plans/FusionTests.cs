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
            yield return Case("transposed convolutions", a => In(a, new ConvTranspose2d<double>(3, 18, 3, padding: 1)), _ => Norm(18),
                _ => new Relu<double>(), a => In(a, new ConvTranspose2d<double>(18, 18, 3, padding: 1, groups: 18, bias: false)), _ => Norm(18),
                _ => new LeakyRelu<double>(0.1),
                a => In(a, new ConvTranspose2d<double>(18, 18, 3, stride: 2, padding: 1, outputPadding: (1, 0), groups: 18)), _ => Norm(18),
                _ => new Relu6<double>(), a => In(a, new ConvTranspose2d<double>(18, 20, (2, 3), groups: 2)), _ => Norm(20),
                _ => new Sigmoid<double>(), a => In(a, new ConvTranspose2d<double>(20, 2, 3, padding: 1)), _ => Norm(2), _ => new Gelu<double>());
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

    [TestCaseSource(nameof(Models))]
    public void Predict_FusedOrNot_GivesTheSame(Func<Module<double>[]> modules)
    {
        foreach (int images in new[] { 1, 5, 33 })
        {
            Tensor<double> input = RandomTensors.Tensor<double>(Image.Prepend(images), 2);
            Model<double> apart = RandomModel.Of(1, modules());
            apart.Observers.Add(new Looker<double>());
            Tensor<double> expected = apart.Forward(input, training: false);
            foreach (int threads in new[] { 1, 3 })
            {
                var fused = new Predictor<double>(RandomModel.Of(1, modules()), Image, images, threads);
                Tensor<double> output = new(expected.Shape);
                fused.Infer(input.Span, output.Span);
                TensorAssert.CloseToLargest(output, expected, 1e-12, $"{images} images, {threads} threads");
            }
        }
    }

    // A DenseNet normalises before it convolves: there is no layer before that could take it on. What resnet9 adds is activated already.
    [TestCase("lesson-bn", 0), TestCase("resnet9", 2), TestCase("mobilenet-mini", 0), TestCase("unet-mini", 0), TestCase("resnet18", 0),
     TestCase("mobilenet-v2", 0)]
    public void PlanInUse_NamedModel_HasNoPassForNormalisationsAdditionsAndActivations(string name, int additions)
    {
        var image = new Shape(3, 32, 32);
        Model<float> model = ModelCatalog.Build<float>(name, image, 10);
        foreach (int images in new[] { 1, 32 })
        {
            Plan<float> plan = model.RunnerFor(image).PlanFor(PlanGoal.Infer(images));
            Assert.That(plan.Nodes.Where(node => node.Layer is BatchNormLayer<float> || node.Layer.Activation.IsSome)
                .Select(node => node.ToString()), Is.Empty, $"{images} images");
            Assert.That(plan.Nodes.Count(node => node.Layer is Add<float>), Is.EqualTo(additions), $"{images} images");
            Assert.That(plan.Nodes.Count(node => node.Folded is not null), Is.GreaterThan(0));
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

    private static InLayout<double> In(ConvolutionAlgorithm algorithm, Layer<double> layer) =>
        new(layer, algorithm == ConvolutionAlgorithm.Lanes ? Layout.Lanes : Layout.ChannelsLast, fuses: true);

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
