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

public sealed class LearningRateTrialTests
{
    private static Learner<float> Shapes(string model, string optimizer)
    {
        Dataset images = SmallSets.Of("shapes", 600, seed: 1, digits: null);
        Model<float> learns = ModelCatalog.Build<float>(model, images.ImageShape, images.Classes);
        learns.Initialize(Initialization.KaimingNormal, 42);
        Optimizer<float> steps = optimizer == "sgd" ? new Sgd<float>(learns.ParameterVector, 0.1)
            : new AdamW<float>(learns.ParameterVector, 0.001, weightDecay: 0);
        return new(learns, new CrossEntropyLoss<float>(), steps,
            new BatchSampler<float>(images, Normalization.Of(images), 32, shuffle: true, new RandomGenerator(42)));
    }

    // Fixed rates that train these to 0.94 and more, by the sweep of docs/learning-rates.md; "valley" said 0.0003 and 0.0001.
    [TestCase("lesson-bn", "sgd", 0.1, 3.0)]
    [TestCase("lesson", "adamw", 0.002, 0.02)]
    public void Try_Shapes_SuggestsARateThatTrains(string model, string optimizer, double least, double most)
    {
        Learner<float> learner = Shapes(model, optimizer);
        LearningRateSearch search = LearningRateFinder.Find(learner);
        LearningRateTrials trials = LearningRateFinder.Try(learner, search.TrialRates);
        Assert.That(trials.Suggestion, Is.InRange(least, most), $"{trials}");
        Assert.That(trials.Trials.Select(trial => trial.Rate), Is.EqualTo(search.TrialRates).And.Ordered.Ascending);
    }

    [TestCase("sgd")]
    [TestCase("adamw")]
    public void Try_AmidTraining_LeavesNoTrace(string optimizer)
    {
        Learner<float> tried = Shapes("lesson-bn", optimizer), undisturbed = Shapes("lesson-bn", optimizer);
        tried.Fit(1);
        undisturbed.Fit(1);
        LearningRateFinder.Try(tried, [0.001, 0.1], steps: 12);
        Assert.That(tried.Model.Hash(), Is.EqualTo(undisturbed.Model.Hash()), "weights and running statistics");
        tried.Fit(2);
        undisturbed.Fit(2);
        Assert.That(tried.Model.Hash(), Is.EqualTo(undisturbed.Model.Hash()), "the optimiser's memory and the order of batches");
    }

    [Test]
    public void Try_OneRateTwice_IsTheSameTrial()
    {
        LearningRateTrials trials = LearningRateFinder.Try(Shapes("lesson-bn", "sgd"), [0.1, 0.1], steps: 13);
        Assert.That(trials.Trials[1], Is.EqualTo(trials.Trials[0]).And.Matches<LearningRateTrial>(trial => trial is { Steps: 13, IsFinished: true }));
    }

    [Test]
    public void Try_RateThatGetsNowhere_IsGivenUpAfterASixth()
    {
        LearningRateTrials trials = LearningRateFinder.Try(Shapes("lesson-bn", "sgd"), [1, 1e-6], steps: 60);
        Assert.That(trials.Trials.Select(trial => (trial.Steps, trial.IsFinished)), Is.EqualTo(new[] { (60, true), (10, false) }));
        Assert.That(trials.Suggestion, Is.EqualTo(1).Within(1e-12));
    }

    /// <summary>After six steps the first rate is ahead, by chance; one that has left the start upwards is given up even so.</summary>
    [Test]
    public void Try_NothingHasFallenClearly_GivesOnlyRatesUpThatRise()
    {
        LearningRateTrials trials = LearningRateFinder.Try(Shapes("lenet5", "sgd"), [0.001, 0.3, 1], steps: 36);
        Assert.That(trials.Trials.Select(trial => (trial.Steps, trial.IsFinished)), Is.EqualTo(new[] { (36, true), (36, true), (6, false) }));
        Assert.That(trials.Suggestion, Is.EqualTo(0.3).Within(1e-12));
    }

    [Test]
    public void Try_RateThatIsNotBorne_IsNotSuggested()
    {
        LearningRateTrials trials = LearningRateFinder.Try(Shapes("lesson", "sgd"), [1e20, 1e30], steps: 6);
        Assert.That(trials.HasSuggestion, Is.False);
        Assert.That(trials.Trials[0].Loss, Is.EqualTo(double.PositiveInfinity));
        Assert.That(() => trials.Suggestion, Throws.InvalidOperationException.With.Message.EqualTo(
            "LearningRateTrials: none of 2 rates was borne for all steps. Try lower ones."));
    }

    // 0.1 and 1 are as good as each other, a tenth of the loss; where all is near the start, a tenth of the way counts, and near zero a
    // hundredth of the start.
    [TestCase(2.0, 1.0, 1.05, 0.31622776601683794)]
    [TestCase(1.2, 1.0, 1.05, 0.1)]
    [TestCase(2.0, 0.01, 0.025, 0.31622776601683794)]
    [TestCase(2.0, 0.01, 0.035, 0.1)]
    [TestCase(0.9, 1.0, 1.05, 0.1)]
    public void Suggestion_ByHand(double first, double best, double next, double suggestion)
    {
        var trials = new LearningRateTrials(first,
            [new(0.001, 25, 0.1, IsFinished: false), new(0.1, 150, best, IsFinished: true), new(1, 150, next, IsFinished: true)]);
        Assert.That(trials.Suggestion, Is.EqualTo(suggestion).Within(1e-12));
    }

    [Test]
    public void TrialRates_RiseByTheRootOfTenUpToTheLast_WithinTheSearch()
    {
        double[] losses = [2, 1, 3];
        Assert.That(new LearningRateSearch([1e-7, 0.01, 1], losses, losses).TrialRates,
            Is.EqualTo(Enumerable.Range(-10, 11).Select(i => Math.Pow(10, i / 2.0))).Within(1e-12));
        Assert.That(new LearningRateSearch([0.2, 0.5, 1], losses, losses).TrialRates, Is.EqualTo([Math.Sqrt(0.1), 1]).Within(1e-12));
    }

    [Test]
    public void Try_WrongNumbers_Throws()
    {
        Assert.That(() => LearningRateFinder.Try(Shapes("lesson", "sgd"), []), Throws.ArgumentException);
        Assert.That(() => LearningRateFinder.Try(Shapes("lesson", "sgd"), [0.1], steps: 5), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => LearningRateFinder.Try(Shapes("lesson", "sgd"), [0.1, 0]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
