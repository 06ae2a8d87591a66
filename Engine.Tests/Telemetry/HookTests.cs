using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Telemetry;

public sealed class HookTests
{
    private const HookTensors Everything = HookTensors.Input | HookTensors.Output | HookTensors.GradInput | HookTensors.GradOutput;

    private static Module<double>[] Modules => [new Conv2d<double>(2, 3, (3, 2)), new BatchNorm2d<double>(3), new Relu<double>(),
        new Flatten<double>(), new Linear<double>(84, 5), new Relu<double>()];

    [Test]
    public void Forward_EveryLayer_ShowsInputAndOutput([Values(1, 33, 70)] int images, [Values(1, 3)] int threads)
    {
        Model<double> model = RandomModel.Of(1, Modules, threads);
        Tensor<double> input = RandomTensors.Tensor<double>(new(images, 2, 9, 5), 2);
        List<(Tensor<double> Input, Tensor<double> Output)> seen = [];
        using (new Hooks<double>(model, hook => seen.Add((hook.Input!.Clone(), hook.Output!.Clone())),
            HookTensors.Input | HookTensors.Output)) model.Forward(input);
        Assert.That(seen, Has.Count.EqualTo(Modules.Length));
        for (int i = 0; i < seen.Count; i++)
        {
            TensorAssert.Close(seen[i].Output, RandomModel.Of(1, Modules[..(i + 1)]).Forward(input), 1e-12, 1e-12);
            TensorAssert.Close(seen[i].Input, i == 0 ? input : seen[i - 1].Output, 0, 0);
        }
    }

    // A body and a shortcut that read the same value, and one that reads the images themselves.
    [Test]
    public void Forward_ShortcutsAndBranches_ShowsWhatEachLayerReads([Values(1, 3)] int threads)
    {
        Module<double> Block() => new Residual<double>(new Sequential<double>(new Conv2d<double>(2, 2, 3, padding: 1), new Relu<double>()),
            new Conv2d<double>(2, 2, 1));
        Sequential<double> model = RandomModel.Of<double>(1, [Block(), new Tanh<double>(), Block(), new Concat<double>(new Sigmoid<double>(),
            new Conv2d<double>(2, 3, 1))], threads);
        Tensor<double> input = RandomTensors.Tensor<double>(new(40, 2, 4, 3), 2);
        var seen = new (Tensor<double> Input, Tensor<double> Output)[model.Layers.Count];
        using (new Hooks<double>(model, hook => seen[hook.Index] = (hook.Input!.Clone(), hook.Output!.Clone()),
            HookTensors.Input | HookTensors.Output)) model.Forward(input);
        Assert.That(model.Layers.Select(layer => layer.TypeName), Is.EqualTo(
            ["Conv2d", "Relu", "Conv2d", "Add", "Tanh", "Conv2d", "Relu", "Conv2d", "Add", "Sigmoid", "Conv2d", "Concatenate"]));
        foreach (var (layer, made) in new[] { (0, -1), (1, 0), (2, -1), (3, 1), (4, 3), (5, 4), (6, 5), (7, 4), (8, 6), (9, 8), (10, 8), (11, 9) })
            TensorAssert.Close(seen[layer].Input, made < 0 ? input : seen[made].Output, 0, 0);
        var grads = new Tensor<double>[model.Layers.Count];
        using var hooks = new Hooks<double>(model, hook => grads[hook.Index] = (hook.Tensors.HasFlag(HookTensors.GradInput) ? hook.GradInput!
            : hook.GradOutput!).Clone(),
            HookTensors.GradInput, layer => layer != model.Layers[0] && layer != model.Layers[2]);
        using var maker = new Hook<double>(model, 4, hook => grads[0] = hook.GradOutput!.Clone(), HookTensors.GradOutput);
        model.Backward(RandomTensors.Tensor<double>(model.Forward(input).Shape, 3));
        TensorAssert.Close(grads[5], grads[0], 0, 0);
        TensorAssert.Close(grads[7], grads[0], 0, 0);
        Assert.That(() => new Hook<double>(model, 2, _ => { }, HookTensors.GradInput),
            Throws.ArgumentException.With.Message.Contains("a first layer, which reads the images"));
    }

    [Test]
    public void Backward_Gradients_AreThoseOfTheChainRule([Values(1, 3)] int threads)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Flatten<double>(), new Linear<double>(6, 4), new Relu<double>(),
            new Linear<double>(4, 3)], threads);
        var seen = new (Tensor<double> Output, Tensor<double> GradInput, Tensor<double> GradOutput)[4];
        using var hooks = new Hooks<double>(model, hook => seen[hook.Index] = (hook.Output!, hook.GradInput!, hook.GradOutput!), Everything, layer =>
            layer is not Flatten<double>);
        Tensor<double> output = model.Forward(RandomTensors.Tensor<double>(new(40, 1, 3, 2), 2)), gradient =
            RandomTensors.Tensor<double>(output.Shape, 3);
        Tensor<double> gradImages = model.Backward(gradient), weight = model.ParameterVector.Parameters[2].Value;
        TensorAssert.Close(seen[3].GradOutput, gradient, 0, 0);
        var byHidden = new Tensor<double>(new Shape(40, 4));
        for (int n = 0; n < 40; n++)
            for (int i = 0; i < 4; i++)
                for (int o = 0; o < 3; o++) byHidden.Span[n * 4 + i] += gradient.Span[n * 3 + o] * weight.Span[o * 4 + i];
        TensorAssert.Close(seen[3].GradInput, byHidden, 1e-12, 1e-12);
        TensorAssert.Close(seen[2].GradOutput, byHidden, 1e-12, 1e-12);
        for (int i = 0; i < byHidden.Length; i++)
            if (seen[2].Output.Span[i] == 0) byHidden.Span[i] = 0;
        TensorAssert.Close(seen[1].GradOutput, byHidden, 1e-12, 1e-12);
        TensorAssert.Close(seen[1].GradInput, gradImages.Reshape(40, 6), 0, 0);
    }

    [Test]
    public void Backward_AcrossSegments_EveryLayerShowsItsGradient()
    {
        Model<double> model = RandomModel.Of(1, Modules, threads: 2);
        List<int> calls = [];
        using var hooks = new Hooks<double>(model, hook =>
        {
            Assert.That(hook.GradOutput!.Span.ToArray().Any(g => g != 0), hook.Layer.TypeName);
            calls.Add(hook.Index);
        }, HookTensors.GradOutput);
        var loss = new CrossEntropyLoss<double>();
        Tensor<double> input = RandomTensors.Tensor<double>(new(70, 2, 9, 5), 2), output = new(new Shape(70, 5));
        model.RunnerFor(new(2, 9, 5)).Train(new TensorBatch<double>(input, new int[70]), loss, output);
        Assert.That(calls, Is.EqualTo(Enumerable.Range(0, Modules.Length)));
        Tensor<double> byConv = hooks[0].GradOutput!, bias = model.ParameterVector.Parameters[1].Gradient;
        for (int c = 0; c < 3; c++)
        {
            double sum = 0;
            for (int n = 0; n < 70; n++)
                for (int p = 0; p < 28; p++) sum += byConv.Span[(n * 3 + c) * 28 + p];
            Assert.That(sum, Is.EqualTo(bias.Span[c]).Within(1e-9), "the bias's gradient is the sum of the output's");
        }
    }

    // Values are counted from the inputs on: the layers of a model with two of them are not shown each other's.
    [TestCase(1)]
    [TestCase(40)]
    public void Train_TwoInputs_ShowsWhatEachLayerReads(int images)
    {
        Value<double> left = new("left"), right = new("right");
        Value<double> ours = new Conv2d<double>(1, 2, 3) { Path = "a" }.Connect(left), theirs = new Tanh<double> { Path = "b" }.Connect(right);
        var model = new Model<double>([left, right], [new Flatten<double> { Path = "d" }.Connect(ours * new Relu<double> { Path =
            "c" }.Connect(theirs))]);
        RandomModel.Fill(model, 9);
        var (first, second) = (RandomTensors.Tensor<double>(new(images, 1, 4, 5), 10), RandomTensors.Tensor<double>(new(images, 2, 2, 3), 11));
        var seen = new (Tensor<double> Input, Tensor<double> Output)[model.Layers.Count];
        var batch = new JoinedBatch<double>([new TensorBatch<double>(first, new int[images]), new TensorBatch<double>(second)]);
        using (new Hooks<double>(model, hook => seen[hook.Index] = (hook.Input!.Clone(), hook.Output!.Clone()),
            HookTensors.Input | HookTensors.Output,
            layer => layer is not Tanh<double>)) model.Train(batch, new CrossEntropyLoss<double>(), new Tensor<double>(new Shape(images, 12)));
        var at = model.Layers.Select((layer, i) => (layer.TypeName, i)).ToDictionary(pair => pair.TypeName, pair => pair.i);
        TensorAssert.Close(seen[at["Conv2d"]].Input, first, 0, 0);
        for (int i = 0; i < second.Length; i++)
        {
            Assert.That(seen[at["Relu"]].Input.Span[i], Is.EqualTo(Math.Tanh(second.Span[i])).Within(1e-12));
            Assert.That(seen[at["Relu"]].Output.Span[i], Is.EqualTo(Math.Max(0, Math.Tanh(second.Span[i]))).Within(1e-12));
        }
        TensorAssert.Close(seen[at["Multiply"]].Input, seen[at["Conv2d"]].Output, 0, 0);
        TensorAssert.Close(seen[at["Flatten"]].Input, seen[at["Multiply"]].Output, 0, 0);
        using var tanh = new Hook<double>(model, at["Tanh"], _ => { }, HookTensors.Input);
        using var join = new Hook<double>(model, at["Multiply"], _ => { }, HookTensors.Input | HookTensors.GradInput);
        model.Train(batch, new CrossEntropyLoss<double>(), new Tensor<double>(new Shape(images, 12)));
        TensorAssert.Close(tanh.Input!, second, 0, 0);
        TensorAssert.Close(join.Inputs[0]!, seen[at["Conv2d"]].Output, 0, 0);
        TensorAssert.Close(join.Inputs[1]!, seen[at["Relu"]].Output, 0, 0);
        Assert.That((join.GradInputs[0]!.MaxMagnitude() > 0, join.GradInputs[1]!.MaxMagnitude() > 0), Is.EqualTo((true, true)));
        Assert.That(() => new Hook<double>(model, at["Tanh"], _ => { }, HookTensors.GradInput),
            Throws.ArgumentException.With.Message.Contains("reads the images"));
    }

    [Test]
    public void Backward_LayerOfThreeValues_ShowsAllOfThem([Values] Layout layout, [Values(2, 40)] int images)
    {
        ConvolutionAlgorithm algorithm = layout == Layout.Lanes ? ConvolutionAlgorithm.Lanes : ConvolutionAlgorithm.Channels;
        Value<double> x = new(), a = new Conv2d<double>(2, 3, 1) { Path = "a", Algorithm = algorithm }.Connect(x), b = new Tanh<double> { Path =
            "b" }.Connect(a);
        var model = new Model<double>(x, new Conv2d<double>(8, 2, 1) { Path = "d", Algorithm = algorithm }.Connect(new Concatenate<double> { Path =
            "c" }.Connect(a, x, b)));
        RandomModel.Fill(model, 1);
        using var hooks = new Hooks<double>(model, _ => { }, HookTensors.Output | HookTensors.GradOutput);
        int concatenate = model.Layers.Select((layer, i) => layer is Concatenate<double> ? i : 0).Max();
        using var hook = new Hook<double>(model, concatenate, _ => { }, Everything | HookTensors.Input);
        Tensor<double> input = RandomTensors.Tensor<double>(new(images, 2, 4, 3), 2), output = model.Forward(input);
        model.Backward(RandomTensors.Tensor<double>(output.Shape, 3));
        Assert.That(model.DescribePlan(new(2, 4, 3), images, training: true).Values, Has.Some.Property(nameof(PlanPlace.Layout)).EqualTo(layout));
        TensorAssert.Equal(hook.Inputs[0]!, hooks[0].Output!);
        TensorAssert.Equal(hook.Inputs[1]!, input);
        TensorAssert.Equal(hook.Inputs[2]!, hooks[1].Output!);
        TensorAssert.Equal(hook.GradInputs[0]!, hooks[0].GradOutput!);
        TensorAssert.Equal(hook.GradInputs[2]!, hooks[1].GradOutput!);
        Assert.That((hook.GradInputs[1], hook.Input), Is.EqualTo(((Tensor<double>?)null, hook.Inputs[0])));
    }

    [Test]
    public void Dispose_AfterTraining_LetsGo()
    {
        int calls = 0;
        Model<float> model = RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(6, 3), new Relu<float>()]);
        Dataset data = SyntheticData.Images(50, new(1, 3, 2), 3, 1);
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1),
            SyntheticData.Batches<float>(data, 20), SyntheticData.Batches<float>(data, 50));
        using (var hooks = new Hooks<float>(model, [model.Layers[1], model.Layers[2]], hook => calls += hook.Training ? 1 : 100))
        {
            learner.Fit(1);
            Assert.That((hooks.Count, calls), Is.EqualTo((2, 2 * (3 + 100))));
        }
        learner.Fit(1);
        Assert.That((calls, model.Observers.Count), Is.EqualTo((206, 0)));
    }

    [Test]
    public void Constructor_WhatALayerHasNot_Throws()
    {
        var model = new Sequential<float>(new Relu<float>(), new Flatten<float>());
        Assert.That(() => new Hook<float>(model, 2, _ => { }), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Hooks<float>(model, _ => { }, HookTensors.GradInput), Throws.ArgumentException.With.Message.Contains("first layer"));
        Assert.That(() => new Hooks<float>(model, [new Relu<float>()], _ => { }),
            Throws.ArgumentException.With.Message.Contains("not a layer of this model"));
        Assert.That(model.Observers, Is.Empty);
    }
}
