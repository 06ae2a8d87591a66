using BenchmarkDotNet.Attributes;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One warm step of the lesson's model, as a learner makes it: bytes to lanes, forward, loss, backward, optimiser.</summary>
/// <remarks>The learning rate is 0, so that every step does the same work: on one
/// batch again and again the model would soon have nothing to learn.</remarks>
public class TrainStepBenchmarks
{
    private const int Classes = 10;
    private DatasetBatch<float> _batch = null!;
    private BlockRunner<float> _runner = null!;
    private Optimizer<float> _optimizer = null!;
    private Loss<float> _loss = null!;
    private Tensor<float> _output = null!;

    public static IEnumerable<int> ThreadCounts => new[] { 1, Environment.ProcessorCount }.Distinct();

    [Params(64, 512)]
    public int BatchSize { get; set; }

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _batch = RandomBatch();
        Tensor<float> expected = Prepare(threads: 1).Clone();
        if (!Prepare(Threads).Span.SequenceEqual(expected.Span)) throw new InvalidOperationException($"The gradients of {Threads} threads are not those of one.");
        if (!double.IsFinite(expected.Sum()) || expected.MaxMagnitude() == 0) throw new InvalidOperationException("The gradients are not finite, or all zero.");
    }

    [Benchmark]
    public double Step()
    {
        double loss = _runner.Train(_batch, _loss, _output);
        _optimizer.Step();
        return loss;
    }

    /// <summary>A new model, after its first step.</summary>
    /// <returns>The parameters' gradients of that step.</returns>
    private Tensor<float> Prepare(int threads)
    {
        Sequential<float> model = ModelCatalog.Build<float>("lesson", _batch.ImageShape, Classes);
        _runner = BlockRunner<float>.Create(model, _batch.ImageShape, threads);
        _optimizer = new Sgd<float>(model.ParameterVector, learningRate: 0, momentum: 0.9) { Threads = threads };
        (_loss, _output) = (new CrossEntropyLoss<float>(), new(new Shape(BatchSize, Classes)));
        Step();
        return model.ParameterVector.Gradients;
    }

    private DatasetBatch<float> RandomBatch()
    {
        var random = new RandomGenerator(1);
        var shape = new Shape(BatchSize, 28, 28);
        byte[] pixels = [.. Enumerable.Range(0, shape.Length).Select(_ => (byte)random.NextInt(256))];
        int[] labels = [.. Enumerable.Range(0, BatchSize).Select(_ => random.NextInt(Classes))];
        var dataset = new Dataset(shape, pixels, labels, Classes);
        var batch = new DatasetBatch<float>(dataset, Normalization.Of(dataset), BatchSize);
        batch.Set([.. Enumerable.Range(0, BatchSize)]);
        return batch;
    }
}
