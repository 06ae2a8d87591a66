using System.Buffers.Binary;
using System.Text;
using Scratch.Tensors;

namespace Scratch.Tests.Hostile;

/// <summary>Makes damaged files of sound ones: what disks, networks and people with bad intentions do to them.</summary>
/// <param name="seeds">Sound files.</param>
/// <param name="offsets">Where numbers stand in them that say how long something is; places anywhere are tried too.</param>
/// <param name="words">What text of such files consists of.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<int> offsets, IReadOnlyList<string> words)
{
    private const int Ways = 12, MostChanges = 4, LongestRange = 64, MostLength = 1 << 16;

    private static readonly long[] _numbers =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 257, 511, 512, 1023, 4095, 4096, 8191, 16383, 16384, 32767, 32768,
        65535, 65536, 1 << 20, 1 << 24, int.MaxValue - 64, int.MaxValue - 1, int.MaxValue, 1L + int.MaxValue, uint.MaxValue, 1L + uint.MaxValue,
        1L << 40, 1L << 53, long.MaxValue, long.MinValue, int.MinValue, -1, -2, -128, -32768,
    ];

    /// <summary>A file with one change or a few.</summary>
    public byte[] Next(RandomGenerator random)
    {
        byte[] file = Any(random, seeds);
        for (int changes = 1 + random.NextInt(MostChanges); changes > 0; changes--) file = Changed(file, random);
        return file.Length > MostLength ? file[..MostLength] : file;
    }

    private byte[] Changed(byte[] file, RandomGenerator random)
    {
        int at = random.NextInt(file.Length + 1), end = Math.Min(file.Length, at + 1 + random.NextInt(LongestRange));
        switch (random.NextInt(Ways))
        {
            case 0 or 1: return With(file, at, b => (byte)(b ^ (1 << random.NextInt(8))));
            case 2: return With(file, at, _ => (byte)Any(random, _numbers));
            case 3: return file[..at];
            case 4: return [.. file[..at], .. file[end..]];
            case 5: return [.. file[..end], .. file[at..]];
            case 6:
                byte[] other = Any(random, seeds);
                int from = random.NextInt(2) == 0 ? Math.Min(at, other.Length) : random.NextInt(other.Length + 1);
                return [.. file[..at], .. other[from..]];
            case 7:
                int place = random.NextInt(file.Length + 1), length = Math.Min(end - at, file.Length - place);
                byte[] moved = [.. file];
                file.AsSpan(at, length).CopyTo(moved.AsSpan(place));
                return moved;
            case 8 or 9: return WithNumber(file, offsets.Count > 0 && random.NextInt(3) > 0 ? Any(random, offsets) : at, random);
            case 10: return WithDigits(file, at, random);
            default:
                byte[] word = words.Count == 0 ? [(byte)random.NextInt(256), (byte)random.NextInt(256)] : Encoding.UTF8.GetBytes(Any(random, words));
                return [.. file[..at], .. word, .. file[(random.NextInt(2) == 0 ? at : end)..]];
        }
    }

    private static byte[] With(byte[] file, int at, Func<byte, byte> change)
    {
        if (at >= file.Length) return file;
        byte[] changed = [.. file];
        changed[at] = change(changed[at]);
        return changed;
    }

    // In 1, 2, 4 or 8 bytes, in either order: a number by itself, or one near to what stands there.
    private static byte[] WithNumber(byte[] file, int at, RandomGenerator random)
    {
        int width = 1 << random.NextInt(4);
        if (at + width > file.Length) return file;
        byte[] bytes = new byte[8], changed = [.. file];
        bool little = random.NextInt(2) == 0;
        file.AsSpan(at, width).CopyTo(little ? bytes : bytes.AsSpan(8 - width));
        long old = little ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes);
        long number = random.NextInt(3) switch
        {
            0 => unchecked(old + random.NextInt(9) - 4), 1 => file.Length + random.NextInt(3) - 1, _ => Any(random, _numbers),
        };
        if (little) BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        else BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        (little ? bytes.AsSpan(0, width) : bytes.AsSpan(8 - width)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    // The first number written in digits behind a place.
    private static byte[] WithDigits(byte[] file, int at, RandomGenerator random)
    {
        ReadOnlySpan<byte> digits = "0123456789"u8;
        int start = file.AsSpan(at).IndexOfAny(digits);
        if (start < 0) return file;
        start += at;
        int length = file.AsSpan(start).IndexOfAnyExcept(digits);
        string number = random.NextInt(8) switch
        {
            0 => "1e999", 1 => "0.5", 2 => new string('9', 30), 3 => "-0", _ => $"{Any(random, _numbers)}",
        };
        return [.. file[..start], .. Encoding.ASCII.GetBytes(number), .. length < 0 ? [] : file[(start + length)..]];
    }

    private static T Any<T>(RandomGenerator random, IReadOnlyList<T> some) => some[random.NextInt(some.Count)];
}
