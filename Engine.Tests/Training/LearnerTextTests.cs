using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>What is printed says what it is.</summary>
public sealed class LearnerTextTests
{
    [Test]
    public void ToString_OfALearner_SaysOfWhatItIsMade()
    {
        Dataset data = SyntheticData.Images(10, new(1, 5, 4), classes: 3, seed: 1);
        Sequential<float> model = RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(20, 3)]);
        var train = new BatchSampler<float>(data, SyntheticData.Scale, 4, shuffle: true, new RandomGenerator(1));
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1, momentum: 0.5), train);
        string[] lines = learner.ToString().Split('\n');
        Assert.That(lines[..4], Is.EqualTo(
        [
            "loss CrossEntropyLoss, mean", "optimizer Sgd, learning rate 0.1, momentum 0.5, weight decay 0, of 2 parameters",
            "train 3 batches of at most 4, shuffled, 10 images an epoch [1, 5, 4]", "valid none",
        ]));
        Assert.That(string.Join("\n", lines[4..]), Is.EqualTo(model.ToString()).And.Contains("Linear"));
    }
}
