using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

/// <summary>A layer, or a parameter, that stands in two places of a model: one state, one gradient, the sum of both places'.</summary>
public sealed class SharedLayerTests
{
    private static readonly Shape _batch = new(3, 2, 5, 3);

    private static IEnumerable<TestCaseData> Models()
    {
        var conv = new Conv2d<double>(2, 2, (3, 1), padding: (1, 0));
        yield return Case("Conv2d", conv, new Tanh<double>(), new Sequential<double>(conv));
        var norm = new BatchNorm2d<double>(2, 0.1, 0.3);
        yield return Case("BatchNorm2d", norm, new Tanh<double>(), new Conv2d<double>(2, 2, 1), new Sequential<double>(norm, new Relu<double>()));
        var linear = new Linear<double>(3, 3);
        yield return Case("Linear", linear, new Sigmoid<double>(), linear, new Elu<double>(), linear);
        var group = new GroupNorm<double>(1, 2);
        yield return Case("GroupNorm", group, new Conv2d<double>(2, 2, 1), group);
        var prelu = new Prelu<double>(2);
        yield return Case("Prelu", new Conv2d<double>(2, 2, 1), prelu, new Conv2d<double>(2, 2, 1), prelu);
        var both = new Conv2d<double>(2, 2, 1);
        yield return Case("OnBothBranches", new Concat<double>(both, new Sequential<double>(new Tanh<double>(), both)), new Conv2d<double>(4, 2, 1));
        var block = new Sequential<double>(new Conv2d<double>(2, 2, 3, padding: 1), new BatchNorm2d<double>(2));
        yield return Case("Block", block, new Relu<double>(), block);
    }

    [TestCaseSource(nameof(Models))]
    public void Backward_LayerInTwoPlaces_IsTheGradient(Module<double>[] modules)
    {
        Model<double> model = RandomModel.Of(1, modules);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(_batch, 2)));
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(_batch, 2), new() { Training = false }));
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(_batch.Tail().Prepend(35), 2), new() { Sample = 20 }));
    }

    [Test]
    public void Backward_LayerInTwoPlaces_IsTheSumOfTwoThatAreAlike()
    {
        var shared = new Linear<double>(4, 4);
        Linear<double> first = new(4, 4), second = new(4, 4);
        Model<double> model = RandomModel.Of<double>(1, [shared, new Tanh<double>(), shared]),
            apart = RandomModel.Of<double>(1, [first, new Tanh<double>(), second]);
        foreach (Linear<double> layer in (Linear<double>[])[first, second])
        {
            shared.Weight.Value.Span.CopyTo(layer.Weight.Value.Span);
            shared.Bias!.Value.Span.CopyTo(layer.Bias!.Value.Span);
        }
        Tensor<double> input = RandomTensors.Tensor<double>(new(5, 4), 2), gradOutput = RandomTensors.Tensor<double>(new(5, 4), 3);
        TensorAssert.Equal(model.Forward(input), apart.Forward(input));
        TensorAssert.Close(model.Backward(gradOutput), apart.Backward(gradOutput), 1e-14, 1e-15);
        double[] sum = [.. first.Weight.Gradient.Span.ToArray().Zip(second.Weight.Gradient.Span.ToArray(), (a, b) => a + b)];
        TensorAssert.Close(shared.Weight.Gradient, new Tensor<double>(shared.Weight.Gradient.Shape, sum), 1e-13, 1e-14);
    }

    [Test]
    public void State_LayerInTwoPlaces_ListsItOnceUnderTheFirstName()
    {
        var norm = new BatchNorm2d<float>(2);
        var model = new Sequential<float>(new Sequential<float>(norm, new Conv2d<float>(2, 2, 1, bias: false)), new Relu<float>(), norm);
        Assert.That(model.State().Select(entry => entry.Name), Is.EqualTo(["0.0.weight", "0.0.bias", "0.0.running_mean", "0.0.running_var",
            "0.0.num_batches_tracked", "0.1.weight"]));
        Assert.That(model.NamedParameters().Select(named => named.Name), Is.EqualTo(["0.0.weight", "0.0.bias", "0.1.weight"]));
        Assert.That(model.ParameterVector.ParameterCount, Is.EqualTo(2 + 2 + 4));
        Assert.That(model.Layers.Count(layer => layer == norm), Is.EqualTo(2));
    }

    [Test]
    public void Load_LayerInTwoPlaces_PutsBothBack()
    {
        Model<float> saved = Tied(1), loaded = Tied(2);
        Tensor<float> input = RandomTensors.Tensor<float>(new(3, 4), 3);
        using var folder = new TemporaryFolder();
        ModelFile.Save(saved, folder["tied.safetensors"]);
        ModelFile.Load(loaded, folder["tied.safetensors"]);
        Assert.That(loaded.Hash(), Is.EqualTo(saved.Hash()));
        TensorAssert.Equal(loaded.Infer(input), saved.Infer(input));

        static Model<float> Tied(long seed)
        {
            var linear = new Linear<float>(4, 4);
            return RandomModel.Of<float>(seed, [linear, new Tanh<float>(), linear]);
        }
    }

    [Test]
    public void Fit_LayerInTwoPlaces_LearnsAndPredictsAsTheModel()
    {
        var conv = new Conv2d<float>(4, 4, 3, padding: 1);
        var norm = new BatchNorm2d<float>(4);
        var model = new Sequential<float>(new Conv2d<float>(1, 4, 3), conv, norm, new Relu<float>(), conv, norm, new Relu<float>(),
            new Flatten<float>(), new Linear<float>(64, 3));
        model.Initialize(Initialization.KaimingNormal, 1);
        Dataset data = SyntheticData.Images(64, new(1, 6, 6), classes: 3, seed: 2);
        var recorder = new Recorder<float>(new Accuracy<float>());
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.05), SyntheticData.Batches<float>(data, 16,
            shuffleSeed: 3), callbacks: recorder).Fit(20);
        Assert.That(recorder.Epochs[^1].TrainLoss, Is.LessThan(0.3 * recorder.Epochs[0].TrainLoss));
        Tensor<float> image = RandomTensors.Tensor<float>(new(1, 1, 6, 6), 4);
        var output = new float[3];
        new Predictor<float>(model, new(1, 6, 6)).Infer(image.Span, output);
        TensorAssert.CloseToLargest(new Tensor<float>(new(1, 3), output), model.Forward(image, training: false), 1e-5);
    }

    [Test]
    public void Backward_ParameterInTwoLayers_IsTheGradient()
    {
        var weight = new Parameter<double>("weight", new Tensor<double>(new Shape(1)));
        Model<double> model = RandomModel.Of<double>(1, [new Times(weight), new Tanh<double>(), new Linear<double>(3, 3), new Times(weight)]);
        Assert.That(model.NamedParameters().Select(named => named.Name), Is.EqualTo(["0.weight", "2.weight", "2.bias"]));
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(5, 3), 2)));
    }

    private static TestCaseData Case(string name, params Module<double>[] modules) =>
        new((object)modules) { TestName = $"Backward_{name}InTwoPlaces_IsTheGradient" };

    // y = weight · x, with somebody else's weight.
    private sealed class Times(Parameter<double> weight) : Layer<double>
    {
        public override IReadOnlyList<Parameter<double>> Parameters => [weight];

        public override BackwardReads BackwardReads => BackwardReads.Input;

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<double> pass)
        {
            V factor = V.Splat(pass.Values(weight)[0]);
            for (int i = 0; i < pass.Input.Length; i += V.Count) V.Store(factor * V.Load(pass.Input[i..]), pass.Output[i..]);
        }

        public override void Backward<V>(in Pass<double> pass)
        {
            V factor = V.Splat(pass.Values(weight)[0]), sum = default;
            for (int i = 0; i < pass.Input.Length; i += V.Count)
            {
                V gradient = V.Load(pass.GradOutput[i..]);
                sum = V.MultiplyAdd(V.Load(pass.Input[i..]), gradient, sum);
                if (!pass.GradInput.IsEmpty) V.Store(factor * gradient, pass.GradInput[i..]);
            }
            if (pass.Wants(weight)) pass.Gradient(weight)[0] += V.Sum(sum);
        }
    }
}
