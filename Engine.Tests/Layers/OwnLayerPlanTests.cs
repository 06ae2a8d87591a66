using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.OwnLayers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>What a plan asks of a layer, asked of layers from outside: cutting, cost, prepared numbers, activations and normalisations taken
/// in.</summary>
public sealed class OwnLayerPlanTests
{
    private static readonly Shape _large = new(3, 40, 33);

    [Test]
    public void Sine_InEveryLayout_IsTheGradient([Values(2, 35)] int images, [Values] SimdWidth width)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(2, 3, (3, 2)), new Sine<double>(1.3), new Conv2d<double>(3, 2, 1),
            new Sine<double>(0.7)], width: width);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 5, 3), 2), new() { Sample = 40 }));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Sine_SharedByThreads_GivesTheSameBits(int images)
    {
        Tensor<float> input = RandomTensors.Tensor<float>(_large.Prepend(images), 2), gradOutput = RandomTensors.Tensor<float>(new(images, 8, 38, 31),
            3);
        (Tensor<float> Output, Tensor<float> GradInput)? alone = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(3, 8, 3), new Sine<float>(2)], threads);
            (Tensor<float> Output, Tensor<float> GradInput) now = (model.Forward(input), model.Backward(gradOutput));
            alone ??= now;
            Assert.That(now.Output.Span.SequenceEqual(alone.Value.Output.Span) && now.GradInput.Span.SequenceEqual(alone.Value.GradInput.Span),
                $"{threads} threads");
        }
    }

    [Test]
    public void DivisionAt_OneBlockAndTwoThreads_GetsPieces([Values] Division division, [Values] Layout layout)
    {
        if (division == Division.ByItself) return;
        var probe = new Probe<float>(layout, division);
        var model = new Sequential<float>(probe) { Threads = 2 };
        Tensor<float> input = RandomTensors.Tensor<float>(_large.Prepend(4), 2);
        Assert.That(model.Forward(input).Span.SequenceEqual(input.Span), "every number comes by");
        Assert.That(model.Backward(input).Span.SequenceEqual(input.Span), "on the way back, too");
        Assert.That(probe.Pieces > 2, Is.EqualTo(division != Division.None), $"{probe.Pieces} passes");
        if (division == Division.Pixels) Assert.That(probe.Pixels, Is.EqualTo(40 * 33 * (layout == Layout.Lanes ? 1 : 4)));
        if (division == Division.Planes) Assert.That(probe.FirstPlanes, Is.EquivalentTo(Enumerable.Range(0, layout == Layout.Lanes ? 3 : 4)));
    }

    [Test]
    public void Cost_TwoLayouts_IsWhatThePlanChoosesBy([Values] Layout cheap)
    {
        var model = new Sequential<float>(new Probe<float>(null, Division.None, dear: cheap == Layout.Lanes ? Layout.ChannelsLast : Layout.Lanes));
        Assert.That(model.DescribePlan(_large, 4, training: false).Values, Has.All.Property(nameof(PlanPlace.Layout)).EqualTo(cheap));
    }

    [Test]
    public void WeightNormPointwise_BetweenOthers_IsTheGradient([Values(2, 35)] int images, [Values] SimdWidth width)
    {
        Model<double> model = RandomModel.Of<double>(1, [new Conv2d<double>(2, 3, (3, 2)), new WeightNormPointwise<double>(3, 4), new Relu<double>(),
            new WeightNormPointwise<double>(4, 2)], width: width);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(new(images, 2, 5, 3), 2), new() { Sample = 40 }));
    }

    [Test]
    public void WeightNormPointwise_InUse_TakesInTheNormalisationAndTheActivation()
    {
        var layer = new WeightNormPointwise<double>(2, 3);
        Model<double> model = RandomModel.Of<double>(1, [layer, new BatchNorm2d<double>(3), new LeakyRelu<double>(0.2)]);
        Tensor<double> image = RandomTensors.Tensor<double>(new(32, 2, 5, 3), 2), apart = model.Forward(image, training: false);
        Assert.That(model.DescribePlan(new(2, 5, 3), 32, training: false).Steps.Select(step => step.Layer),
            Has.One.EqualTo("WeightNormPointwise 0 * BatchNorm2d, LeakyRelu"));
        TensorAssert.CloseToLargest(model.Infer(image), apart, 1e-13);
        var predictor = new Predictor<double>(model, new(2, 5, 3), batchSize: 32);
        foreach (Parameter<double> parameter in layer.Parameters) parameter.Value.Scale(3);
        var output = new Tensor<double>(apart.Shape);
        predictor.Infer(image.Span, output.Span);
        TensorAssert.CloseToLargest(output, apart, 1e-13);
    }

    [Test]
    public void Folds_WithoutPreparedNumbers_SaysSo()
    {
        var model = new Sequential<float>(new Probe<float>(null, Division.None), new BatchNorm2d<float>(3));
        Assert.That(() => model.Infer(RandomTensors.Tensor<float>(_large.Prepend(1), 2)),
            Throws.InvalidOperationException.With.Message.StartsWith("Probe '0': it folds a normalisation, but prepares nothing"));
    }

    [Test]
    public void Capabilities_OfALayerFromOutside_AreAskedByWhoeverNeedsThem()
    {
        var layer = new WeightNormPointwise<float>(2, 3);
        var model = new Sequential<float>(layer, new Sine<float>(1), new Flatten<float>(), new Linear<float>(45, 4));
        Assert.That(ModelSummary.Of(model, new(2, 5, 3), 1).Layers[0] is { Inputs: 2, Outputs: 3, LessonCount: 6, MultiplyAdds: 90 });
        Assert.That(WeightReport.Of(model).Select(row => row.Name), Is.EqualTo(["3.weight"]), "its gain is no matrix");
        Tensor<float> batch = RandomTensors.Tensor<float>(new(40, 2, 5, 3), 2);
        Assert.That(Lsuv.Run(model, batch).Select(row => (row.Type, row.Converged)), Is.EqualTo([("WeightNormPointwise", true), ("Linear", true)]));
        LsuvLayer afterSine = Lsuv.Run(model, batch, new() { Place = LsuvPlace.AfterActivation, MaxTries = 1 })[0];
        Assert.That(afterSine.DeviationBefore, Is.LessThan(0.8), "what it looked at is the sine, not the layer of deviation 1");
    }

    /// <summary>Gives on what it gets, and notes how it was called.</summary>
    private sealed class Probe<T>(Layout? only, Division division, Layout? dear = null) : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private int _pieces, _pixels;

        public int Pieces => _pieces;

        public int Pixels => _pixels;                                        // forward

        public System.Collections.Concurrent.ConcurrentBag<int> FirstPlanes { get; } = [];

        public override BackwardReads BackwardReads => BackwardReads.Nothing;

        public override bool Folds => true;

        public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => only is null || layout == only;

        public override Division DivisionAt(LayerSite site) => division;

        public override double Cost(LayerSite site, int vector) => base.Cost(site, vector) * (site.Layout == dear ? 1000 : 1);

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<T> pass)
        {
            Interlocked.Increment(ref _pieces);
            Interlocked.Add(ref _pixels, pass.PixelCount);
            if (division == Division.Planes)
                for (int plane = 0; plane < pass.OutputExtent.Planes; plane++) FirstPlanes.Add(pass.FirstPlane + plane);
            pass.Input.CopyTo(pass.Output);
        }

        public override void Backward<V>(in Pass<T> pass)
        {
            Interlocked.Increment(ref _pieces);
            if (!pass.GradInput.IsEmpty) pass.GradOutput.CopyTo(pass.GradInput);
        }
    }
}
