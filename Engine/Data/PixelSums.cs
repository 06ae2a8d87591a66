using Scratch.Kernels;

namespace Scratch.Data;

/// <summary>Sums of pixels, exact: so that no order of images and no way of reading them shows in a mean.</summary>
internal static class PixelSums
{
    private const int Piece = 1 << 16;                                       // whose squares sum to less than 2^32

    /// <summary>Of pixels and of their squares.</summary>
    public static (long Sum, long Squares) Of(ReadOnlySpan<byte> pixels)
    {
        long sum = 0, squares = 0;
        for (; !pixels.IsEmpty; pixels = pixels[Math.Min(Piece, pixels.Length)..])
        {
            uint pieceSum = 0, pieceSquares = 0;
            foreach (byte pixel in pixels[..Math.Min(Piece, pixels.Length)])
            {
                pieceSum += pixel;
                pieceSquares += (uint)pixel * pixel;
            }
            (sum, squares) = (sum + pieceSum, squares + pieceSquares);
        }
        return (sum, squares);
    }

    /// <summary>Of each channel of all images, [C].</summary>
    public static (long Sum, long Squares)[] Of(Dataset dataset)
    {
        int channels = dataset.ImageShape[0], size = dataset.ImageShape.Length, plane = size / Math.Max(channels, 1);
        var all = new (long Sum, long Squares)[channels];
        if (dataset.Source is { } source)
        {
            using var spares = new ThreadLocal<byte[]>(() => new byte[size]);
            int[] places = dataset.Places.ToArray();
            WorkerPool.Shared.Run(Environment.ProcessorCount, places.Length, (n, _) => source.Sums(places[n], 0, spares.Value));
            foreach (int place in places)
                for (int c = 0; c < channels; c++) Add(ref all[c], source.Sums(place, c, spares.Value));
            return all;
        }
        if (channels == 1)
        {
            all[0] = Of(dataset.Pixels);
            return all;
        }
        for (int n = 0; n < dataset.Count; n++)
            for (int c = 0; c < channels; c++) Add(ref all[c], Of(dataset.Pixels.Slice(n * size + c * plane, plane)));
        return all;
    }

    private static void Add(ref (long Sum, long Squares) all, (long Sum, long Squares) one) => all = (all.Sum + one.Sum, all.Squares + one.Squares);
}
