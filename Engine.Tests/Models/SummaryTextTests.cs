using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

/// <summary>What one sees who prints a model, a summary, or what belongs to them.</summary>
public sealed class SummaryTextTests
{
    private static Sequential<float> Model => new(new Conv2d<float>(1, 8, 5, 2, 2), new Relu<float>(),
        new Residual<float>(new Conv2d<float>(8, 8, 3, padding: 1)), new Flatten<float>(), new Linear<float>(1568, 10));

    [Test]
    public void ModelSummary_ToString_IsATable()
    {
        string[] parts = ModelSummary.Of(Model, new(1, 28, 28), 64).ToString().Split("\nmemory of a training step of 64 images: ");
        Assert.That(parts[0], Is.EqualTo("""
            layer           output  weights  biases  multiply-adds  field  jump
            input          1x28x28
            0 Conv2d       8x14x14      200       8         39,200      5     2
            1 Relu         8x14x14
            2.body Conv2d  8x14x14      576       8        112,896      9     2
            2.add Add      8x14x14                                      9     2
            3 Flatten         1568
            4 Linear            10   15,680      10         15,680
            total                    16,456      26        167,776
            """));
        Assert.That(parts[1], Does.Match(@"^\d+\.\d MiB$"));
    }

    [Test]
    public void Model_ToString_IsATableOfWhatItKnows()
    {
        Sequential<float> model = Model;
        Assert.That(model.ToString(), Is.EqualTo("""
            layer          weights  biases
            0 Conv2d           200       8
            1 Relu
            2.body Conv2d      576       8
            2.add Add
            3 Flatten
            4 Linear        15,680      10
            total           16,456      26
            """));
        model.Forward(RandomTensors.Tensor<float>(new(2, 1, 28, 28), 1));
        Assert.That(model.ToString() + "\n", Is.EqualTo(ModelSummary.Of(model, new(1, 28, 28), 1).ToString().Split("memory")[0]));
    }

    [Test]
    public void ToString_WhatOneMayPrint_NamesNoTypeOfTheProgram()
    {
        var histogram = new Histogram(4, -1, 1);
        histogram.Add<float>([-1, 0, 0.5f]);
        object[] all = [histogram, Model.Layers[0], Model.Children[2], Model.Layers[0].Parameters[0], new BatchNorm2d<float>(3).Buffers[0],
            new EpochReport(2, 0.5, [0.25, 1], 0.75, [0.5, 1], 1, 1.5), new EpochReport(0, 0.5, [], double.NaN, [], 1, 1.5),
            new LearningRateSearch([0.1, 1], [2, 1], [2, 1]), new LearningRateSearch([], [], []), new MultiLabelScores([new(1, 0, 0, 1)], 1)];
        Assert.That(all.Select(one => one.ToString()), Is.EqualTo(
            [
                "4 bins from -1 to 1: 1 0 1 1", "Conv2d '0': weight [8, 1, 5, 5], bias [8]", "Residual '2'", "weight [8, 1, 5, 5]",
                    "running_mean [3]",
                "epoch 2: training 0.5000 (0.2500, 1.0000), validation 0.7500 (0.5000, 1.0000), 1.50 s", "epoch 0: training 0.5000, 1.50 s",
                "2 rates from 0.1 to 1: valley 0.1, steepest 0.1", "0 rates", "1 classes: all right 1.0000, micro F1 1.0000, macro F1 1.0000",
            ]));
    }
}
