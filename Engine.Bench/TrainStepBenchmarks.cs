using BenchmarkDotNet.Attributes;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One warm step of a model, as a learner makes it: bytes to lanes, forward, loss, backward, optimiser.</summary>
/// <remarks>The learning rate is 0, so that every step does the same work: on one
/// batch again and again the model would soon have nothing to learn.</remarks>
public partial class TrainStepBenchmarks
{
    private DatasetBatch<float> _batch = null!;
    private PlanRunner<float> _runner = null!;
    private Optimizer<float> _optimizer = null!;
    private Loss<float> _loss = null!;
    private Tensor<float> _output = null!;

    public static IReadOnlyList<ModelCase> Cases { get; } = [new("lesson", 64, 3), new("lesson", 512, 3), new("lesson-bn", 512, 3),
        new("wide", 128, 3)];

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public ModelCase Case { get; set; } = null!;

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _batch = RandomBatch();
        Tensor<float> expected = Prepare(threads: 1).ParameterVector.Gradients.Clone();
        Model<float> model = Prepare(Threads);
        if (!model.ParameterVector.Gradients.Span.SequenceEqual(expected.Span))
            throw new InvalidOperationException($"The gradients of {Threads} threads are not those of one.");
        if (!double.IsFinite(expected.Sum())
            || expected.MaxMagnitude() == 0) throw new InvalidOperationException("The gradients are not finite, or all zero.");
        PreparePeers(model);
    }

    [Benchmark(Baseline = true)]
    public double Step()
    {
        double loss = _runner.Train(_batch, _loss, _output);
        _optimizer.Step();
        return loss;
    }

    /// <summary>For other engines, where the build includes them.</summary>
    partial void PreparePeers(Model<float> model);

    /// <summary>A new model, after its first step.</summary>
    private Model<float> Prepare(int threads)
    {
        Model<float> model = Case.Build(threads);
        _runner = model.RunnerFor(_batch.ImageShape);
        _optimizer = new Sgd<float>(model.ParameterVector, learningRate: 0, momentum: 0.9) { Threads = threads };
        (_loss, _output) = (new CrossEntropyLoss<float>(), new(new Shape(Case.Batch, ModelCase.Classes)));
        Step();
        return model;
    }

    private DatasetBatch<float> RandomBatch()
    {
        var random = new RandomGenerator(1);
        var shape = new Shape(Case.Batch, 28, 28);
        byte[] pixels = [.. Enumerable.Range(0, shape.Length).Select(_ => (byte)random.NextInt(256))];
        int[] labels = [.. Enumerable.Range(0, Case.Batch).Select(_ => random.NextInt(ModelCase.Classes))];
        var dataset = new Dataset(shape, pixels, labels, ModelCase.Classes);
        var batch = new DatasetBatch<float>(dataset, Normalization.Of(dataset), Case.Batch);
        batch.Set([.. Enumerable.Range(0, Case.Batch)]);
        return batch;
    }
}
