using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

/// <summary>What is dropped depends on the model's seed and step, the layer and the image's place, and on nothing else.</summary>
public sealed class DropoutTests
{
    private static readonly Shape Batch = new(70, 4, 3, 2);

    [Test]
    public void Forward_OutsideTraining_ChangesNothing()
    {
        Tensor<float> input = RandomTensors.Tensor<float>(Batch, 1);
        Model<float> model = Model();
        Assert.That(model.Forward(input, training: false).Span.ToArray(), Is.EqualTo(input.Span.ToArray()));
        Assert.That(model.Infer(input).Span.ToArray(), Is.EqualTo(input.Span.ToArray()));
    }

    [Test]
    public void Forward_AnyNumberOfThreads_DropsTheSame([Values(2, 3, 8)] int threads) =>
        Assert.That(Kept(Model(threads)), Is.EqualTo(Kept(Model())));

    [Test]
    public void Forward_SameStep_DropsTheSame()
    {
        Model<float> model = Model();
        float[] kept = Kept(model);
        Assert.That(Kept(model), Is.EqualTo(kept));
    }

    [Test]
    public void Backward_SameStep_DropsWhatForwardDropped()
    {
        Model<float> model = Model();
        float[] kept = Kept(model), back = model.Backward(Ones()).Span.ToArray();
        Assert.That(back, Is.EqualTo(kept));
    }

    [Test]
    public void Backward_Done_CountsTheStepAndTheNextDropsOthers()
    {
        Model<float> model = Model();
        float[] kept = Kept(model);
        model.Backward(Ones());
        Assert.That(model.Step, Is.EqualTo(1));
        Assert.That(Kept(model), Is.Not.EqualTo(kept));
        model.Step = 0;
        Assert.That(Kept(model), Is.EqualTo(kept));
    }

    [Test]
    public void Forward_AnotherSeed_DropsOthers()
    {
        Model<float> model = Model();
        float[] kept = Kept(model);
        model.Initialize(Initialization.Default, 5);
        Assert.That(Kept(model), Is.Not.EqualTo(kept));
    }

    [Test]
    public void Forward_TwoBlocks_DropDifferently()
    {
        float[] kept = Kept(Model());
        int block = 32 * Batch.Tail().Length;
        Assert.That(kept[..block], Is.Not.EqualTo(kept[block..(2 * block)]));
    }

    [Test]
    public void Forward_TwoLayers_DropDifferently()
    {
        // A quarter is left by both, not a half.
        float[] kept = new Sequential<float>(new Dropout<float>(), new Dropout<float>()).Forward(Ones()).Span.ToArray();
        Assert.That(kept.Count(x => x != 0) / (double)kept.Length, Is.EqualTo(0.25).Within(0.05));
    }

    [Test]
    public void Forward_Dropout2d_DropsWholeChannels()
    {
        float[] kept = new Sequential<float>(new Dropout2d<float>(0.5)).Forward(Ones()).Span.ToArray();
        float[][] channels = [.. kept.Chunk(6)];
        Assert.That(channels.Select(channel => channel.Distinct().Count()), Has.All.EqualTo(1));
        Assert.That(channels.Count(channel => channel[0] == 0) / (double)channels.Length, Is.EqualTo(0.5).Within(0.12));
    }

    private static Model<float> Model(int threads = 1) => new(new Dropout<float>(0.3)) { Threads = threads };

    private static float[] Kept(Model<float> model) => model.Forward(Ones()).Span.ToArray();

    private static Tensor<float> Ones() => new Tensor<float>(Batch).Fill(1);
}
