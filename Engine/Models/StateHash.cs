using System.Globalization;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>The hash of many numbers, to see whether two sets of them have the same bits.</summary>
/// <remarks>FNV-1a (Fowler, Noll and Vo, 1991) in 64 bits, over the bytes of the tensors, in order.</remarks>
internal static class StateHash
{
    /// <summary>How many hexadecimal digits a hash has.</summary>
    public const int Length = 16;

    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;

    /// <summary>The hash of the numbers as they are.</summary>
    public static string Of<T>(IEnumerable<Tensor<T>> tensors) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong hash = Offset;
        foreach (Tensor<T> tensor in tensors)
            foreach (byte b in AlignedMemory.Bytes<T>(tensor.Span)) hash = (hash ^ b) * Prime;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>The hash of the numbers as a file stores them: as <c>double</c>, or else as <c>float</c>.</summary>
    public static string Stored<T>(IEnumerable<Tensor<T>> tensors, bool asDouble) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        asDouble ? Of(tensors.Select(tensor => (object)tensor as Tensor<double> ?? tensor.Cast<double>()))
            : Of(tensors.Select(tensor => (object)tensor as Tensor<float> ?? tensor.Cast<float>()));
}
