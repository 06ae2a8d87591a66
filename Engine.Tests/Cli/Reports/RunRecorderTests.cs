using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;

namespace Scratch.Tests.Cli.Reports;

/// <summary>The data of a report are those of the run: against train.json, which is written by other code, and against a run without a
/// report.</summary>
public sealed class RunRecorderTests
{
    private const int Steps = 20, PerEpoch = 10;                             // 500 images to train with, 50 a step, twice

    [Test]
    public void Data_OfARun_AreWhatTrainJsonSays()
    {
        RunData run = SampleRun.Data;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(SampleRun.Folder, OutputFolder.Report)));
        JsonElement root = json.RootElement;
        Assert.That(run.Weights, Is.EqualTo(root.GetProperty("weights").GetString()));
        Assert.That(run.Test!.Loss, Is.EqualTo(root.GetProperty("test").GetProperty("loss").GetDouble()));
        Assert.That(run.Epochs.Select(epoch => epoch.ValidLoss),
            Is.EqualTo(root.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("validLoss").GetDouble())));
        JsonElement[] passes = [.. root.GetProperty("telemetry")[3].GetProperty("passes").EnumerateArray().Where(pass =>
            pass.GetProperty("training").GetBoolean())];
        Assert.That(run.Activations!.Layers[3].Mean, Is.EqualTo(passes.Select(pass => pass.GetProperty("mean").GetSingle())));
        Assert.That(run.Activations.Layers[3].Deviation, Is.EqualTo(passes.Select(pass => pass.GetProperty("std").GetSingle())));
    }

    [Test]
    public void Steps_OfARun_AreAllThere()
    {
        StepData steps = SampleRun.Data.Steps;
        Assert.That((steps.Every, steps.TelemetryEvery, steps.PerEpoch), Is.EqualTo((1, 1, PerEpoch)));
        Assert.That(new[] { steps.Loss, steps.LearningRate, steps.Momentum, steps.Accuracy }.Select(series => series.Length), Is.All.EqualTo(Steps));
        Assert.That(steps.Parameters.Select(parameter => parameter.Name), Does.Contain("0.weight").And.Contain("10.bias").And.Exactly(10).Items);
        Assert.That(steps.Parameters.SelectMany(parameter => parameter.GradientNorm), Is.All.GreaterThanOrEqualTo(0).And.Exactly(10 * Steps).Items);
        RunData run = SampleRun.Data;
        // all batches have one size: the epoch's numbers are the means of its batches'
        for (int epoch = 0; epoch < 2; epoch++)
        {
            Assert.That(steps.Loss.Skip(epoch * PerEpoch).Take(PerEpoch).Average(), Is.EqualTo(run.Epochs[epoch].TrainLoss).Within(1e-5));
            Assert.That(steps.Accuracy.Skip(epoch * PerEpoch).Take(PerEpoch).Average(), Is.EqualTo(run.Epochs[epoch].TrainAccuracy).Within(1e-6));
        }
        Assert.That(steps.LearningRate.Max(), Is.GreaterThan(2 * steps.LearningRate[^1]), "one cycle: up and down");
        Assert.That(steps.Momentum.Min(), Is.LessThan(steps.Momentum[0]));
    }

    // 10 training passes and one of validation an epoch; the first 16 are looked at and then every eighth: pass 16, step 15.
    [Test]
    public void Activations_OfARun_AreAllFirstPassesThenEveryEighth()
    {
        ActivationData data = SampleRun.Data.Activations!;
        Assert.That(data.Iterations, Is.EqualTo(Enumerable.Range(0, 16)));
        Assert.That(data.Columns, Is.EqualTo(data.Iterations));
        LayerSeries relu = data.Layers[1];
        Assert.That((relu.Type, relu.IsActivation, data.Layers[0].IsActivation), Is.EqualTo(("Relu", true, false)));
        Assert.That(relu.Histogram, Has.Length.EqualTo(16 * 40));
        Assert.That(data.Layers[0].Histogram, Is.Empty);
        for (int i = 0; i < data.Iterations.Length; i++)
        {
            long[] column = relu.Histogram[(i * 40)..(i * 40 + 40)];
            double sum = column.Sum();
            Assert.That(sum, Is.EqualTo(50 * 8 * 14 * 14).Within(200), "outputs of a step; a few lie above 10");
            Assert.That(relu.Lesson2019[i], Is.EqualTo((column[0] + column[1]) / sum).Within(1e-6));
            Assert.That(relu.Miniai2022[i], Is.EqualTo(column[0] / sum).Within(1e-6));
            Assert.That(relu.Fastai2[i], Is.LessThanOrEqualTo(relu.Miniai2022[i]).And.GreaterThan(0));
        }
    }

    [Test]
    public void Kernels_OfARun_AreTheFirstLayersBeforeAndAfter()
    {
        KernelData kernels = SampleRun.Data.Kernels!;
        Assert.That(kernels.Shape, Is.EqualTo([8, 1, 5, 5]));
        var start = Scratch.Models.ModelCatalog.Build<float>("lesson", new(1, 28, 28), 10, 0);
        start.Initialize(Scratch.Layers.Initialization.KaimingNormal, 42);
        Assert.That(kernels.Before, Is.EqualTo(start.Layers[0].Parameters[0].Value.Span.ToArray()));
        Assert.That(kernels.After, Has.Length.EqualTo(200).And.Not.EqualTo(kernels.Before));
    }

    [Test]
    public void Features_OfARun_AreWhatAPredictorSays()
    {
        FeatureData features = SampleRun.Data.Features!;
        Assert.That(features.Layers.Select(layer => (layer.Path, layer.Of, layer.Size[0], layer.Maps.Channels)),
            Is.EqualTo([("1", 8, 14, 8), ("3", 16, 7, 16), ("5", 32, 4, 16), ("7", 32, 2, 16)]));
        Assert.That(features.Layers.Select(layer => (int)layer.Maps.Pixels.Max()), Is.All.EqualTo(255).Or.Zero);
        var classifier = Scratch.Pictures.Classifier.Load(Path.Combine(SampleRun.Folder, OutputFolder.Model));
        float[] odds = [.. features.Outputs.Select(output => MathF.Exp(output - features.Outputs.Max()))];
        var picture = new Scratch.Pictures.Picture(new(1, 28, 28), features.Image.Pixels);
        var expected = classifier.Predict(picture).Top(10).ToDictionary(one => one.Name, one => one.Probability);
        for (int c = 0; c < 10; c++) Assert.That(odds[c] / odds.Sum(), Is.EqualTo(expected[$"{c}"]).Within(1e-4));
    }

    [Test]
    public void Judged_OfARun_AreTheTestImages()
    {
        JudgedData judged = SampleRun.Data.Judged!;
        Assert.That(judged.What, Is.EqualTo("test"));
        Assert.That(judged.Confusion.Sum(row => row.Sum()), Is.EqualTo(60));
        Assert.That(judged.Confusion.Select((row, label) => row[label]).Sum() / 60.0, Is.EqualTo(SampleRun.Data.Test!.Accuracy).Within(1e-9));
        Assert.That(judged.Worst, Has.Count.EqualTo(12));
        Assert.That(judged.Worst.Select(worst => worst.Loss), Is.Ordered.Descending);
        Assert.That(judged.Worst.Select(worst => -Math.Log(worst.LabelProbability)),
            Is.EqualTo(judged.Worst.Select(worst => worst.Loss)).Within(1e-6));
    }

    [Test]
    public void Train_WithAndWithoutReport_GivesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string[] arguments = ["train", "--data", folder.Path, "--epochs", "2", "--batch-size", "50", "--schedule", "one-cycle"];
        Assert.That(CliRun.Of([.. arguments, "--no-telemetry"]).After("weights"), Is.EqualTo(SampleRun.Data.Weights));
    }

    [Test]
    public void Train_WithoutTelemetry_LeavesAPageOfTheRest()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path, "--epochs", "1", "--no-telemetry", "--out", folder["out"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        RunData data = RunJson.Read(folder["out"]);
        Assert.That((data.Activations, data.Steps.Parameters.Count, data.Steps.Loss.Length), Is.EqualTo(((ActivationData?)null, 0, 1)));
        Assert.That(File.ReadAllText(folder["out/report.html"]), Does.Contain("id=\"worst\"").And.Not.Contain("id=\"activations\""));
    }
}
