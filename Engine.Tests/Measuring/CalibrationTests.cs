using NUnit.Framework;
using Scratch.Layers;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Tests.Measuring;

/// <summary>Prices that explain times.</summary>
[TestFixture]
public sealed class CalibrationTests
{
    [Test]
    public void Fit_TimesMadeByPrices_FindsThem()
    {
        var random = new RandomGenerator(5);
        ChorePrices prior = ChorePrices.Shipped[16], truth = ChorePrices.Of("truth", prior.All.ToArray().Select(price =>
            (0.05 + price) * random.NextUniform(0.5, 2)));
        ChorePrices found = Calibration.Fit(Samples(truth, 400, unseen: null), prior);
        double[] worst = [.. Enumerable.Range(0, 400).Select(i => Samples(truth, 400, unseen: null)[i]).Select(sample =>
            Math.Abs(found.Of(sample.Counts) / sample.Nanoseconds - 1))];
        Assert.That(worst.Average(), Is.LessThan(0.05));
    }

    [Test]
    public void Fit_ChoreThatIsNeverDone_KeepsItsPrice()
    {
        ChorePrices prior = ChorePrices.Shipped[16], found = Calibration.Fit(Samples(prior, 50, unseen: Chore.LanesTap), prior);
        Assert.That(found.All[(int)Chore.LanesTap], Is.EqualTo(prior.All[(int)Chore.LanesTap]).Within(1e-9));
    }

    [Test]
    public void Fit_TimesThatOneChoreWouldMakeShorter_GivesNoNegativePrice()
    {
        ChorePrices prior = ChorePrices.Shipped[16];
        Calibration.Sample[] samples = [.. Enumerable.Range(1, 100).Select(i => new Calibration.Sample(
            new() { [Chore.LanesTile] = 1000, [Chore.LanesTap] = 10 * i }, 5000 - 40 * i))];
        ChorePrices found = Calibration.Fit(samples, prior);
        Assert.That(found.All.ToArray(), Has.All.GreaterThanOrEqualTo(0));
        Assert.That(found.All[(int)Chore.LanesTap], Is.EqualTo(0));
    }

    private static Calibration.Sample[] Samples(ChorePrices truth, int count, Chore? unseen)
    {
        var random = new RandomGenerator(6);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var counts = new ChoreCounts();
            foreach (Chore chore in Enum.GetValues<Chore>())
                if (chore != unseen) counts[chore] = random.NextInt(4) == 0 ? Math.Exp(random.NextUniform(0, 12)) : 0;
            counts[Chore.LanesTile] += 1;
            return new Calibration.Sample(counts, truth.Of(counts));
        })];
    }
}
