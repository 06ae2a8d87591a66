using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Load;

/// <summary>One predictor, many threads: every answer has the bits of the one thread's, and the memory stays.</summary>
[NonParallelizable]
public sealed class PredictorLoadTests
{
    private const int Threads = 64, Images = 12, MostAtOnce = 3;

    private static IEnumerable<string> Few => ["lesson", "lenet-bn", "mobilenet-mini", "resnet9"];

    [TestCaseSource(nameof(Few))]
    public void Infer_From64Threads_EveryAnswerIsTheOneThreads(string name) => Load(name, NamedModels.Image(name), calls: 13, TimeSpan.MaxValue);

    /// <summary>A minute, or as many seconds as the test parameter <c>seconds</c> says.</summary>
    [TestCaseSource(typeof(ModelCatalog), nameof(ModelCatalog.Names))]
    [Category("Slow"), Category("Long")]
    public void Infer_From64ThreadsForAMinute_EveryAnswerIsTheOneThreads(string name)
    {
        double seconds = double.Parse(TestContext.Parameters.Get("seconds", "60"), CultureInfo.InvariantCulture);
        Load(name, ModelCatalog.Large.Contains(name) ? new(3, 32, 32) : new(1, 28, 28), int.MaxValue, TimeSpan.FromSeconds(seconds));
    }

    [Test]
    public void Dropped_WhileInUse_IsFreedAfterwards()
    {
        using var begun = new CountdownEvent(2);
        using var enough = new ManualResetEventSlim();
        (WeakReference predictor, Thread[] threads) = Used(begun, enough);
        begun.Wait();
        GC.Collect();
        Assert.That(predictor.IsAlive, "it is in use");
        enough.Set();
        foreach (Thread thread in threads) thread.Join();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(predictor.IsAlive, Is.False);
    }

    // Only the threads know the predictor when this returns.
    private static (WeakReference Predictor, Thread[] Threads) Used(CountdownEvent begun, ManualResetEventSlim enough)
    {
        var image = new Shape(1, 28, 28);
        var predictor = new Predictor<float>(NamedModels.Build<float>("lesson", threads: 2, image), image);
        Thread[] threads = [.. Enumerable.Range(0, begun.InitialCount).Select(_ => new Thread(() =>
        {
            float[] input = new float[image.Length], output = new float[10];
            for (bool isFirst = true; isFirst || !enough.IsSet; isFirst = false)
            {
                predictor.Infer(input, output);
                if (isFirst) begun.Signal();
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        return (new(predictor), threads);
    }

    private static void Load(string name, Shape image, int calls, TimeSpan time)
    {
        Model<float> model = NamedModels.Build<float>(name, threads: 2, image);
        var predictor = new Predictor<float>(model, image);
        Tensor<float> images = RandomTensors.Tensor<float>(image.Prepend(Images), 3);
        float[] expected = new float[Images * 10];
        for (int n = 0; n < Images; n++) predictor.Infer(images.Span.Slice(n * image.Length, image.Length), expected.AsSpan(10 * n, 10));
        long answers = Ask(image, images, expected, predictor, calls, time / 2), middle = GC.GetTotalMemory(forceFullCollection: true);
        answers += Ask(image, images, expected, predictor, calls, time / 2);
        long end = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"{name} {image}: {answers} answers, none differs; {middle / 1e6:F1} MB after half of them, "
            + $"{end / 1e6:F1} MB after all");
        Assert.That(end, Is.LessThan(middle * 1.05 + (1 << 20)), "memory grows");
        GC.KeepAlive(predictor);
    }

    // How many answers the threads were given; each was the expected one.
    private static long Ask(Shape image, Tensor<float> images, float[] expected, Predictor<float> predictor, int calls, TimeSpan time)
    {
        long wrong = 0, answers = 0, start = Stopwatch.GetTimestamp();
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            try
            {
                var random = new RandomGenerator(thread);
                float[] found = new float[10 * MostAtOnce];
                for (int call = 0; call < calls && Stopwatch.GetElapsedTime(start) < time; call++)
                {
                    int count = 1 + random.NextInt(MostAtOnce), n = random.NextInt(Images - count + 1);
                    Array.Fill(found, float.NaN);
                    predictor.Infer(images.Span.Slice(n * image.Length, count * image.Length), found.AsSpan(0, 10 * count));
                    ReadOnlySpan<byte> answer = AlignedMemory.Bytes<float>(found.AsSpan(0, 10 * count));
                    if (!answer.SequenceEqual(AlignedMemory.Bytes<float>(expected.AsSpan(10 * n, 10 * count)))) Interlocked.Increment(ref wrong);
                    Interlocked.Add(ref answers, count);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(failure, Is.Null);
        Assert.That((wrong, answers), Is.EqualTo((0L, answers)).And.Matches<(long, long Answers)>(pair => pair.Answers >= Threads));
        return answers;
    }
}
