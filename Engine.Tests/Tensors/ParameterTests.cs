using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

[Category("Slow")]
public sealed class ParameterTests
{
    [Test]
    public void Constructor_OfAModelOfNewLayers_MakesRoomForEveryNumberOnce()
    {
        _ = new Sequential<float>(new Linear<float>(2, 2));                  // what is made once in a process
        long before = GC.GetAllocatedBytesForCurrentThread();
        var model = new Sequential<float>(new Conv2d<float>(128, 256, 3), new ConvTranspose2d<float>(256, 128, 3), new Linear<float>(512, 512));
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before, numbers = model.ParameterVector.ParameterCount;
        Assert.That((double)bytes / (sizeof(float) * numbers), Is.EqualTo(1).Within(0.1), "gradients, in the model's vector");
        _ = model.ParameterVector.Values;
        bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That((double)bytes / (sizeof(float) * numbers), Is.EqualTo(2).Within(0.1), "and numbers, in another");
    }

    /// <summary>First values are made at the first look, by whichever model the layer is in then: they are those of the first.</summary>
    [Test]
    public void Value_OfALayerThatJoinsASecondModelBeforeAnybodyLooked_IsWhatTheFirstStartsWith()
    {
        Linear<float> Joined(bool looks)
        {
            var linear = new Linear<float>(3, 2);
            var first = new Sequential<float>(new Linear<float>(3, 3), linear);
            if (looks) _ = first.ParameterVector.Values;
            _ = new Sequential<float>(linear);
            return linear;
        }

        Assert.That(Joined(looks: false).Weight.Value.Span.ToArray(), Is.EqualTo(Joined(looks: true).Weight.Value.Span.ToArray()));
    }

    /// <summary>Who comes while another thread makes the numbers waits for them: none sees a layer that is not made yet.</summary>
    [Test]
    public void Value_ThatOthersLookAtWhileOneMakesIt_IsWhole()
    {
        static Linear<float>[] Layers() => [new(400, 500), new(500, 300)];
        Linear<float>[] layers = Layers();
        _ = new Sequential<float>(layers);
        float[] expected = layers[1].Weight.Value.Span.ToArray();
        for (int round = 0; round < 20; round++)
        {
            Linear<float>[] others = Layers();
            _ = new Sequential<float>(others);
            using var together = new Barrier(6);
            var seen = new float[together.ParticipantCount][];
            Thread[] threads = [.. seen.Select((_, i) => new Thread(() =>
            {
                together.SignalAndWait();
                Thread.SpinWait(i * 1000);
                seen[i] = others[1].Weight.Value.Span.ToArray();
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.That(seen, Is.All.EqualTo(expected));
        }
    }

    [Test]
    public void Values_ThatManyThreadsLookAtFirst_AreMadeOnce()
    {
        float[] expected = new Sequential<float>(new Linear<float>(40, 30)).ParameterVector.Values.Span.ToArray();
        for (int round = 0; round < 20; round++)
        {
            var vector = new Sequential<float>(new Linear<float>(40, 30)).ParameterVector;
            var seen = new Tensor<float>[4];
            Parallel.For(0, seen.Length, i => seen[i] = vector.Values);
            Assert.That(seen, Is.All.SameAs(seen[0]));
            Assert.That(seen[0].Span.ToArray(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Value_BeforeAModel_IsZerosThatMoveIntoIt()
    {
        var linear = new Linear<float>(3, 2);
        Assert.That((linear.Weight.Shape, linear.Weight.Value.Shape, linear.Weight.IsAllZero), Is.EqualTo((new Shape(2, 3), new Shape(2, 3), true)));
        linear.Weight.Value.Span[4] = 5;
        linear.Weight.Gradient.Span[1] = 6;
        var model = new Sequential<float>(linear);
        Assert.That((model.ParameterVector.Values.Span[4], model.ParameterVector.Gradients.Span[1], linear.Weight.Value.Span[4]),
            Is.EqualTo((5f, 6f, 5f)));
    }
}
