using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Training;

public sealed class LearningRateFinderTests
{
    private static Learner<float> Make(string optimizer = "sgd")
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 4, 3, 2), new BatchNorm2d<float>(4), new Relu<float>(),
            new Flatten<float>(), new Linear<float>(16, 3)]);
        Dataset data = SyntheticData.Images(300, new(1, 6, 6), 3, 2);
        Optimizer<float> steps = optimizer == "adam" ? new Adam<float>(model.ParameterVector, 0.01) : new Sgd<float>(model.ParameterVector, 0.05,
            momentum: 0.9);
        return new(model, new CrossEntropyLoss<float>(), steps, SyntheticData.Batches<float>(data, 64, shuffleSeed: 3));
    }

    [TestCase("sgd")]
    [TestCase("adam")]
    public void Find_AmidTraining_LeavesNoTrace(string optimizer)
    {
        Learner<float> searched = Make(optimizer), undisturbed = Make(optimizer);
        searched.Fit(1);
        undisturbed.Fit(1);
        LearningRateSearch search = LearningRateFinder.Find(searched);
        Assert.That(searched.Model.Hash(), Is.EqualTo(undisturbed.Model.Hash()), "weights and running statistics");
        Assert.That((searched.Optimizer.LearningRate, searched.Optimizer.StepCount), Is.EqualTo((undisturbed.Optimizer.LearningRate,
            undisturbed.Optimizer.StepCount)));
        searched.Fit(2);
        undisturbed.Fit(2);
        Assert.That(searched.Model.Hash(), Is.EqualTo(undisturbed.Model.Hash()), "the optimiser's memory and the order of batches");
        Assert.That(search.Rates, Is.Ordered.Ascending);
        Assert.That(search.Rates[0], Is.EqualTo(1e-7));
    }

    [Test]
    public void Find_RisingRates_StopsWhereTheLossExplodes()
    {
        LearningRateSearch search = LearningRateFinder.Find(Make(), to: 1e4, stopAt: 2);
        Assert.That(search.Rates, Has.Count.LessThan(100));
        Assert.That(search.SmoothedLosses[^1], Is.GreaterThan(2 * search.SmoothedLosses.Min()));
        Assert.That(search.SmoothedLosses.SkipLast(1).Max(), Is.LessThanOrEqualTo(2 * search.SmoothedLosses[0]));
        Assert.That(search.Rates[1] / search.Rates[0], Is.EqualTo(Math.Pow(1e11, 1 / 99.0)).Within(1e-9));
        foreach (double suggestion in new[] { search.Steepest, search.Valley })
            Assert.That(suggestion, Is.InRange(1e-4, search.Rates[^2]));
    }

    // A loss that is level, falls fastest from 3 to 4 and 5, ends its fall at 7, and rises.
    [Test]
    public void Suggestions_ByHand()
    {
        double[] losses = [2, 2, 1.9, 1.7, 1.2, 0.8, 0.7, 0.65, 1, 3];
        var search = new LearningRateSearch([.. Enumerable.Range(0, 10).Select(i => Math.Pow(10, i - 7))], losses, losses);
        Assert.That(search.Steepest, Is.EqualTo(1e-3));
        Assert.That(search.Valley, Is.EqualTo(1e-4), "from 0 (or 1) to 7: halfway is 3");
    }

    [Test]
    public void Find_LossIsNaN_SaysThereIsNothingToSuggest([Values] bool atOnce)
    {
        Sequential<float> model = RandomModel.Of<float>(1, [new Flatten<float>(), new Linear<float>(36, 5), new Relu<float>(),
            new Linear<float>(5, 3)]);
        if (atOnce) model.ParameterVector.Values.Span[0] = float.NaN;
        var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1),
            SyntheticData.Batches<float>(SyntheticData.Images(300, new(1, 6, 6), 3, 2), 64));
        LearningRateSearch search = LearningRateFinder.Find(learner, from: 1e30, to: 1e38);
        Assert.That((search.Rates.Count, search.HasSuggestion), Is.EqualTo((atOnce ? 0 : 1, false)));
        Assert.That(() => search.Steepest,
            Throws.InvalidOperationException.With.Message.StartsWith($"LearningRateSearch: the loss was finite at {search.Rates.Count} of the rates, "
            + "it takes 2"));
        Assert.That(() => search.Valley, Throws.InvalidOperationException);
    }

    [TestCase(2)]
    [TestCase(3)]
    public void Find_FewSteps_SuggestsOneOfThem(int steps)
    {
        LearningRateSearch search = LearningRateFinder.Find(Make(), steps);
        Assert.That(search.Rates, Has.Count.EqualTo(steps).And.Contains(search.Steepest).And.Contains(search.Valley));
    }

    [Test]
    public void Find_WrongNumbers_Throws()
    {
        Assert.That(() => LearningRateFinder.Find(Make(), steps: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => LearningRateFinder.Find(Make(), from: 1, to: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => LearningRateFinder.Find(Make(), stopAt: 0.5), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
