using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;
using Spectre.Console;

namespace Scratch.Tests.Cli;

/// <summary>How often the bar of an epoch is drawn.</summary>
public sealed partial class EpochBarTests
{
    private const int UpdatesASecond = 5, FirstAndLast = 2, Batches = 300;
    private static readonly TimeSpan _batch = TimeSpan.FromMilliseconds(4);

    /// <summary>However slow the machine is: the more time the batches took, the more often the bar may have been drawn.</summary>
    [Test]
    public void Fit_ManyBatchesASecond_DrawsAtMostFiveTimesInOne()
    {
        using var drawn = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new() { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(drawn) });
        int[] labels = [.. Enumerable.Range(0, Batches).Select(i => i % 2)];
        var images = new Dataset(new Shape(Batches, 2, 2), new byte[Batches * 4], labels, 2);
        var model = new Sequential<float>(new Flatten<float>(), new Linear<float>(4, 2));
        var sampler = new BatchSampler<float>(images, new Normalization(0, 1), batchSize: 1, shuffle: false, random: null);
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, learningRate: 0.1), sampler,
            sampler, new Slow(), new EpochBar<float>(console));
        long start = Stopwatch.GetTimestamp();
        learner.Fit(epochs: 1);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        Assert.That(Bar().Count(drawn.ToString()), Is.AtLeast(1).And.AtMost(elapsed.TotalSeconds * UpdatesASecond + FirstAndLast), $"in {elapsed}");
    }

    private sealed class Slow : Callback<float>
    {
        public override void AfterBatch(Learner<float> learner)
        {
            if (learner.IsTraining) Thread.Sleep(_batch);
        }
    }

    [GeneratedRegex("epoch 1/1")]
    private static partial Regex Bar();
}
