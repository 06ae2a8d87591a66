using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

/// <summary>The small sequence of random numbers.</summary>
public sealed class RandomSequenceTests
{
    /// <summary>SplitMix64 from state 0, as its authors' program prints it.</summary>
    [Test]
    public void NextBits_FromStateZero_AreThePublishedOnes()
    {
        var sequence = default(RandomSequence);
        Assert.That(sequence.NextBits(), Is.EqualTo(0xE220A8397B1DCDAFUL));
        Assert.That(sequence.NextBits(), Is.EqualTo(0x6E789E6AA1B965F4UL));
        Assert.That(sequence.NextBits(), Is.EqualTo(0x06C45D188009454FUL));
    }

    [Test]
    public void Sequences_OfDifferentNumbers_Differ()
    {
        var seen = new HashSet<ulong>();
        for (int seed = 0; seed < 4; seed++)
            for (int epoch = 0; epoch < 10; epoch++)
                for (int image = 0; image < 100; image++) Assert.That(seen.Add(new RandomSequence(seed, epoch, image).NextBits()));
    }

    [Test]
    public void NextInt_IsEvenlySpread()
    {
        var sequence = new RandomSequence(5, 6, 7);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[sequence.NextInt(7)]++;
        Assert.That(counts, Is.All.InRange(9_600, 10_400));
    }
}
