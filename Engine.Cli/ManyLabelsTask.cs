using Scratch.Data;
using Scratch.Losses;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Each image is a canvas with some digits, and the set of them is to be told.</summary>
internal sealed class ManyLabelsTask : LearningTask
{
    private const long TrainSeed = 1, ValidSeed = 2, TestSeed = 3;           // the same canvases whatever the seed of the training: runs stay comparable

    /// <inheritdoc/>
    public override Metric<float> Metric { get; } = new SubsetAccuracy<float>();

    /// <inheritdoc/>
    public override TrainingData Load(TrainSettings settings, Action<string> say)
    {
        TrainingData digits = new OneLabelTask().Load(settings, say);
        return Canvases(digits, settings.Canvases);
    }

    /// <summary>Canvases of each part's own digits.</summary>
    public static TrainingData Canvases(TrainingData digits, int count)
    {
        Shape image = digits.Train.ImageShape;
        if (image[0] != 1) throw new InvalidDataException($"images are {image} (C, H, W), canvases take images of one channel.");
        int size = 2 * Math.Max(image[1], image[2]), tests = Math.Max(count / 2, 1);
        return new(DigitCanvases.Compose(digits.Train, count, TrainSeed, size), DigitCanvases.Compose(digits.Valid, tests, ValidSeed, size),
            DigitCanvases.Compose(digits.Test, tests, TestSeed, size));
    }

    /// <inheritdoc/>
    public override Loss<float> Loss(double labelSmoothing) => new BceWithLogitsLoss<float>();

    /// <inheritdoc/>
    public override int Outputs(Dataset images) => images.Targets!.Shape[1];

    /// <inheritdoc/>
    public override LabelReport? Examine(Learner<float> learner, TrainingData data, BatchSampler<float> valid, BatchSampler<float> test) => LabelReport.Of(
        Logits(learner, valid, data.Valid), data.Valid.Targets!, Logits(learner, test, data.Test), data.Test.Targets!);

    /// <summary>The model's outputs for a dataset in its order, [N, classes].</summary>
    public static Tensor<double> Logits(Learner<float> learner, BatchSampler<float> batches, Dataset images)
    {
        var gathered = new GatheredOutputs(new Tensor<double>(images.Targets!.Shape));
        learner.Evaluate(batches, gathered);
        return gathered.Outputs;
    }

    /// <summary>Not a number but all outputs, one row after the other.</summary>
    private sealed class GatheredOutputs(Tensor<double> outputs) : Metric<float>
    {
        private int _filled;

        public Tensor<double> Outputs => outputs;

        public override string Name => "outputs";

        public override double Value => _filled;

        public override void Reset() => _filled = 0;

        public override void Add(Tensor<float> output, Batch<float> batch)
        {
            int count = batch.Count * outputs.Shape[1];
            for (int i = 0; i < count; i++) outputs.Span[_filled + i] = output.Span[i];
            _filled += count;
        }
    }
}
