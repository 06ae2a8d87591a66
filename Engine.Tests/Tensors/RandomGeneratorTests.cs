using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

public sealed class RandomGeneratorTests
{
    [Test]
    public void NextBits_SeedZero_IsSplitMixThenXoshiro()
    {
        // SplitMix64 from 0 begins with these four numbers (published with the algorithm); the first result is rotl(s1 · 5, 7) · 9.
        ulong[] state = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC];
        Assert.That(new RandomGenerator(0).NextBits(), Is.EqualTo(Reference(state)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-5)]
    [TestCase(long.MaxValue)]
    public void NextBits_AnySeed_EqualsTheReference(long seed)
    {
        var random = new RandomGenerator(seed);
        ulong x = unchecked((ulong)seed);
        ulong[] state = [SplitMix(ref x), SplitMix(ref x), SplitMix(ref x), SplitMix(ref x)];
        for (int i = 0; i < 1000; i++) Assert.That(random.NextBits(), Is.EqualTo(Reference(state)), $"number {i}");
    }

    [Test]
    public void NextDouble_ManyNumbers_AreUniform()
    {
        // Mean 1/2, variance 1/12; of 100,000 numbers the mean's own deviation is 0.0009.
        var random = new RandomGenerator(1);
        double[] numbers = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextDouble())];
        Assert.That(numbers, Has.All.InRange(0.0, Math.BitDecrement(1.0)));
        Assert.That(numbers.Average(), Is.EqualTo(0.5).Within(0.004));
        Assert.That(numbers.Average(x => (x - 0.5) * (x - 0.5)), Is.EqualTo(1 / 12.0).Within(0.001));
    }

    [Test]
    public void NextUniform_ManyNumbers_FillTheRange()
    {
        var random = new RandomGenerator(2);
        double[] numbers = [.. Enumerable.Range(0, 10_000).Select(_ => random.NextUniform(-3, 5))];
        Assert.That((numbers.Min(), numbers.Max()), Is.EqualTo((-3.0, 5.0)).Within(0.01));
        Assert.That(numbers.All(x => x is >= -3 and < 5), Is.True);
    }

    [Test]
    public void NextNormal_ManyNumbers_HaveTheMomentsOfTheNormalDistribution()
    {
        // Moments 0, 1, 0, 3; of 100,000 numbers their own deviations are 0.003, 0.005, 0.012 and 0.03.
        var random = new RandomGenerator(3);
        double[] numbers = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextNormal())];
        Assert.That(numbers.Average(), Is.EqualTo(0).Within(0.012));
        Assert.That(numbers.Average(x => x * x), Is.EqualTo(1).Within(0.02));
        Assert.That(numbers.Average(x => x * x * x), Is.EqualTo(0).Within(0.05));
        Assert.That(numbers.Average(x => x * x * x * x), Is.EqualTo(3).Within(0.12));
    }

    [Test]
    public void NextNormal_NeighboursAndPairs_DoNotDepend()
    {
        // Box and Muller's two numbers of one pair, and the last of one with the first of the next: correlation 0, deviation 0.003.
        var random = new RandomGenerator(4);
        double[] numbers = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextNormal())];
        Assert.That(numbers.Zip(numbers.Skip(1), (a, b) => a * b).Average(), Is.EqualTo(0).Within(0.012));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(10)]
    public void NextInt_ManyNumbers_AreEquallyLikely(int limit)
    {
        var random = new RandomGenerator(5);
        int[] counts = new int[limit];
        for (int i = 0; i < 20_000; i++) counts[random.NextInt(limit)]++;      // a number outside throws
        double expected = 20_000.0 / limit;
        Assert.That(counts, Has.All.InRange(expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected)));
    }

    [Test]
    public void NextInt_LimitThatDoesNotDivide_FavoursNoResidue()
    {
        // 2^32 over 3·2^29 is 8/3: without rejection a number is met by 3, 3 or 2 of eight bit patterns, by its residue of 3.
        var random = new RandomGenerator(6);
        int[] residues = new int[3];
        for (int i = 0; i < 20_000; i++)
        {
            int number = random.NextInt(3 << 29);
            Assert.That(number, Is.InRange(0, (3 << 29) - 1));
            residues[number % 3]++;
        }
        Assert.That(residues, Has.All.InRange(6333, 7000));                    // 6667, deviation 67
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void NextInt_LimitBelowOne_Throws(int limit) =>
        Assert.That(() => new RandomGenerator(1).NextInt(limit), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Shuffle_ManyItems_IsAPermutation()
    {
        int[] items = [.. Enumerable.Range(0, 1000)];
        new RandomGenerator(7).Shuffle<int>(items);
        Assert.That(items, Is.EquivalentTo(Enumerable.Range(0, 1000)).And.Not.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public void Shuffle_ThreeItems_GivesEveryOrderAlike()
    {
        var random = new RandomGenerator(8);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 6000; i++)
        {
            char[] items = ['a', 'b', 'c'];
            random.Shuffle<char>(items);
            counts[new(items)] = counts.GetValueOrDefault(new(items)) + 1;
        }
        Assert.That(counts, Has.Count.EqualTo(6));
        Assert.That(counts.Values, Has.All.InRange(850, 1150));                // deviation 29
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Shuffle_NothingToDo_LeavesIt(int count)
    {
        int[] items = [.. Enumerable.Range(0, count)];
        new RandomGenerator(9).Shuffle<int>(items);
        Assert.That(items, Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void Fork_TwoForks_DifferFromEachOtherAndTheirParent()
    {
        var parent = new RandomGenerator(10);
        RandomGenerator one = parent.Fork(), two = parent.Fork();
        ulong[] firsts = [one.NextBits(), two.NextBits(), parent.NextBits(), new RandomGenerator(10).NextBits()];
        Assert.That(firsts, Is.Unique);
    }

    [Test]
    public void Fork_SameSeed_IsTheSame()
    {
        RandomGenerator one = new RandomGenerator(11).Fork(), two = new RandomGenerator(11).Fork();
        Assert.That(one.NextBits(), Is.EqualTo(two.NextBits()));
    }

    // xoshiro256** as its authors' C source has it, on four numbers in an array.
    private static ulong Reference(ulong[] s)
    {
        ulong result = Rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = Rotate(s[3], 45);
        return result;
    }

    private static ulong Rotate(ulong x, int bits) => (x << bits) | (x >> (64 - bits));

    private static ulong SplitMix(ref ulong x)
    {
        ulong z = x += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
