using System.Numerics;
using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>A net that cannot learn 32 images by heart is wired wrongly somewhere.</summary>
public sealed class OverfitTests
{
    [Test]
    public void Fit_32ImagesWithRandomLabels_AreLearnedByHeart([Values] bool normalized)
    {
        Overfit<float>(normalized);
        Overfit<double>(normalized);
    }

    private static void Overfit<T>(bool normalized) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Module<T> middle = normalized ? new BatchNorm2d<T>(8) : new LeakyRelu<T>(0.2);
        var model = new Sequential<T>(new Conv2d<T>(1, 8, 3, 2, 1), middle, new Relu<T>(), new MaxPool2d<T>(2, 1), new Flatten<T>(),
            new Linear<T>(72, 5));
        model.Initialize(Initialization.KaimingNormal, 1);
        Dataset data = SyntheticData.Images(32, new(1, 8, 8), classes: 5, seed: 2);
        var recorder = new Recorder<T>(new Accuracy<T>());
        var optimizer = new Sgd<T>(model.ParameterVector, 0.1, momentum: 0.9);
        new Learner<T>(model, new CrossEntropyLoss<T>(), optimizer, SyntheticData.Batches<T>(data, 8, shuffleSeed: 3), callbacks: recorder).Fit(60);
        Assert.That((recorder.Epochs[^1].TrainLoss, recorder.Epochs[^1].TrainMetrics[0]), Is.EqualTo((0.0, 1.0)).Within(0.01));
    }
}
