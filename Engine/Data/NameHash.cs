using System.Text;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>A number for a name: the same on every machine, evenly spread, and unlike that of any similar name.</summary>
internal static class NameHash
{
    private const ulong OffsetBasis = 0xCBF29CE484222325, Prime = 0x100000001B3;

    /// <summary>A number in [0, 1): FNV-1a of the composed name's UTF-8 bytes (Fowler, Noll and Vo), mixed with the seed by SplitMix64.</summary>
    public static double Share(string name, long seed)
    {
        ulong hash = OffsetBasis;
        foreach (byte letter in Encoding.UTF8.GetBytes(NameForm.Composed(name))) hash = (hash ^ letter) * Prime;
        return (RandomGenerator.Mix((ulong)seed, hash) >> 11) * (1.0 / (1L << 53));
    }
}
