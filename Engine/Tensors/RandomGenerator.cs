namespace Scratch.Tensors;

/// <summary>Random numbers that are the same on every machine and every .NET version for the same seed.</summary>
/// <remarks>
/// xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), its state filled from the seed by SplitMix64,
/// as its authors advise. Not for secrets. Not safe for two threads at once: give each its own, by <see cref="Fork"/>.
/// </remarks>
public sealed class RandomGenerator
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareNormal = double.NaN;

    /// <summary>A generator whose whole sequence follows from <paramref name="seed"/>.</summary>
    public RandomGenerator(long seed)
    {
        ulong x = (ulong)seed;
        (_s0, _s1, _s2, _s3) = (SplitMix(ref x), SplitMix(ref x), SplitMix(ref x), SplitMix(ref x));
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9, t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number in [0, 1), one of 2^53 evenly spaced.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number in [low, high).</summary>
    public double NextUniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>An integer in [0, limit), every one equally likely (Lemire, "Fast random integer generation in an interval", 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        uint range = (uint)limit, reject = (0u - range) % range;
        while (true)
        {
            ulong product = (NextBits() >> 32) * range;
            if ((uint)product >= reject) return (int)(product >> 32);
        }
    }

    /// <summary>A number from the standard normal distribution (Box and Muller, 1958: two uniform numbers give two normal ones).</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            double spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble())), angle = 2 * Math.PI * NextDouble();
        _spareNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    /// <summary>Puts the items in random order, every order equally likely (Fisher and Yates).</summary>
    public void Shuffle<TItem>(Span<TItem> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A new generator, independent of this one's future, for another purpose or thread.</summary>
    public RandomGenerator Fork() => new((long)NextBits());

    /// <summary>Where it stands, for later.</summary>
    /// <returns>Puts it back there.</returns>
    internal Action Remember()
    {
        var (s0, s1, s2, s3, spare) = (_s0, _s1, _s2, _s3, _spareNormal);
        return () => (_s0, _s1, _s2, _s3, _spareNormal) = (s0, s1, s2, s3, spare);
    }

    /// <summary>Where it stands, into a checkpoint or out of it.</summary>
    internal void Exchange(SavedState state)
    {
        long[] bits = [(long)_s0, (long)_s1, (long)_s2, (long)_s3];
        state.Exchange("bits", bits);
        (_s0, _s1, _s2, _s3) = ((ulong)bits[0], (ulong)bits[1], (ulong)bits[2], (ulong)bits[3]);
        _spareNormal = state.Exchange("spare_normal", _spareNormal);
    }

    /// <summary>Random bits that follow from a key and a number, without a generator that moves on: SplitMix64's scrambling of both.</summary>
    internal static ulong Mix(ulong key, ulong number)
    {
        ulong x = key ^ (number * 0xD1B54A32D192ED03);
        return SplitMix(ref x);
    }

    private static ulong SplitMix(ref ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        ulong z = x;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
