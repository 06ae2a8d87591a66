using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

[EveryVector]
public sealed class DropoutLanesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const ulong Key = 0x0123456789ABCDEF;

    [TestCase(0.1)]
    [TestCase(0.5)]
    [TestCase(0.75)]
    public void Apply_ManyNumbers_DropsThatShareAndScalesTheRest(double p)
    {
        T[] kept = Kept(Key, p, 1, 4000);
        T scale = T.CreateChecked(1 / (1 - p));
        int dropped = kept.Count(x => x == T.Zero);
        Assert.That(kept, Has.All.EqualTo(T.Zero).Or.EqualTo(scale));
        Assert.That(dropped / (double)kept.Length, Is.EqualTo(p).Within(5 * Math.Sqrt(p * (1 - p) / kept.Length)));
    }

    [Test]
    public void Apply_NothingOrAll_IsExact()
    {
        Assert.That(Kept(Key, 0, 1, 100), Has.All.EqualTo(T.One));
        Assert.That(Kept(Key, 1, 1, 100), Has.All.EqualTo(T.Zero));
    }

    [Test]
    public void Apply_AnotherHalfOfTheKey_ChoosesIndependently()
    {
        // Of two independent halves a quarter is kept in both: no bit of the key may be without effect.
        T[] one = Kept(Key, 0.5, 1, 4000);
        foreach (int bit in new[] { 0, 13, 31, 32, 45, 63 })
        {
            T[] other = Kept(Key ^ (1UL << bit), 0.5, 1, 4000);
            int both = one.Zip(other, (a, b) => a != T.Zero && b != T.Zero).Count(x => x);
            Assert.That(both / (double)one.Length, Is.EqualTo(0.25).Within(0.01), $"bit {bit}");
        }
    }

    [Test]
    public void Apply_NeighbouringLanesAndRows_AreIndependent()
    {
        T[] kept = Kept(Key, 0.5, 1, 4000);
        foreach (int distance in new[] { 1, 2, 16, 32, 64, 1024 })
        {
            int both = kept.Skip(distance).Zip(kept, (a, b) => a != T.Zero && b != T.Zero).Count(x => x);
            Assert.That(both / (double)(kept.Length - distance), Is.EqualTo(0.25).Within(0.01), $"{distance} apart");
        }
    }

    [Test]
    public void Apply_Repeat_GivesAChannelOneFate()
    {
        T[] single = Kept(Key, 0.4, 1, 6), channels = Kept(Key, 0.4, 5, 30);
        Assert.That(channels, Is.EqualTo(channels.Select((_, i) => single[i / (5 * Lanes.Count) * Lanes.Count + i % Lanes.Count])));
    }

    [Test]
    public void Apply_Numbers_AreMultipliedApartAndInPlace()
    {
        T[] input = RandomTensors.Values<T>(7 * Lanes.Count, 1), kept = Kept(Key, 0.3, 1, 7);
        var output = new GuardedBuffer<T>(input.Length);
        DropoutLanes.Apply<V, T>(Key, 0.3, 1, input, output.Span);
        Assert.That(output.Written(), Is.EqualTo(input.Zip(kept, (x, k) => x * k)));
        DropoutLanes.Apply<V, T>(Key, 0.3, 1, input, input);
        Assert.That(input, Is.EqualTo(output.Written()));
    }

    // The first choices for this key: they are the same for every vector and precision, and must stay so for a run to be repeated.
    [Test]
    public void Apply_KnownKey_ChoosesWhatItAlwaysChose()
    {
        string choices = string.Concat(Kept(Key, 0.5, 1, 1).Select(x => x == T.Zero ? '0' : '1'));
        uint[] hashes = [.. Enumerable.Range(0, Lanes.Count).Select(n => Scatter(Scatter((uint)n ^ unchecked((uint)Key)) ^ (uint)(Key >> 32)))];
        Assert.That(choices, Is.EqualTo(string.Concat(hashes.Select(hash => hash < 0x80000000 ? '0' : '1'))));
    }

    private static uint Scatter(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB352D;
        x = (x ^ (x >> 15)) * 0x846CA68B;
        return x ^ (x >> 16);
    }

    private static T[] Kept(ulong key, double p, int repeat, int count)
    {
        var ones = new T[count * Lanes.Count];
        Array.Fill(ones, T.One);
        DropoutLanes.Apply<V, T>(key, p, repeat, ones, ones);
        return ones;
    }
}
