using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Telemetry;

public sealed class ActivationOptionsTests
{
    // Of 10 numbers 8 are from 0 to 10, of them 3 below 0.5; 9 have a magnitude up to 10, of them 3 one below 0.25; 5 are at most 0.05.
    private static readonly double[] Numbers = [-20, -0.1, 0, 0.05, 0.3, 1, 2, 5, 9, 10];

    [TestCase(DeadUnits.Lesson2019, 0, 10, 3.0 / 8)]
    [TestCase(DeadUnits.Lesson2019, -7, 7, 4.0 / 7)]                         // bins 19 to 21, from -0.35 to 0.7; 7 numbers are from -7 to 7
    [TestCase(DeadUnits.Miniai2022, 0, 10, 3.0 / 9)]
    [TestCase(DeadUnits.Fastai2, 0, 10, 4.0 / 10)]
    public void DeadShare_Definition_IsWhatAPencilSays(DeadUnits dead, double low, double high, double expected)
    {
        ActivationRecord record = Observe(Numbers, new() { Dead = dead, Low = low, High = high }, out _);
        Assert.That(record.DeadShare, Is.EqualTo(expected).Within(1e-15));
        Assert.That((record.Count, record.NaNs, record.Infinities, record.Subnormals), Is.EqualTo((10, 0, 0, 0)));
    }

    // The same numbers as they are, and rectified: then 3 of the 10 are 0, one is 0.05 and one 0.3.
    [TestCase(false, 3.0 / 8, 3.0 / 9, 4.0 / 10)]
    [TestCase(true, 5.0 / 10, 4.0 / 10, 4.0 / 10)]                           // 0 to 0.5 holds 0, 0, 0, 0.05, 0.3
    public void Shares_EveryDefinition_IsWhatAPencilSays(bool rectified, double lesson, double miniai, double fastai)
    {
        var model = new Sequential<double>(new LeakyRelu<double>(1), new Relu<double>());
        var statistics = new ActivationStatistics<double>(new() { AllDefinitions = true });
        model.Observers.Add(statistics);
        model.Forward(new Tensor<double>(new Shape(Numbers.Length, 1), Numbers));
        DeadShares shares = statistics.Layers[rectified ? 1 : 0][0].Shares!.Value;
        Assert.That((shares.Lesson2019, shares.Miniai2022, shares.Fastai2), Is.EqualTo((lesson, miniai, fastai)));
        Assert.That(statistics.Layers[rectified ? 1 : 0][0].DeadShare, Is.EqualTo(lesson), "the default is the lesson's");
    }

    [TestCase(true, true)]
    [TestCase(false, false)]
    public void Shares_OfActivationsThatAreAskedFor_AreThere(bool asked, bool there)
    {
        var model = new Sequential<double>(new Flatten<double>(), new Tanh<double>());
        var statistics = new ActivationStatistics<double>(new() { AllDefinitions = asked });
        model.Observers.Add(statistics);
        model.Forward(new Tensor<double>(new Shape(Numbers.Length, 1), Numbers));
        Assert.That(statistics.Layers.Select(layer => layer[0].Shares is not null), Is.EqualTo([false, there]));
    }

    // Over several blocks, and threads: the sums of the blocks.
    [Test]
    public void Shares_ManyImages_AreThoseOfAllNumbers([Values(0, -7)] double low)
    {
        var model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 3, 3), new Relu<float>()], threads: 2);
        var statistics = new ActivationStatistics<float>(new() { Low = low, High = 1, AllDefinitions = true });
        model.Observers.Add(statistics);
        float[] output = model.Forward(RandomTensors.Tensor<float>(new(70, 1, 7, 5), 2)).Span.ToArray();
        DeadShares shares = statistics.Layers[1][0].Shares!.Value;
        Assert.That(shares.Fastai2, Is.EqualTo(output.Count(x => x <= 0.05f) / (double)output.Length));
        Assert.That(shares.Miniai2022, Is.EqualTo(output.Count(x => x < 1 / 40f) / (double)output.Count(x => x <= 1)));
    }

    // No number is in the histogram's range, or in that of the magnitudes: none of them is near zero.
    [TestCase(DeadUnits.Lesson2019, -2, -1)]
    [TestCase(DeadUnits.Lesson2019, 20, 30)]
    [TestCase(DeadUnits.Lesson2019, double.NaN, double.NaN)]
    [TestCase(DeadUnits.Miniai2022, -20, 30)]
    [TestCase(DeadUnits.Fastai2, 20, 30)]
    public void DeadShare_AllOutsideTheRange_IsZero(DeadUnits dead, double first, double second) =>
        Assert.That(Observe([first, second], new() { Dead = dead }, out _).DeadShare, Is.Zero);

    // Zero is the right edge of the last bin, which it belongs to: that bin and the one before it count.
    [Test]
    public void DeadShare_ZeroIsTheRightEdge_CountsItsBinAndTheOneBefore() =>
        Assert.That(Observe([-4, -3.5, -1.5, -0.5, 0], new() { Low = -4, High = 0, Bins = 4 }, out _).DeadShare, Is.EqualTo(3.0 / 5));

    [Test]
    public void Record_Exceptions_AreCounted()
    {
        ActivationRecord record = Observe([double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -1e-310, 0, 3], new(),
            out var statistics);
        Assert.That((record.NaNs, record.Infinities, record.Subnormals), Is.EqualTo((1, 2, 2)));
        Assert.That(statistics.Histogram(0, 0).ToArray().Sum(), Is.EqualTo(3), "a subnormal number, zero and 3");
    }

    [Test]
    public void Observe_EverySecondPass_LooksAtTheFirstAndEveryOther()
    {
        var model = new Sequential<float>(new Flatten<float>());
        var statistics = new ActivationStatistics<float>(new() { Every = 2, Bins = 4, High = 4 });
        model.Observers.Add(statistics);
        for (int i = 0; i < 5; i++) model.Forward(new Tensor<float>(new(3, 1)).Fill(i + 0.5f));
        Assert.That(statistics.Layers[0].Select(record => (record.Pass, record.Mean)), Is.EqualTo([(0, 0.5), (2, 2.5), (4, 4.5)]));
        Assert.That(statistics.Histogram(0, 1).ToArray(), Is.EqualTo([0, 0, 3, 0]));
        Assert.That(statistics.Histogram(0, 2).ToArray(), Is.All.Zero, "4.5 lies outside");
    }

    [Test]
    public void Observe_FirstPasses_LooksAtAllOfThemAndThenAtEveryOther()
    {
        var model = new Sequential<float>(new Flatten<float>());
        var statistics = new ActivationStatistics<float>(new() { First = 3, Every = 4 });
        model.Observers.Add(statistics);
        for (int i = 0; i < 10; i++) model.Forward(new Tensor<float>(new(3, 1)).Fill(i));
        Assert.That(statistics.Layers[0].Select(record => (record.Pass, record.Mean)),
            Is.EqualTo([(0, 0.0), (1, 1.0), (2, 2.0), (4, 4.0), (8, 8.0)]));
    }

    // Four training passes for each one of validation: 200 and 50.
    [Test]
    public void Observe_MorePassesThanRecords_ThinsTrainingAndValidationEvenly()
    {
        var model = new Sequential<double>(new Flatten<double>());
        var statistics = new ActivationStatistics<double>(new() { MostRecords = 12, Bins = 300, High = 300 });
        model.Observers.Add(statistics);
        for (int i = 0; i < 250; i++)
        {
            model.Forward(new Tensor<double>(new(1, 1)).Fill(i + 0.5), training: i % 5 != 4);
            Assert.That(statistics.Layers[0], Has.Count.AtMost(12));
        }
        List<ActivationRecord> training = [.. statistics.Layers[0].Where(record => record.Training)], validation =
            [.. statistics.Layers[0].Where(record => !record.Training)];
        Assert.That(training.Select(record => record.Pass), Is.EqualTo(Enumerable.Range(0, training.Count).Select(i => 32 * i / 4 * 5)),
            "every 32nd of those in training");
        Assert.That(validation.Select(record => record.Pass), Is.EqualTo([4, 4 + 32 * 5]));
        for (int i = 0; i < statistics.Layers[0].Count; i++)
        {
            Assert.That(statistics.Layers[0][i].Mean, Is.EqualTo(statistics.Layers[0][i].Pass + 0.5));
            Assert.That(statistics.Histogram(0, i)[statistics.Layers[0][i].Pass], Is.EqualTo(1), "records and histograms stay together");
        }
    }

    [TestCase(0, 1, 10, 1)]
    [TestCase(5, 10, 10, 1)]
    [TestCase(5, 0, double.PositiveInfinity, 1)]
    [TestCase(5, 0, 10, 0)]
    public void Constructor_OptionThatMakesNoSense_Throws(int bins, double low, double high, int every) =>
        Assert.That(() => new ActivationStatistics<float>(new() { Bins = bins, Low = low, High = high, Every = every }),
            Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Constructor_FewerThanTwoRecords_Throws() =>
        Assert.That(() => new ActivationStatistics<float>(new() { MostRecords = 1 }), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(3, 100)]
    [TestCase(5, 1000)]
    public void PredictMemory_OfATraining_IsWhatItsRecordsTake(int layers, int passes)
    {
        var options = new ActivationOptions { MostRecords = 64, First = 4, Every = 2 };
        long before = GC.GetAllocatedBytesForCurrentThread();
        var statistics = new ActivationStatistics<float>(options);
        statistics.Reserve(layers, passes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.EqualTo(options.PredictMemory(layers, passes)).Within(10).Percent);
    }

    [Test]
    public void Reserve_WholeTraining_IsAllThatIsEverTaken()
    {
        var model = new Sequential<double>(new Flatten<double>());
        var statistics = new ActivationStatistics<double>(new() { MostRecords = 12 });
        model.Observers.Add(statistics);
        statistics.Reserve(layers: 1, passes: 500);
        var images = new Tensor<double>(new(1, 1));
        for (int i = 0; i < 100; i++) model.Forward(images);                 // long enough for passes that it does not look at
        long watched = AllocatedBy(400);
        model.Observers.Clear();
        Assert.That(watched, Is.EqualTo(AllocatedBy(400)), "no more than without statistics");

        long AllocatedBy(int passes)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < passes; i++) model.Forward(images);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static ActivationRecord Observe(double[] numbers, ActivationOptions options, out ActivationStatistics<double> statistics)
    {
        var model = new Sequential<double>(new Flatten<double>());
        model.Observers.Add(statistics = new(options));
        model.Forward(new Tensor<double>(new Shape(numbers.Length, 1), numbers));
        return statistics.Layers[0][0];
    }
}
