using System.Collections.Concurrent;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>What the blocks of a batch come to is added in the blocks' order, whichever of them is through first: losses, gradients, and the
/// statistics of a whole batch.</summary>
[TestFixture]
public sealed class BlockOrderTests
{
    private const int Images = 600;                                          // 19 blocks in 16 groups: some have two
    private static readonly Shape Image = new(2, 6, 5);

    [Test]
    public void Train_BlocksThatDawdle_GiveTheBitsOfOneThread([Values(2, 3, 5, 8)] int threads, [Values] bool wholeBatch)
    {
        var (expected, inOrder) = Trained(1, wholeBatch, luck: 0);
        bool differed = false;
        for (int luck = 1; luck <= 4; luck++)
        {
            var (numbers, order) = Trained(threads, wholeBatch, luck);
            Assert.That(numbers, Is.EqualTo(expected), $"luck {luck}");
            Assert.That(order, Is.EquivalentTo(inOrder), "every block once");
            differed |= !order.SequenceEqual(inOrder);
        }
        Assert.That(differed, "some block was overtaken, or this test would show nothing");
    }

    /// <summary>Two steps.</summary>
    /// <returns>The bits of losses, outputs and gradients; and the blocks in the order in which they were through on the way forward.</returns>
    private static (int[] Numbers, int[] Order) Trained(int threads, bool wholeBatch, int luck)
    {
        var dawdling = new Dawdling(luck);
        Layer<float> middle = wholeBatch ? new BatchNorm2d<float>(5) : new LeakyRelu<float>(0.1);
        var model = new Sequential<float>(new Conv2d<float>(2, 5, 3, padding: 1), middle, dawdling, new Relu<float>(), new Flatten<float>(),
            new Linear<float>(5 * 30, 3)) { Threads = threads };
        var random = new RandomGenerator(7);
        int[] labels = [.. Enumerable.Range(0, Images).Select(_ => random.NextInt(3))];
        var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(Image.Prepend(Images), 3), labels);
        var outputs = new Tensor<float>(new Shape(Images, 3));
        PlanRunner<float> runner = model.RunnerFor(Image);
        List<float> numbers = [];
        for (int step = 0; step < 2; step++)
        {
            dawdling.Order.Clear();
            double loss = runner.Train(batch, new CrossEntropyLoss<float>(), outputs);
            numbers.AddRange([(float)loss, (float)(loss - (float)loss), .. outputs.Span, .. model.ParameterVector.Gradients.Span]);
        }
        return ([.. numbers.Select(BitConverter.SingleToInt32Bits)], [.. dawdling.Order]);
    }

    /// <summary>Passes numbers on, and with some luck waits before and after it does.</summary>
    private sealed class Dawdling(int luck) : Layer<float>
    {
        private int _calls;

        public ConcurrentQueue<int> Order { get; } = [];

        public override BackwardReads BackwardReads => BackwardReads.Nothing;

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<float> pass)
        {
            Dawdle();
            pass.Input.CopyTo(pass.Output);
            Order.Enqueue(pass.Block);
        }

        public override void Backward<V>(in Pass<float> pass)
        {
            pass.GradOutput.CopyTo(pass.GradInput);
            Dawdle();
        }

        private void Dawdle()
        {
            ulong bits = RandomGenerator.Mix((ulong)luck, (ulong)Interlocked.Increment(ref _calls));
            if (luck > 0 && bits % 3 == 0) Thread.Sleep((int)(bits >> 8) & 3);
        }
    }
}
