using NUnit.Framework;
using Scratch.Data;
using Scratch.Losses;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Metrics and what goes by them, where there is nothing to count or not what they count.</summary>
public sealed class MetricTargetTests
{
    private static readonly Tensor<float> Scores = new(new(2, 3), [1, 2, 3, 6, 5, 4]);

    private static IEnumerable<Metric<float>> OfLabels() => [new Accuracy<float>(), new TopKAccuracy<float>(2), new ConfusionMatrix<float>(3),
        new Precision<float>(3), new Recall<float>(3), new FBeta<float>(3)];

    private static TensorBatch<float> Labels(Tensor<float> images, params int[] labels) => new(images, labels);

    [TestCaseSource(nameof(OfLabels))]
    public void Add_TargetsInsteadOfLabels_SaysWhatIsForThem(Metric<float> metric) =>
        Assert.That(() => metric.Add(Scores, new TensorBatch<float>(Scores, targets: Scores)), Throws.ArgumentException.With.Message.Contains(
            ": the images have targets [3], not a label each. Many labels are for SubsetAccuracy and MultiLabelScores."));

    [TestCaseSource(nameof(OfLabels))]
    public void Add_NeitherLabelsNorTargets_SaysSo(Metric<float> metric) =>
        Assert.That(() => metric.Add(Scores, new TensorBatch<float>(Scores)),
            Throws.ArgumentException.With.Message.Contains(": the images have no labels."));

    [TestCaseSource(nameof(OfLabels))]
    public void Add_LabelsThatDoNotFit_SaysBothNumbers(Metric<float> metric)
    {
        Assert.That(() => metric.Add(Scores, Labels(Scores, 1, 3)),
            Throws.ArgumentException.With.Message.Contains("there is a label 3, the model has classes 0 to 2."));
        Assert.That(() => metric.Add(Scores, Labels(Scores, 1, 2, 0, 0)),
            Throws.ArgumentException.With.Message.Contains("2 images come with 4 labels, outputs [2, 3] take 1 an image."));
        var maps = new Tensor<float>(new(2, 3, 2, 2));
        Assert.That(() => metric.Add(maps, Labels(maps, 1, 2)),
            Throws.ArgumentException.With.Message.Contains("2 images come with 2 labels, outputs [2, 3, 2, 2] take 4 an image."));
    }

    // Two images of two positions, [N, classes, positions]: guesses 1 0 and 2 0, the labels 1 1 and 2 ignored.
    [Test]
    public void Add_LabelsOfPositions_CountsPositionsAndNoIgnoredOnes()
    {
        Tensor<float> output = new(new(2, 3, 2), [0, 5, 4, 3, 1, 2, 0, 7, 1, 1, 9, 2]);
        Metric<float>[] metrics = [.. OfLabels()];
        foreach (Metric<float> metric in metrics) metric.Add(output, Labels(output, 1, 1, 2, -100));
        Assert.That(metrics.Select(metric => metric.Value), Is.EqualTo([2.0 / 3, 1, 2.0 / 3, 2.0 / 3, 0.5, (0 + 2.0 / 3 + 1) / 3]).Within(1e-15));
        Assert.That(((ConfusionMatrix<float>)metrics[2]).Total, Is.EqualTo(3));
    }

    [Test]
    public void SubsetAccuracy_LabelsOrOtherTargets_SaysSo()
    {
        var metric = new SubsetAccuracy<float>();
        Assert.That(() => metric.Add(Scores, Labels(Scores, 1, 2)),
            Throws.ArgumentException.With.Message.StartsWith("SubsetAccuracy: the images have no targets. One label an image is for Accuracy."));
        Assert.That(() => metric.Add(Scores, new TensorBatch<float>(Scores, targets: new(new(2, 4)))),
            Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("[4], expected [3]"));
    }

    [Test]
    public void ManyLabelTools_NoImages_SaySo()
    {
        var (none, targets) = (new Tensor<double>(new(0, 3)), new Tensor<float>(new(0, 3)));
        foreach (Action tool in (Action[])[() => TemperatureScaling.Fit(none, targets), () => TemperatureScaling.ExpectedCalibrationError(none,
            targets),
            () => ThresholdSearch.Global(none, targets, ThresholdGoal.Accuracy), () => ThresholdSearch.PerClass(none, targets, ThresholdGoal.FBeta),
                () => MultiLabelScores.Of(none, targets, 0.5)])
            Assert.That(() => tool(), Throws.ArgumentException.With.Message.Contains("there are no images"));
    }

    private static Learner<float> Make(bool validates, params Callback<float>[] callbacks)
    {
        Sequential<float> model = RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(6, 3)]);
        Dataset data = SyntheticData.Images(20, new(1, 3, 2), classes: 3, seed: 1);
        return new(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), SyntheticData.Batches<float>(data, 10), validates
            ? SyntheticData.Batches<float>(data, 10) : null, callbacks);
    }

    [TestCase("valid loss")]
    [TestCase("accuracy")]
    public void Fit_GoesByValidationThatIsNotThere_SaysSoAtOnce(string monitor)
    {
        var recorder = new Recorder<float>(new Accuracy<float>());
        foreach (Callback<float> callback in (Callback<float>[])[new EarlyStopping<float>(recorder, 2, monitor),
            new Checkpoint<float>("never.safetensors", recorder, monitor)])
        {
            Assert.That(() => Make(validates: false, recorder, callback).Fit(1), Throws.InvalidOperationException.With.Message.EndsWith(
                $": '{monitor}' is of validation images, and this learner has none. Give it some, or go by 'train loss'."));
        }
        Assert.That(recorder.Losses, Is.Empty);
        Make(validates: false, recorder, new EarlyStopping<float>(recorder, 2, "train loss")).Fit(1);
        Assert.That(recorder.Epochs, Has.Count.EqualTo(1));
    }

    [Test]
    public void Fit_RecorderOfAnotherLearner_SaysSo() =>
        Assert.That(() => Make(validates: true, new EarlyStopping<float>(new(), 2)).Fit(1),
            Throws.InvalidOperationException.With.Message.Contains("its recorder is not a callback of this learner"));

    [Test]
    public void EarlyStopping_NeverANumber_SaysThat()
    {
        var recorder = new Recorder<float>();
        Learner<float> learner = Make(validates: true, recorder, new EarlyStopping<float>(recorder, 3));
        learner.Model.ParameterVector.Values.Fill(float.NaN);
        learner.Fit(10);
        Assert.That((learner.StopReason, recorder.Epochs.Count), Is.EqualTo(("valid loss was not a finite number in any of 3 validations", 3)));
    }
}
