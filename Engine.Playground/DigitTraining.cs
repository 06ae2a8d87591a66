using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Playground;

/// <summary>The lesson's network learning, one batch at a call, so that the page is answered between batches.</summary>
internal sealed class DigitTraining
{
    private const double Momentum = 0.9;
    private const long Seed = 42;

    private static readonly ActivationOptions _lesson = new();

    private readonly Learner<float> _learner;
    private readonly Accuracy<float> _accuracy = new();
    private readonly Tensor<float> _outputs;
    private readonly int[] _activations;

    /// <summary>Before the first batch.</summary>
    /// <param name="network">Whose weights start anew and learn.</param>
    /// <param name="digits">Images to learn from.</param>
    /// <param name="held">Images that are only looked at.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="learningRate">How far a step goes.</param>
    public DigitTraining(Network network, Dataset digits, Dataset held, int batchSize, double learningRate)
    {
        Model = ModelCatalog.Build<float>("lesson", network.Image, digits.Classes);
        Model.Initialize(Initialization.KaimingNormal, Seed);
        var optimizer = new Sgd<float>(Model.ParameterVector, learningRate, Momentum);
        var batches = new BatchSampler<float>(digits, network.Normalization, batchSize, shuffle: true, new RandomGenerator(Seed));
        _learner = new(Model, new CrossEntropyLoss<float>(), optimizer, batches, new(held, network.Normalization, batchSize, shuffle: false));
        _outputs = new(Model.OutputShape(network.Image).Prepend(batches.LargestBatch));
        _activations = [.. ActivationsOf(Model)];
        batches.Reset();
    }

    public Model<float> Model { get; }

    /// <summary>Bins of each, from 0 to 10 as the lesson's.</summary>
    public static int Bins => _lesson.Bins;

    /// <summary>Learns from the next batch.</summary>
    /// <returns>The batch's mean loss, its images, and for every activation layer the share of its outputs in each bin.</returns>
    public double[] Step()
    {
        BatchSampler<float> batches = _learner.Train;
        if (!batches.MoveNext())
        {
            batches.Reset();
            batches.MoveNext();
        }
        var statistics = new ActivationStatistics<float>(_lesson);
        Model.Observers.Add(statistics);
        double loss = Model.Train(batches.Current, _learner.Losses, _outputs);
        Model.Observers.Remove(statistics);
        _learner.Optimizer.Step();
        return [loss, batches.Current.Count, .. _activations.SelectMany(layer => Shares(statistics, layer))];
    }

    /// <summary>The share of the held-back images that it gets right, and their mean loss.</summary>
    public (double Accuracy, double Loss) Evaluate()
    {
        double loss = _learner.Evaluate(_learner.Valid!, _accuracy);
        return (_accuracy.Value, loss);
    }

    /// <summary>The layers whose histograms <see cref="Step"/> gives.</summary>
    public static IEnumerable<int> ActivationsOf(Model<float> model) =>
        Enumerable.Range(0, model.Layers.Count).Where(i => model.Layers[i].IsActivation);

    private static IEnumerable<double> Shares(ActivationStatistics<float> statistics, int layer)
    {
        double all = statistics.Layers[layer][0].Count;
        return statistics.Histogram(layer, 0).ToArray().Select(count => count / all);
    }
}
