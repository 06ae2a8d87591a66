using Scratch.Data;
using Scratch.Losses;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Each image has a set of labels, which is to be told: of one's own, or those of the digits on a canvas made of some.</summary>
internal sealed class ManyLabelsTask : LearningTask
{
    // the same canvases whatever the seed of the training: runs stay comparable
    private const long TrainSeed = 1, ValidSeed = 2, TestSeed = 3;

    /// <inheritdoc/>
    public override Metric<float> Metric { get; } = new SubsetAccuracy<float>();

    /// <inheritdoc/>
    public override TrainingData Load(TrainSettings settings)
    {
        TrainingData digits = new OneLabelTask().Load(settings);
        if (digits.Train.Targets is not null) return digits;
        int tests = Math.Max(settings.Canvases / 2, 1);
        if (digits.Test is null)
        {
            throw new InvalidDataException(
                $"'{settings.Data}' has no images to test with. Thresholds are chosen on those to validate with, and need others to be judged by.");
        }
        return digits with
        {
            Train = TrainCanvases(digits.Train, settings.Canvases),
            Valid = Canvases(digits.Valid, tests, ValidSeed),
            Test = TestCanvases(digits.Test, settings.Canvases),
        };
    }

    /// <inheritdoc/>
    public override void Check(TrainingData data, TrainSettings settings)
    {
    }

    /// <summary>Canvases to test with, of digits that are for that.</summary>
    /// <param name="digits">Their digits.</param>
    /// <param name="trainCanvases">How many there are to train with.</param>
    public static Dataset TestCanvases(Dataset digits, int trainCanvases) => Canvases(digits, Math.Max(trainCanvases / 2, 1), TestSeed);

    /// <summary>Canvases to train with.</summary>
    public static Dataset TrainCanvases(Dataset digits, int count) => Canvases(digits, count, TrainSeed);

    private static Dataset Canvases(Dataset digits, int count, long seed)
    {
        Shape image = digits.ImageShape;
        if (image[0] != 1) throw new InvalidDataException($"images are {image} (C, H, W), canvases take images of one channel.");
        return DigitCanvases.Compose(digits, count, seed, 2 * Math.Max(image[1], image[2]));
    }

    /// <inheritdoc/>
    public override Loss<float> Loss(double labelSmoothing, IReadOnlyList<double>? classWeights = null) =>
        new BceWithLogitsLoss<float>(classWeights);

    /// <inheritdoc/>
    public override int Outputs(Dataset images) => images.Targets!.Shape[1];

    /// <inheritdoc/>
    public override LabelReport? Examine(Learner<float> learner, TrainingData data, BatchSampler<float> valid, BatchSampler<float> test) =>
        LabelReport.Of(
        Logits(learner, valid, data.Valid), data.Valid.Targets!, Logits(learner, test, data.Test!), data.Test!.Targets!, data.Test.ClassNames!);

    /// <summary>The model's outputs for a dataset in its order, [N, classes].</summary>
    public static Tensor<double> Logits(Learner<float> learner, BatchSampler<float> batches, Dataset images) =>
        Logits(learner, batches, images.Targets!.Shape);

    /// <summary>The same where they are of a shape, [N, outputs].</summary>
    public static Tensor<double> Logits(Learner<float> learner, BatchSampler<float> batches, Shape shape)
    {
        var gathered = new GatheredOutputs(new Tensor<double>(shape));
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
