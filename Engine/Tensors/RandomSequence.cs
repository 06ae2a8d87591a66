namespace Scratch.Tensors;

/// <summary>Random numbers for one small thing, such as one image in one epoch: a value, so that it costs no memory, and follows from numbers that
/// name it.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Pass it by <c>ref</c>: a copy repeats itself. For all
/// else there is <see cref="RandomGenerator"/>.
/// </remarks>
public struct RandomSequence
{
    private ulong _state;

    /// <summary>The sequence that belongs to some numbers, for example a seed, an epoch and the place of an image.</summary>
    public RandomSequence(long seed, long first = 0, long second = 0)
    {
        _state = (ulong)seed;
        _state = NextBits() + (ulong)first;
        _state = NextBits() + (ulong)second;
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1), one of 2^53 evenly spaced.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number in [low, high).</summary>
    public double NextUniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>An integer in [0, limit); for limits far below 2^32, as here, as good as equally likely.</summary>
    public int NextInt(int limit) => (int)(((NextBits() >> 32) * (ulong)limit) >> 32);
}
