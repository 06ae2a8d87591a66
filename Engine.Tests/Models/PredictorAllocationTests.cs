using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>A warm prediction allocates nothing: whatever the model's layouts, however many images, threads and callers.</summary>
/// <remarks>All threads of the process count, so the least of some rounds does: the test host allocates something now and then, but what a call
/// allocates itself, it allocates every time.</remarks>
[NonParallelizable]
public sealed class PredictorAllocationTests
{
    private const int Calls = 4, MostRounds = 40;

    // All but those of whole tensors, which whoever writes the layer makes.
    private static IEnumerable<string> Layers => LayerCases.Names.Where(name =>
        !new Sequential<float>(LayerCases.Of<float>(name).Modules).Layers.Any(layer => layer is Lambda<float> or OutputReader<float>));

    [Test]
    [Category("Slow")]
    public void Infer_WarmBatches_AllocatesNothing([Values("lesson-bn", "resnet9", "mobilenet-mini", "unet-mini", "densenet-mini")] string name,
        [Values(1, 3)] int threads, [Values(1, 7, 32)] int batchSize)
    {
        Shape image = NamedModels.Image(name);
        var predictor = new Predictor<float>(NamedModels.Build<float>(name, threads, image), image, batchSize);
        Caller[] callers = [.. ((int[])[1, batchSize, 45]).Select(images => new Caller(predictor, image, images))];
        AssertAllocatesNothing(() =>
        {
            foreach (Caller caller in callers) caller.Call();
        });
    }

    [TestCaseSource(nameof(Layers))]
    public void Infer_WarmLayer_AllocatesNothing(string name)
    {
        LayerCase<float> layers = LayerCases.Of<float>(name);
        var predictor = new Predictor<float>(RandomModel.Of(1, layers.Modules), layers.Batch.Tail(), layers.Batch[0]);
        AssertAllocatesNothing(new Caller(predictor, layers.Batch.Tail(), 4).Call);
    }

    [TestCase("lesson-bn", 1)]
    [TestCase("resnet9", 1)]
    [TestCase("mobilenet-mini", 2)]
    [Category("Slow")]
    public void Infer_WarmConcurrentCallers_AllocateNothing(string name, int threads)
    {
        const int Callers = 3;
        Shape image = NamedModels.Image(name);
        var predictor = new Predictor<float>(NamedModels.Build<float>(name, threads, image), image, batchSize: 5);
        using Barrier begin = new(Callers + 1), end = new(Callers + 1);
        bool isOver = false;
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(i => new Thread(() =>
        {
            var caller = new Caller(predictor, image, images: 3 + i);
            while (true)
            {
                begin.SignalAndWait();
                if (Volatile.Read(ref isOver)) return;
                for (int call = 0; call < Calls; call++) caller.Call();
                end.SignalAndWait();
            }
        }))];
        foreach (Thread thread in callers) thread.Start();
        try
        {
            AssertAllocatesNothing(() =>
            {
                begin.SignalAndWait();
                end.SignalAndWait();
            });
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            begin.SignalAndWait();
            foreach (Thread thread in callers) thread.Join();
        }
    }

    [Test]
    public void InferAll_WarmSeveralOutputs_AllocatesNothing([Values(1, 2)] int threads)
    {
        const int Images = 37;
        Model<float> model = TwoHeads.Build<float>();
        model.Threads = threads;
        var predictor = new Predictor<float>(model, new Shape(1, 11, 9), batchSize: 5);
        Tensor<float>[] inputs = [RandomTensors.Tensor<float>(new(Images, 1, 11, 9), 1)], outputs = [new(new(Images, 10)), new(new(Images, 1))];
        AssertAllocatesNothing(() => predictor.InferAll(inputs, outputs));
    }

    private static void AssertAllocatesNothing(Action act)
    {
        long least = long.MaxValue;
        for (int round = 0; round < MostRounds && least > 0; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            act();
            if (round > 0) least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.That(least, Is.Zero);
    }

    /// <summary>Somebody with images.</summary>
    private sealed class Caller(Predictor<float> predictor, Shape image, int images)
    {
        private readonly float[] _pixels = RandomTensors.Values<float>(images * image.Length, images);
        private readonly float[] _outputs = new float[images * predictor.OutputShape.Length];

        public void Call() => predictor.Infer(_pixels, _outputs);
    }
}
