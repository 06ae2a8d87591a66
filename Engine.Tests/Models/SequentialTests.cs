using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

public sealed class SequentialTests
{
    private static Sequential<float> Nested() => new(
        new Conv2d<float>(1, 2, (3, 2)),
        new Sequential<float>(new BatchNorm2d<float>(2), new Relu<float>(), new Sequential<float>(new Conv2d<float>(2, 3, 1, bias: false))),
        new Flatten<float>(),
        new Linear<float>(18, 4));

    [Test]
    public void NamedParameters_Nested_AreNamedAsPyTorchNamesThem() => Assert.That(Nested().NamedParameters().Select(named =>
        $"{named.Name} {named.Parameter.Value.Shape}"), Is.EqualTo(
        ["0.weight [2, 1, 3, 2]", "0.bias [2]", "1.0.weight [2]", "1.0.bias [2]", "1.2.0.weight [3, 2, 1, 1]", "3.weight [4, 18]", "3.bias [4]"]));

    [Test]
    public void State_Nested_HasBuffersAfterTheParametersOfTheirLayer() => Assert.That(Nested().State().Select(entry => (entry.Name, entry.IsCount)),
        Is.EqualTo(
        new[]
        {
            ("0.weight", false), ("0.bias", false), ("1.0.weight", false), ("1.0.bias", false), ("1.0.running_mean", false),
                ("1.0.running_var", false),
            ("1.0.num_batches_tracked", true), ("1.2.0.weight", false), ("3.weight", false), ("3.bias", false),
        }));

    [Test]
    public void Layers_Nested_AreTheLeavesInOrder() => Assert.That(Nested().Layers.Select(layer => $"{layer.Path} {layer.TypeName}"), Is.EqualTo(
        ["0 Conv2d", "1.0 BatchNorm2d", "1.1 Relu", "1.2.0 Conv2d", "2 Flatten", "3 Linear"]));

    [Test]
    public void Constructor_Parameters_AreViewsOfOneVector()
    {
        Model<float> model = Nested();
        RandomModel.Fill(model, 1);
        foreach (var (name, parameter) in model.NamedParameters())
        {
            Assert.That(model.ParameterVector.Values.Span.Slice(parameter.Offset, parameter.Value.Length) == parameter.Value.Span, name);
            Assert.That(model.ParameterVector.Gradients.Span.Slice(parameter.Offset, parameter.Value.Length) == parameter.Gradient.Span, name);
        }
        Assert.That(model.ParameterVector.ParameterCount, Is.EqualTo(12 + 2 + 2 + 2 + 6 + 72 + 4));
    }

    [Test]
    public void Constructor_SameReluTwice_Works()
    {
        var relu = new Relu<double>();
        Assert.That(RandomModel.Of<double>(1, [new Linear<double>(3, 4), relu, new Linear<double>(4, 5), relu]),
            HasCorrectGradient.For(RandomTensors.Tensor<double>(new(3, 3), 2)));
    }

    [Test]
    public void Threads_None_Throws([Values(0, -1)] int threads) =>
        Assert.That(() => new Sequential<float>(new Relu<float>()) { Threads = threads },
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ActualValue").EqualTo(threads));

    [Test]
    public void Initialize_SameSeed_GivesTheSameNumbers()
    {
        Model<float> a = Nested(), b = Nested(), c = Nested();
        a.Initialize(Initialization.KaimingNormal, 3);
        b.Initialize(Initialization.KaimingNormal, 3);
        c.Initialize(Initialization.KaimingNormal, 4);
        Assert.That((b.Hash(), c.Hash() == a.Hash()), Is.EqualTo((a.Hash(), false)));
    }

    [Test]
    public void Initialize_Kaiming_HasTheDeviationAndNoBias([Values(Initialization.KaimingNormal,
        Initialization.KaimingUniform)] Initialization initialization)
    {
        var conv = new Conv2d<double>(16, 40, (3, 5), groups: 2);
        new Sequential<double>(conv).Initialize(initialization, 5);
        double deviation = Math.Sqrt(conv.Weight.Value.Dot(conv.Weight.Value) / conv.Weight.Value.Length);
        Assert.That(deviation, Is.EqualTo(Math.Sqrt(2.0 / (8 * 3 * 5))).Within(3).Percent);
        Assert.That(conv.Bias!.Value.MaxMagnitude(), Is.Zero);
    }

    [Test]
    public void Initialize_Default_IsUniformWithinOneOverRootOfFanIn()
    {
        var conv = new Conv2d<double>(16, 40, (3, 5), groups: 2);
        var model = new Sequential<double>(conv);
        double bound = 1 / Math.Sqrt(8 * 3 * 5);
        Assert.That((conv.Weight.Value.MaxMagnitude() / bound, conv.Bias!.Value.MaxMagnitude() / bound), Is.EqualTo((1.0, 1.0)).Within(0.05));
        Assert.That(model.ParameterVector.Values.MaxMagnitude(), Is.LessThanOrEqualTo(bound));
    }

    [Test]
    public void Hash_AnyBitOfTheState_ChangesIt()
    {
        Model<float> model = Nested();
        RandomModel.Fill(model, 1);
        string hash = model.Hash();
        Assert.That(hash, Does.Match("^[0-9a-f]{16}$"));
        foreach (var (name, value, _) in model.State())
        {
            foreach (int position in new[] { 0, value.Length - 1 })
            {
                float old = value.Span[position];
                for (int bit = 0; bit < 32; bit++)
                {
                    value.Span[position] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(old) ^ (1 << bit));
                    Assert.That(model.Hash(), Is.Not.EqualTo(hash), $"{name}, element {position}, bit {bit}");
                }
                value.Span[position] = old;
            }
        }
        Assert.That(model.Hash(), Is.EqualTo(hash));
    }

    [Test]
    public void Hash_KnownBytes_IsFnv1a()
    {
        var linear = new Linear<float>(1, 1, bias: false);
        var model = new Sequential<float>(linear);
        linear.Weight.Value.Span[0] = BitConverter.Int32BitsToSingle(0x72616261);        // the bytes of "abar"
        ulong expected = 14695981039346656037;
        foreach (byte b in "abar"u8) expected = unchecked((expected ^ b) * 1099511628211);
        Assert.That(model.Hash(), Is.EqualTo(expected.ToString("x16", null)));
    }

    [Test]
    public void Backward_BeforeForward_Throws()
    {
        var model = new Sequential<float>(new Linear<float>(3, 2));
        Assert.That(() => model.Backward(new Tensor<float>(new(1, 2))),
            Throws.InvalidOperationException.With.Message.EqualTo("Sequential: Backward was called before Forward."));
    }

    [Test]
    public void Backward_AfterALearnerButBeforeForward_Throws()
    {
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(4, 2));
        Dataset data = SyntheticData.Images(8, new(1, 2, 2), 2, 1);
        new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), SyntheticData.Batches<float>(data,
            4)).Fit(1);
        Assert.That(() => model.Backward(new Tensor<float>(new(1, 2))),
            Throws.InvalidOperationException.With.Message.EqualTo("Sequential: Backward was called before Forward."));
    }

    [Test]
    public void Backward_TwiceAfterOneForward_Throws()
    {
        var model = new Sequential<float>(new Linear<float>(3, 2));
        Tensor<float> output = model.Forward(RandomTensors.Tensor<float>(new(2, 3), 1));
        model.Backward(output);
        Assert.That(() => model.Backward(output), Throws.InvalidOperationException.With.Message.Contain("twice"));
    }

    [Test]
    public void Backward_AfterATrainingStepInBetween_Throws()
    {
        var model = new Sequential<float>(new Linear<float>(3, 2));
        Tensor<float> input = RandomTensors.Tensor<float>(new(2, 3), 1), output = model.Forward(input);
        int[] labels = [0, 1];
        model.RunnerFor(new(3)).Evaluate(new TensorBatch<float>(input, labels), new CrossEntropyLoss<float>(), new Tensor<float>(new Shape(2, 2)));
        Assert.That(() => model.Backward(output), Throws.InvalidOperationException);
    }

    [Test]
    public void Backward_TwiceWithForwardsBetween_AddsUp()
    {
        Model<double> model = RandomModel.Of<double>(1, [new Linear<double>(3, 2), new LeakyRelu<double>(0.3)]);
        Tensor<double> input = RandomTensors.Tensor<double>(new(5, 3), 1), gradOutput = RandomTensors.Tensor<double>(new(5, 2), 2);
        model.Forward(input);
        model.Backward(gradOutput);
        Tensor<double> once = model.ParameterVector.Gradients.Clone();
        model.Forward(input);
        model.Backward(gradOutput);
        TensorAssert.Equal(model.ParameterVector.Gradients, once.Scale(2));
        model.ZeroGrad();
        Assert.That(model.ParameterVector.Gradients.MaxMagnitude(), Is.Zero);
    }

    [Test]
    public void Forward_LayersHaveJoinedAnotherModel_Throws()
    {
        var layer = new Linear<float>(3, 2);
        var old = new Sequential<float>(layer);
        Assert.That(new Sequential<float>(layer).Layers, Has.Count.EqualTo(1));
        var input = new Tensor<float>(new(1, 3));
        Assert.That(() => old.Forward(input),
            Throws.InvalidOperationException.With.Message.StartsWith("Sequential: its layers have joined another model since."));
        Assert.That(() => old.Infer(input), Throws.InvalidOperationException);
    }

    [Test]
    public void Fit_LayersHaveJoinedAnotherModel_Throws()
    {
        var layer = new Linear<float>(4, 2);
        var old = new Sequential<float>(new Flatten<float>(), layer);
        BatchSampler<float> batches = SyntheticData.Batches<float>(SyntheticData.Images(8, new(1, 2, 2), 2, 1), 4);
        var learner = new Learner<float>(old, new CrossEntropyLoss<float>(), new Sgd<float>(old.ParameterVector, 0.1), batches);
        Assert.That(new Sequential<float>(layer).Layers, Has.Count.EqualTo(1));
        Assert.That(() => learner.Fit(1),
            Throws.InvalidOperationException.With.Message.StartsWith("Sequential: its layers have joined another model since."));
        Assert.That(() => learner.Evaluate(batches), Throws.InvalidOperationException);
    }

    [Test]
    public void Forward_OneValuePerChannelInTraining_SaysWhatToDo() =>
        Assert.That(() => new Sequential<float>(new BatchNorm2d<float>(3)).Forward(new(new(1, 3, 1, 1))),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "BatchNorm2d '0': training needs more than one value per channel, the batch of 1 image of [3, 1, 1] has one. Use a larger batch; a "
                + "single last one can be joined or dropped (LastBatch)."));

    [Test]
    public void Forward_ShapesInTurn_GiveWhatEachGivesAlone()
    {
        Model<double> model = RandomModel.Of<double>(3, [new Conv2d<double>(2, 3, (3, 2), 1, 1), new BatchNorm2d<double>(3), new Relu<double>(),
            new AdaptiveAvgPool2d<double>((1, 2))]);
        Shape[] batches = [new(3, 2, 5, 7), new(35, 2, 4, 3), new(3, 2, 5, 7), new(1, 2, 9, 2), new(2, 2, 5, 7)];
        foreach (Shape batch in batches)
        {
            Model<double> fresh = RandomModel.Of<double>(3, [new Conv2d<double>(2, 3, (3, 2), 1, 1), new BatchNorm2d<double>(3), new Relu<double>(),
                new AdaptiveAvgPool2d<double>((1, 2))]);
            Tensor<double> input = RandomTensors.Tensor<double>(batch, 4);
            TensorAssert.Equal(model.Forward(input), fresh.Forward(input), $"{batch}");
        }
    }
}
