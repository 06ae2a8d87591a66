using NUnit.Framework;
using Scratch.Schedules;

namespace Scratch.Tests.Schedules;

public sealed class ScheduleTests
{
    private static readonly double[] Shares = [0.3, 0.7];

    [TestCase(0.0, 2.0, 2.0, 2.0)]
    [TestCase(0.25, 3.0, 2.5857864376269049, 2.8284271247461903)]
    [TestCase(0.5, 4.0, 4.0, 4.0)]
    [TestCase(1.0, 6.0, 6.0, 8.0)]
    public void Anneal_Position_IsByHand(double position, double linear, double cosine, double exponential)
    {
        Assert.That(Anneal.Linear(2, 6)(position), Is.EqualTo(linear).Within(1e-14));
        Assert.That(Anneal.Cosine(2, 6)(position), Is.EqualTo(cosine).Within(1e-14));
        Assert.That(Anneal.Exponential(2, 8)(position), Is.EqualTo(exponential).Within(1e-14));
        Assert.That(Anneal.Constant(2)(position), Is.EqualTo(2));
    }

    /// <summary>The course's own: up from 0.3 to 0.6 over 30 % of the way, down to 0.2 over the rest.</summary>
    [TestCase(0.0, 0.3)]
    [TestCase(0.15, 0.45)]
    [TestCase(0.3, 0.6)]
    [TestCase(0.65, 0.4)]
    [TestCase(1.0, 0.2)]
    public void Combine_LessonsSchedule_IsContinuous(double position, double expected) =>
        Assert.That(Anneal.Combine(Shares, [Anneal.Cosine(0.3, 0.6), Anneal.Cosine(0.6, 0.2)])(position), Is.EqualTo(expected).Within(1e-14));

    [Test]
    public void OverTraining_StepOfAll_IsThePosition()
    {
        Schedule schedule = Anneal.Linear(1, 3).OverTraining();
        Assert.That((schedule(0, 8), schedule(2, 8), schedule(8, 8), schedule(99, 8)), Is.EqualTo((1.0, 1.5, 3.0, 3.0)));
    }

    [Test]
    public void AfterWarmUp_Steps_RiseToTheFirstValueAndGoOn()
    {
        Schedule schedule = Anneal.Linear(8, 4).OverTraining().AfterWarmUp(4, startFactor: 0.5);
        Assert.That(Enumerable.Range(0, 9).Select(step => schedule(step, 8)), Is.EqualTo([4.0, 5, 6, 7, 8, 7, 6, 5, 4]));
        Assert.That(StepSchedule.Constant(3).AfterWarmUp(0)(0, 5), Is.EqualTo(3));
        Assert.That(StepSchedule.Constant(3).AfterWarmUp(2)(0, 5), Is.EqualTo(1).Within(1e-15));
    }

    // All of the training, or more, is warm-up: up to the first value of what would follow.
    [Test]
    public void AfterWarmUp_AsLongAsTheTraining_RisesToTheFirstValue([Values(4, 6)] int warmUp,
        [Values("linear", "cycle", "cosine", "stairs")] string name)
    {
        Schedule inner = name switch
        {
            "linear" => Anneal.Linear(8, 4).OverTraining(),
            "cycle" => new OneCycle(200, divFactor: 25).LearningRate,
            "cosine" => StepSchedule.CosineAnnealing(8, 3),
            _ => StepSchedule.Staircase(8, 2),
        };
        Schedule schedule = inner.AfterWarmUp(warmUp, startFactor: 0.5);
        double first = name == "cycle" ? 200 : 8;                            // a cycle of one step is at its top
        Assert.That(Enumerable.Range(0, 4).Select(step => schedule(step, 4)), Is.EqualTo(Enumerable.Range(0, 4).Select(step =>
            first * (0.5 + 0.5 * step / warmUp))).Within(1e-12));
        for (int step = 4; step < 9; step++) Assert.That(schedule(step, 4), Is.InRange(0.0, 200.0), "beyond the end, too");
    }

    [Test]
    public void OverTraining_NoSteps_HasItsEnds()
    {
        Schedule schedule = Anneal.Linear(8, 4).OverTraining();
        Assert.That((schedule(0, 0), schedule(1, 0), schedule(int.MaxValue, int.MaxValue)), Is.EqualTo((8.0, 4.0, 4.0)));
    }

    [Test]
    public void Exponential_Steps_ShrinkByTheFactor() =>
        Assert.That(Enumerable.Range(0, 4).Select(step => StepSchedule.Exponential(2, 0.5)(step, 99)), Is.EqualTo([2.0, 1, 0.5, 0.25]));

    [Test]
    public void OneCycle_VeryShortTraining_StaysWithinItsBounds([Values(1, 2, 3, 4)] int steps, [Values] bool threePhase,
        [Values(0.0, 0.3, 0.6)] double share)
    {
        var cycle = new OneCycle(0.1, share, threePhase: threePhase);
        for (int step = 0; step < steps + 3; step++)
        {
            Assert.That(cycle.LearningRate(step, steps), Is.InRange(0.1 / 25 / 1e4 - 1e-12, 0.1 + 1e-12));
            Assert.That(cycle.Momentum(step, steps), Is.InRange(0.85 - 1e-12, 0.95 + 1e-12));
        }
        Assert.That(cycle.LearningRate(steps + 3, steps), Is.EqualTo(cycle.LearningRate(steps - 1, steps)));
    }

    [Test]
    public void Constructors_WrongNumber_SayWhich()
    {
        Assert.That(() => Anneal.Combine(Shares, [Anneal.Constant(1)]),
            Throws.ArgumentException.With.Message.StartsWith("Anneal: 2 shares for 1 parts."));
        Assert.That(() => Anneal.Combine([0.3], [Anneal.Constant(1)]),
            Throws.ArgumentException.With.Message.StartsWith("Anneal: the shares add up to 0.3, must be 1."));
        Assert.That(() => Anneal.Exponential(0, 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Anneal: start is 0, must be a finite number above 0."));
        Assert.That(() => StepSchedule.Staircase(1, 0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("StepSchedule: stepSize is 0"));
        Assert.That(() => StepSchedule.CosineAnnealing(1, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => StepSchedule.Constant(1).AfterWarmUp(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OneCycle(0.1, share: 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("OneCycle: share is 1, must be at least 0 and below 1."));
        Assert.That(() => new OneCycle(0.1, divFactor: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
