using System.Numerics;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>What a model's summary says of its memory, held against what is there after a step.</summary>
[NonParallelizable]
[Category("Slow")]
public sealed class MemoryPredictionTests
{
    private static readonly Shape Image = new(1, 28, 28);

    [Test]
    public void PredictMemory_NamedModel_IsWithinATenthOfWhatAStepLeaves(
        [Values("lesson", "lesson-bn", "wide")] string name, [Values(64, 512)] int batchSize, [Values(1, 2)] int threads)
    {
        double used = BytesOfAStep<float>(name, batchSize, threads, out MemoryPrediction predicted);
        Assert.That(predicted.Total, Is.EqualTo(used).Within(10).Percent, $"{predicted}");
    }

    [Test]
    public void PredictMemory_Double_IsWithinATenthOfWhatAStepLeaves()
    {
        double used = BytesOfAStep<double>("lesson-bn", 100, 3, out MemoryPrediction predicted);
        Assert.That(predicted.Total, Is.EqualTo(used).Within(10).Percent, $"{predicted}");
    }

    /// <summary>Bytes alive after a model's first step that were not before the model was made. Batch and outputs, the caller's own, are made
    /// before.</summary>
    private static long BytesOfAStep<T>(string name, int batchSize, int threads, out MemoryPrediction predicted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BatchSampler<T> batches = SyntheticData.Batches<T>(SyntheticData.Images(batchSize, Image, classes: 10, seed: 1), batchSize);
        batches.Reset();
        batches.MoveNext();
        var output = new Tensor<T>(new Shape(batchSize, 10));
        // what the first step of all leaves is the process's: threads, compiled code
        Step(name, threads, batches.Current, output);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Model<T> model = Step(name, threads, batches.Current, output);
        long used = GC.GetTotalMemory(forceFullCollection: true) - before;
        predicted = ModelSummary.Of(model, Image, batchSize).Memory;
        return used;
    }

    private static Model<T> Step<T>(string name, int threads, Batch<T> batch, Tensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = NamedModels.Build<T>(name, threads, Image);
        model.RunnerFor(Image).Train(batch, new CrossEntropyLoss<T>(), output);
        new Sgd<T>(model.ParameterVector, 0.1).Step();
        return model;
    }
}
