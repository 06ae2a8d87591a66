using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Small datasets of random pixels, for runs that need no real images.</summary>
public static class SyntheticData
{
    /// <summary>What the pixels are scaled by.</summary>
    public static Normalization Scale { get; } = new(0.45, 0.3);

    /// <summary>Random pixels, with a brighter band whose place tells the class, so that there is something to learn.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="classes">How many classes; labels are random.</param>
    /// <param name="seed">Of pixels and labels.</param>
    public static Dataset Images(int count, Shape image, int classes, long seed)
    {
        var random = new RandomGenerator(seed);
        byte[] pixels = new byte[count * image.Length];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = random.NextInt(classes);
            for (int p = 0; p < image.Length; p++)
                pixels[n * image.Length + p] = (byte)(random.NextInt(128) + (p * classes / image.Length == labels[n] ? 100 : 0));
        }
        return new(image.Prepend(count), pixels, labels, classes);
    }

    /// <summary>Batches of such a dataset.</summary>
    public static BatchSampler<T> Batches<T>(Dataset data, int batchSize, long? shuffleSeed = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(data, Scale, batchSize, shuffleSeed is not null, shuffleSeed is { } seed ? new RandomGenerator(seed) : null);
}
